"""The table of WeChat Pay's endpoints and of what happens later by itself."""

from scripts.local.wechat_sim import pay_bills, pay_params, pay_refunds, pay_trades, pay_transfers, shipping
from scripts.local.wechat_sim.courier import Action
from scripts.local.wechat_sim.pay_certificates import certificates
from scripts.local.wechat_sim.pay_door import Endpoint

TRADES = "/v3/pay/transactions"
REFUNDS = "/v3/refund/domestic/refunds"
TRANSFERS = "/v3/fund-app/mch-transfer/transfer-bills"

ENDPOINTS = (
    Endpoint(
        "pay.prepay",
        "POST",
        f"{TRADES}/jsapi",
        pay_trades.prepay,
        pay_params.PREPAY,
        needs_serial=True,
        early=pay_trades.pay_before_answer,
    ),
    Endpoint("pay.query", "GET", TRADES + "/out-trade-no/{out_trade_no}", pay_trades.query_by_number),
    Endpoint("pay.query", "GET", TRADES + "/id/{transaction_id}", pay_trades.query_by_transaction),
    Endpoint(
        "pay.close", "POST", TRADES + "/out-trade-no/{out_trade_no}/close", pay_trades.close, pay_params.CLOSE
    ),
    Endpoint(
        "pay.refund",
        "POST",
        REFUNDS,
        pay_refunds.refund,
        pay_params.REFUND,
        early=pay_refunds.finish_before_answer,
    ),
    Endpoint("pay.refund_query", "GET", REFUNDS + "/{out_refund_no}", pay_refunds.query),
    Endpoint(
        "pay.transfer",
        "POST",
        TRANSFERS,
        pay_transfers.transfer,
        pay_params.TRANSFER,
        needs_serial=True,
        early=pay_transfers.arrive_before_answer,
    ),
    Endpoint(
        "pay.transfer_query", "GET", TRANSFERS + "/out-bill-no/{out_bill_no}", pay_transfers.query_by_number
    ),
    Endpoint(
        "pay.transfer_query",
        "GET",
        TRANSFERS + "/transfer-bill-no/{transfer_bill_no}",
        pay_transfers.query_by_bill,
    ),
    Endpoint(
        "pay.transfer_cancel", "POST", TRANSFERS + "/out-bill-no/{out_bill_no}/cancel", pay_transfers.cancel
    ),
    Endpoint("pay.certificates", "GET", "/v3/certificates", certificates),
    Endpoint("pay.trade_bill", "GET", "/v3/bill/tradebill", pay_bills.trade_bill),
    Endpoint("pay.fund_bill", "GET", "/v3/bill/fundflowbill", pay_bills.fund_flow_bill),
    Endpoint("pay.bill_file", "GET", "/v3/billdownload/file", pay_bills.download),
)
"""OpenAPI marks Wechatpay-Serial required for prepay and transfer: ``needs_serial``."""

ACTIONS: dict[str, Action] = {
    "trade_expires": pay_trades.expire,
    "refund_finishes": pay_refunds.finish,
    "transfer_accepted": pay_transfers.accepted,
    "transfer_arrives": pay_transfers.arrives,
    "transfer_cancelled": pay_transfers.cancelled,
    "transfer_expires": pay_transfers.expires,
    "goods_received": shipping.received_by_itself,
    "remind_shipping": shipping.remind,
}
