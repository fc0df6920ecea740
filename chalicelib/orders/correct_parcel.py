"""Correct the carrier or tracking number of a parcel, once an order (O3, wechat.md §3.4)."""

from dataclasses import replace

from chalicelib.kernel.clock import now
from chalicelib.kernel.dynamo import commit
from chalicelib.kernel.errors import Conflict, NotFound
from chalicelib.orders import store
from chalicelib.orders.rules import Order, OrderMoved, Upload


class ParcelUnknown(NotFound):
    title = "没有这个包裹"
    detail = "订单里没有这个包裹，请刷新后重试。"


class AlreadyReshipped(Conflict):
    """WeChat lets the shipping of an order be corrected once (wechat.md §3.4)."""

    title = "只能修改一次"
    detail = "微信只允许修改一次发货信息，这个订单已经修改过了。"


def correct_parcel(order_id: str, parcel_no: int, *, express_company: str, tracking_number: str) -> Order:
    """The order with the right parcel; WeChat is told all its parcels anew.

    Only while everything is on its way, and WeChat allows it once. Raises ``OrderUnknown``,
    ``ParcelUnknown``, ``OrderMoved`` or ``AlreadyReshipped``.
    """
    order = store.load(order_id)
    wrong = next((one for one in order.parcels if one.parcel_no == parcel_no), None)
    if wrong is None or wrong.delivery != "EXPRESS":
        raise ParcelUnknown()
    if (wrong.express_company, wrong.tracking_number) == (express_company, tracking_number):
        return order
    if order.status != "SHIPPED":
        raise OrderMoved("商品全部发出后、收货之前才能修改发货信息。")
    if any(one.corrected_at for one in order.parcels):
        raise AlreadyReshipped()
    at = now()
    right = replace(wrong, express_company=express_company, tracking_number=tracking_number, corrected_at=at)
    after = replace(
        order,
        parcels=tuple(right if one.parcel_no == parcel_no else one for one in order.parcels),
        upload=Upload("WAITING", due_at=at) if order.upload else None,
        version=order.version + 1,
    )
    commit(store.replace_order(order, after))
    return after
