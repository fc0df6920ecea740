"""A coupon pays a part of an order, and comes back when the order comes to nothing (A1, invariant 18)."""

from dataclasses import replace
from datetime import datetime

from chalicelib.kernel.dynamo import Write
from chalicelib.marketing import store
from chalicelib.marketing.rules import Coupon, CouponMoved


def use_coupon(coupon: Coupon, order_id: str, at: datetime) -> Write:
    """UNUSED → USED by this order, once. Raises ``CouponMoved``, now or at the commit."""
    if not coupon.is_usable(at):
        raise CouponMoved()
    return store.replace_coupon(coupon, replace(coupon, status="USED", order_id=order_id, used_at=at))


def give_back(
    member_id: str, coupon_id: str, order_id: str, at: datetime, *, even_if_over: bool = False
) -> list[Write]:
    """USED → UNUSED, if it is this order's and still in its time (or ``even_if_over``); else nothing.

    The commit raises ``CouponMoved`` when it moved meanwhile, so it comes back at most once.
    """
    coupon = store.find_coupon(member_id, coupon_id)
    if coupon is None or (coupon.status, coupon.order_id) != ("USED", order_id):
        return []
    if coupon.expires_at <= at and not even_if_over:
        return []
    return [store.replace_coupon(coupon, replace(coupon, status="UNUSED", order_id=None, used_at=None))]
