"""订单发货管理: what was sent for which payment, and in which state the order is."""

from scripts.local.wechat_sim import pay_trades, shipping
from scripts.local.wechat_sim.api_door import OK, ApiCall, ApiError
from scripts.local.wechat_sim.checks import boolean, listing, one_of, record, text
from scripts.local.wechat_sim.pay_door import PayError
from scripts.local.wechat_sim.pay_params import TIME
from scripts.local.wechat_sim.store import Doc

ORDER_KEY = record(
    {
        "order_number_type": one_of(1, 2).required,
        "transaction_id": text(1, 64),
        "mchid": text(1, 32),
        "out_trade_no": text(1, 32),
    }
)
PARCEL = record(
    {
        "tracking_no": text(0, 128),
        "express_company": text(0, 128),
        "item_desc": text(1, 120).required,
        "contact": record({"consignor_contact": text(1, 1024), "receiver_contact": text(1, 1024)}),
    }
)
UPLOAD = record(
    {
        "order_key": ORDER_KEY.required,
        "logistics_type": one_of(1, 2, 3, 4).required,
        "delivery_mode": one_of(1, 2).required,
        "is_all_delivered": boolean(),
        "shipping_list": listing(PARCEL, 1, 15).required,
        "upload_time": TIME.required,
        "payer": record({"openid": text(1, 128).required}).required,
    }
)
GET = record(
    {
        "transaction_id": text(1),
        "merchant_id": text(1),
        "sub_merchant_id": text(),
        "merchant_trade_no": text(1),
    }
)


def upload(call: ApiCall) -> Doc:
    """POST /wxa/sec/order/upload_shipping_info; one new shipping of the same order is allowed."""
    body, key = call.body, call.body["order_key"]
    _refuse_form(body)
    by_number = key["order_number_type"] == 1
    if by_number and key.get("mchid") != call.world.keys.mch_id:
        raise ApiError(10060001, "支付单不存在")
    trade = _find(call, key.get("transaction_id", ""), key.get("out_trade_no", "") if by_number else "")
    if trade["params"]["payer"]["openid"] != body["payer"]["openid"]:
        raise ApiError(10060001, "支付单不存在")
    if trade["order_state"] not in (shipping.WAITING, shipping.SHIPPED):
        raise ApiError(10060004, "支付单处于不可发货的状态")
    parcels = body["shipping_list"]
    earlier = trade["shipping"] or {"ships": 0, "parcels": [], "is_all": False}
    if trade["order_state"] == shipping.SHIPPED and earlier["ships"] >= 2:
        raise ApiError(10060003, "支付单已使用重新发货机会")
    if trade["order_state"] == shipping.SHIPPED and earlier["parcels"] == parcels:
        raise ApiError(10060002, "支付单已完成发货，无法继续发货")
    _record(call, trade, earlier)
    return OK


def get_order(call: ApiCall) -> Doc:
    """POST /wxa/sec/order/get_order."""
    body = call.body
    trade = _find(call, body.get("transaction_id", ""), body.get("merchant_trade_no", ""))
    sent = trade["shipping"] or {}
    order: Doc = {
        "transaction_id": trade["transaction_id"],
        "merchant_id": call.world.keys.mch_id,
        "sub_merchant_id": "",
        "merchant_trade_no": trade["out_trade_no"],
        "description": trade["params"]["description"],
        "paid_amount": trade["total_fen"],
        "openid": trade["params"]["payer"]["openid"],
        "trade_create_time": int(trade["created_at"]),
        "pay_time": int(trade["paid_at"]),
        "order_state": trade["order_state"],
        "in_complaint": False,
        "shipping": {
            "delivery_mode": sent.get("delivery_mode", 0),
            "logistics_type": sent.get("logistics_type", 0),
            "finish_shipping": trade["order_state"] != shipping.WAITING,
            "goods_desc": "",
            "finish_shipping_count": sent.get("ships", 0),
            "shipping_list": sent.get("parcels", []),
        },
    }
    return {**OK, "order": order}


def _refuse_form(body: Doc) -> None:
    parcels, is_express = body["shipping_list"], body["logistics_type"] == 1
    needed = {1: ("mchid", "out_trade_no"), 2: ("transaction_id",)}[body["order_key"]["order_number_type"]]
    is_wrong = (
        any(name not in body["order_key"] for name in needed)
        or (body["delivery_mode"] == 2 and "is_all_delivered" not in body)
        or (body["delivery_mode"] == 1 and len(parcels) != 1)
        or (
            is_express
            and any(not item.get("tracking_no") or not item.get("express_company") for item in parcels)
        )
        or any(item.get("express_company") == "SF" and not item.get("contact") for item in parcels)
    )
    if is_wrong:
        raise ApiError(47001, "data format error, hint: [shipping_list]")


def _record(call: ApiCall, trade: Doc, earlier: Doc) -> None:
    body = call.body
    is_all = body["delivery_mode"] == 1 or body["is_all_delivered"]
    is_again = trade["order_state"] == shipping.SHIPPED
    parcels = body["shipping_list"] if is_again else [*earlier["parcels"], *body["shipping_list"]]
    sent = {
        "delivery_mode": body["delivery_mode"],
        "logistics_type": body["logistics_type"],
        "parcels": parcels,
    }
    if is_all:
        shipping.ship(call.world, trade, sent)
        return
    trade["shipping"] = {**sent, "ships": 0, "shipped_at": call.now}
    pay_trades.save(call.world, trade)


def _find(call: ApiCall, transaction_id: str, out_trade_no: str) -> Doc:
    try:
        if out_trade_no:
            trade = pay_trades.find(call.world, out_trade_no)
        else:
            trade = pay_trades.by_transaction(call.world, transaction_id)
    except PayError as error:
        raise ApiError(10060001, "支付单不存在") from error
    late = call.world.faults.peek("shipping_not_found", call.endpoint)
    is_too_early = (
        late is not None and trade["paid_at"] and call.now < trade["paid_at"] + float(late["seconds"])
    )
    if is_too_early:
        call.world.faults.take("shipping_not_found", call.endpoint)
    if trade["paid_at"] is None or trade["order_state"] is None or is_too_early:
        raise ApiError(10060001, "支付单不存在")
    return trade
