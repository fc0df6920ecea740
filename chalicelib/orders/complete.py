"""The after-sale window is over: the order has come to its good end, and brings its points (O3, W6)."""

from chalicelib.kernel.clock import now
from chalicelib.kernel.dynamo import commit
from chalicelib.orders import store
from chalicelib.orders.earned_points import bring_points
from chalicelib.orders.rules import Order, completed
from chalicelib.wallet.move_points import PointsMoved

_TRIES = 4


def complete(order: Order) -> Order:
    """The completed order. Raises ``OrderMoved`` before its time, or while a refund is open.

    The edge is taken once, and the points come in its transaction: so they come once (invariants 5, 22).
    ``PointsMoved`` when the buyer's points keep moving; the next run tries again.
    """
    at = now()
    after = completed(order, at=at)
    for attempt in range(_TRIES):
        try:
            commit(store.replace_order(order, after), bring_points(order, at))
        except PointsMoved:
            if attempt == _TRIES - 1:
                raise
            continue
        break
    return after
