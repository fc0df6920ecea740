"""The tables of what each WeChat Pay request may and must contain (wechat.md §3.6, §4.9, openapi/)."""

from scripts.local.wechat_sim.checks import boolean, integer, listing, one_of, record, text

OPENID = text(1, 128)
TIME = text(1, 64, r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,3})?(Z|[+-]\d\d:\d\d)")
URL = text(1, 255, r"https?://\S+")
CURRENCY = one_of("CNY")
GOODS = record(
    {
        "merchant_goods_id": text(1, 32).required,
        "wechatpay_goods_id": text(1, 32),
        "goods_name": text(0, 256),
        "quantity": integer(1).required,
        "unit_price": integer(0).required,
    }
)

PREPAY = record(
    {
        "appid": text(1, 32).required,
        "mchid": text(1, 32).required,
        "description": text(1, 127).required,
        "out_trade_no": text(6, 32, r"[0-9A-Za-z_\-|*]+").required,
        "time_expire": TIME,
        "attach": text(0, 128),
        "notify_url": URL.required,
        "goods_tag": text(0, 32),
        "limit_pay": listing(one_of("no_balance", "no_credit", "no_debit", "balance_only")),
        "support_fapiao": boolean(),
        "amount": record({"total": integer(1, 10_000_000_000).required, "currency": CURRENCY}).required,
        "payer": record({"openid": OPENID.required}).required,
        "detail": record(
            {"cost_price": integer(0), "invoice_id": text(0, 32), "goods_detail": listing(GOODS, 1)}
        ),
        "scene_info": record(
            {
                "payer_client_ip": text(1, 45, r"[0-9a-fA-F.:]+").required,
                "device_id": text(0, 32),
                "store_info": record(
                    {
                        "id": text(1, 32).required,
                        "name": text(0, 256).required,
                        "area_code": text(0, 32).required,
                        "address": text(0, 512).required,
                    }
                ),
            }
        ),
        "settle_info": record({"profit_sharing": boolean()}),
    }
)

CLOSE = record({"mchid": text(1, 32).required})

REFUND = record(
    {
        "transaction_id": text(1, 32),
        "out_trade_no": text(6, 32),
        "out_refund_no": text(1, 64, r"[0-9A-Za-z_\-|*@]+").required,
        "reason": text(1, 80),
        "notify_url": URL,
        "funds_account": one_of("AVAILABLE", "UNSETTLED"),
        "amount": record(
            {
                "refund": integer(1).required,
                "total": integer(1).required,
                "currency": CURRENCY.required,
                "from": listing(record({"account": text(1).required, "amount": integer(1).required})),
            }
        ).required,
        "goods_detail": listing(
            record(
                {
                    "merchant_goods_id": text(1, 32).required,
                    "wechatpay_goods_id": text(1, 32),
                    "goods_name": text(0, 256),
                    "unit_price": integer(0).required,
                    "refund_amount": integer(0).required,
                    "refund_quantity": integer(1).required,
                }
            )
        ),
    }
)

TRANSFER = record(
    {
        "appid": text(1, 32).required,
        "out_bill_no": text(1, 32, r"[0-9A-Za-z]+").required,
        "transfer_scene_id": text(1, 36).required,
        "openid": text(1, 64).required,
        "user_name": text(1, 2048),
        "transfer_amount": integer(1).required,
        "transfer_remark": text(1, 32).required,
        "notify_url": URL,
        "user_recv_perception": text(1, 32),
        "user_recv_style": record({"type": one_of("CONFIRM_PAGE", "RED_PACKET").required}),
        "transfer_scene_report_infos": listing(
            record({"info_type": text(1, 15).required, "info_content": text(1, 32).required}), 0, 20
        ),
    }
)
