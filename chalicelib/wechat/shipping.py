"""订单发货管理: telling WeChat that an order was shipped, without which it keeps the money frozen.

WeChat's books follow the payment with a delay: right after paying it may not know the order yet
(10060001), so the caller tries again after ten to sixty seconds (wechat.md §3.4).
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from chalicelib.kernel import log
from chalicelib.kernel.clock import SHANGHAI, now
from chalicelib.kernel.config import config
from chalicelib.wechat import token
from chalicelib.wechat.transport import WeChatRefused

Delivery = Literal["EXPRESS", "CITY", "VIRTUAL", "PICK_UP"]

_LOGISTICS_TYPE: dict[Delivery, int] = {"EXPRESS": 1, "CITY": 2, "VIRTUAL": 3, "PICK_UP": 4}
_NUMBER_OF_MERCHANT = 1
_UNIFIED, _SPLIT = 1, 2
_NOT_KNOWN_YET = 10060001
_ALREADY = {10060002, 10060003}
_MAX_PARCELS = 15
_MAX_DESCRIPTION = 120


@dataclass(frozen=True)
class Parcel:
    """What the buyer reads about one parcel; only an express parcel has company and number.

    ``receiver_phone`` is sent masked, and needed by SF Express only.
    """

    description: str
    express_company: str | None = None
    tracking_number: str | None = None
    receiver_phone: str | None = None


@dataclass(frozen=True)
class ShippingAnswer:
    """``NOT_YET`` is to be tried again later; ``REFUSED`` carries WeChat's ``reason`` for the staff."""

    state: Literal["OK", "NOT_YET", "ALREADY", "REFUSED"]
    reason: str = ""


def upload_shipping(
    *,
    order_number: str,
    openid: str,
    delivery: Delivery,
    parcels: Sequence[Parcel],
    is_all_delivered: bool = True,
) -> ShippingAnswer:
    """Report the parcels of an order, 1 to 15 of them.

    Several parcels, or a part of the order, go as a split delivery. ``ALREADY`` when WeChat has
    this order as shipped, and as re-shipped where that is used up. Raises ``ValueError`` on no or
    too many parcels, ``WeChatUnavailable`` on an outage.
    """
    if not 1 <= len(parcels) <= _MAX_PARCELS:
        raise ValueError(f"{len(parcels)} parcels")
    is_split = len(parcels) > 1 or not is_all_delivered
    body: dict[str, object] = {
        "order_key": {
            "order_number_type": _NUMBER_OF_MERCHANT,
            "mchid": config().mch_id,
            "out_trade_no": order_number,
        },
        "logistics_type": _LOGISTICS_TYPE[delivery],
        "delivery_mode": _SPLIT if is_split else _UNIFIED,
        "shipping_list": [_listed(parcel) for parcel in parcels],
        "upload_time": now().astimezone(SHANGHAI).isoformat(timespec="milliseconds"),
        "payer": {"openid": openid},
    }
    if is_split:
        body["is_all_delivered"] = is_all_delivered
    try:
        token.post("mp", "wxa/sec/order/upload_shipping_info", body)
    except WeChatRefused as refused:
        return _answer_of(refused, order_number)
    return ShippingAnswer("OK")


def _listed(parcel: Parcel) -> dict[str, object]:
    listed: dict[str, object] = {"item_desc": parcel.description[:_MAX_DESCRIPTION]}
    if parcel.tracking_number:
        listed["tracking_no"] = parcel.tracking_number
    if parcel.express_company:
        listed["express_company"] = parcel.express_company
    if parcel.receiver_phone:
        masked = re.sub(r"(\d{3})\d+(\d{4})$", r"\1****\2", parcel.receiver_phone)
        listed["contact"] = {"receiver_contact": masked}
    return listed


def _answer_of(refused: WeChatRefused, order_number: str) -> ShippingAnswer:
    if refused.errcode == _NOT_KNOWN_YET:
        return ShippingAnswer("NOT_YET")
    if refused.errcode in _ALREADY:
        return ShippingAnswer("ALREADY")
    log.warning(
        "wechat_shipping_refused",
        errcode=refused.errcode,
        errmsg=refused.errmsg,
        order_number=order_number,
    )
    return ShippingAnswer("REFUSED", f"{refused.errcode} {refused.errmsg}".strip())
