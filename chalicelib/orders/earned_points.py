"""Points that buying brings: once, when the order has come to its good end, netted by refunds (W6).

Both are write-makers for the caller's one commit. What an order has brought is at every moment the
floor of the goods that were paid and kept, so any order of refunds ends equal (invariants 11, 19).
"""

from datetime import datetime

from chalicelib.kernel import settings
from chalicelib.kernel.dynamo import Write
from chalicelib.kernel.money import Points
from chalicelib.orders.move_refund import Refund
from chalicelib.orders.rules import Order
from chalicelib.wallet import store as wallet
from chalicelib.wallet.book_points import PointsTurn, book_points
from chalicelib.wallet.move_points import PointsRules, claw_points, earn_points, last_moment
from chalicelib.wallet.points_for import points_for


def earned_points(order: Order, refund: Refund | None = None) -> Points:
    """What the goods are worth in points that were paid in money and not given back, ``refund`` included."""
    kept_fen = sum(line.paid_fen - line.refunded_fen for line in order.lines)
    back_fen = sum(line.amount_fen for line in refund.lines) if refund else 0
    return points_for(kept_fen - back_fen, order.fen_per_earned_point)


def bring_points(order: Order, at: datetime) -> list[Write]:
    """The points of an order that completes; the commit raises ``PointsMoved`` when they moved meanwhile."""
    points = earned_points(order)
    if not points:
        return []
    entry_id = f"EARN:{order.order_id}"
    before = wallet.find_points(order.buyer_id)
    until = last_moment(at, settings.read(PointsRules).valid_days)
    move = earn_points(before, points, lot_id=entry_id, expires_at=until)
    refs = {"order_id": order.order_id, "member_id": order.buyer_id}
    return [*book_points(before, move), wallet.entry(entry_id, at, [], refs, points=move.postings)]


def take_points_back(order: Order, refund: Refund, turn: PointsTurn) -> None:
    """A refund after the good end takes back what its goods had brought; before it there is nothing yet.

    ``order`` is as it stood before. Used points become a debt, like any late clawback (W1).
    """
    if order.completed_at is None:
        return
    points = earned_points(order) - earned_points(order, refund)
    if points:
        turn.book(claw_points(turn.of(order.buyer_id), points))
