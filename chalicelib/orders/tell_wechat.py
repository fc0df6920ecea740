"""Tell WeChat that an order was shipped, as often as it takes; the order never waits for it (O3)."""

from dataclasses import replace
from datetime import timedelta

from chalicelib.kernel import log
from chalicelib.kernel.clock import now
from chalicelib.kernel.dynamo import commit
from chalicelib.orders import store
from chalicelib.orders.rules import Order, Parcel, Upload
from chalicelib.wechat import shipping
from chalicelib.wechat.shipping import ShippingAnswer
from chalicelib.wechat.transport import WeChatUnavailable

RETRY_AFTER = (
    timedelta(seconds=30),
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=30),
)
"""WeChat knows a payment ten to sixty seconds late (10060001); then the last interval repeats."""
MAX_TRIES = 100
"""About two days: the time in which WeChat wants to be told."""
_NEEDS_PHONE = "SF"


def tell_wechat(order_id: str) -> None:
    """Upload the parcels WeChat does not know yet, and note its answer on the order.

    Not yet known there, or WeChat out of reach: again later. A refusal is kept for staff to read.
    Raises ``OrderMoved`` when the order changed meanwhile; then it simply runs again.
    """
    order = store.load(order_id)
    upload = order.upload
    if upload is None or upload.state != "WAITING":
        return
    commit(store.replace_order(order, _noted(order, upload, _told(order, upload))))


def _told(order: Order, upload: Upload) -> ShippingAnswer:
    assert order.payer_openid is not None
    untold = order.parcels[upload.told :] or order.parcels[-1:]
    try:
        return shipping.upload_shipping(
            order_number=order.order_id,
            openid=order.payer_openid,
            delivery=untold[0].delivery,
            parcels=[_listed(order, parcel) for parcel in untold],
            is_all_delivered=order.is_all_sent,
        )
    except WeChatUnavailable:
        return ShippingAnswer("NOT_YET")


def _listed(order: Order, parcel: Parcel) -> shipping.Parcel:
    goods = "；".join(f"{order.line(one.line_no).title}×{one.quantity}" for one in parcel.lines)
    phone = store.receiver_of(order)[1] if parcel.express_company == _NEEDS_PHONE else None
    return shipping.Parcel(goods, parcel.express_company, parcel.tracking_number, phone)


def _noted(order: Order, upload: Upload, answer: ShippingAnswer) -> Order:
    if answer.state in ("OK", "ALREADY"):
        noted = Upload("DONE", told=len(order.parcels), is_all_told=order.is_all_sent)
    elif answer.state == "NOT_YET" and upload.tries < MAX_TRIES:
        wait = RETRY_AFTER[min(upload.tries, len(RETRY_AFTER) - 1)]
        noted = replace(upload, due_at=now() + wait, tries=upload.tries + 1)
    else:
        reason = answer.reason or "微信一直没有找到这笔支付"
        log.count("shipping_refused")
        noted = replace(upload, state="REFUSED", due_at=None, reason=reason)
    return replace(order, upload=noted, version=order.version + 1)
