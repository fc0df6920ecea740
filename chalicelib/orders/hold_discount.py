"""Coupon and points of an order: taken at placement, back when it dies unpaid, restored by refunds.

Like stock, they move at placement and at the end only, so paying touches neither (design §3). All are
write-makers for the caller's one commit (invariants 18, 19, 22).
"""

from datetime import datetime

from chalicelib.kernel import settings
from chalicelib.kernel.dynamo import Write
from chalicelib.marketing.rules import Coupon
from chalicelib.marketing.use_coupon import give_back, use_coupon
from chalicelib.orders.move_refund import Refund, points_back
from chalicelib.orders.rules import Order
from chalicelib.wallet import store as wallet
from chalicelib.wallet.book_points import PointsTurn, book_points
from chalicelib.wallet.move_points import (
    POINTS_SPENT,
    PointsRules,
    earn_points,
    last_moment,
    spend_points,
    unspend_points,
)


def hold_discount(order: Order, coupon: Coupon | None, at: datetime) -> list[Write]:
    """Use the coupon, spend the points; the commit raises ``CouponMoved`` or ``PointsMoved``."""
    writes = [use_coupon(coupon, order.order_id, at)] if coupon is not None else []
    if order.points:
        before = wallet.find_points(order.buyer_id)
        move = spend_points(before, order.points)
        refs = {"order_id": order.order_id}
        writes += book_points(before, move)
        writes.append(wallet.entry(f"SPEND:{order.order_id}", at, [], refs, points=move.postings))
    return writes


def release_discount(order: Order, at: datetime) -> list[Write]:
    """The order died unpaid: everything comes back, once, as if nothing had been used."""
    writes: list[Write] = []
    if order.coupon_id is not None:
        writes += give_back(order.buyer_id, order.coupon_id, order.order_id, at, even_if_over=True)
    if order.points:
        entry_id = f"UNSPEND:{order.order_id}"
        before = wallet.find_points(order.buyer_id)
        move = unspend_points(before, order.points, lot_id=entry_id, at=at)
        writes += book_points(before, move)
        writes.append(wallet.entry(entry_id, at, [], {"order_id": order.order_id}, points=move.postings))
    return writes


def restore_discount(order: Order, refund: Refund, turn: PointsTurn, at: datetime) -> list[Write]:
    """A refund is posted: the units' points come back as fresh ones, by cumulative floors; the coupon
    only when with this refund the whole order has gone back, and it still has time.

    ``order`` is as it stood before. The points are booked on ``turn``, whose writes and postings are
    the caller's.
    """
    points = points_back(order, refund)
    if points:
        until = last_moment(at, settings.read(PointsRules).valid_days)
        lot_id = f"REFUND:{refund.refund_id}"
        member_id = order.buyer_id
        turn.book(
            earn_points(turn.of(member_id), points, lot_id=lot_id, expires_at=until, source=POINTS_SPENT)
        )
    units = {line.line_no: line.quantity for line in refund.lines}
    is_whole = all(one.refunded_quantity + units.get(one.line_no, 0) == one.quantity for one in order.lines)
    if order.coupon_id is None or not is_whole:
        return []
    return give_back(order.buyer_id, order.coupon_id, order.order_id, at)
