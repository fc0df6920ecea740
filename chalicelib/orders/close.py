"""Close an unpaid order; stock, coupon, points and the claim to be first come back, once (O2, R6, A1, W6)."""

from chalicelib.inventory import store as inventory
from chalicelib.kernel.clock import now
from chalicelib.kernel.dynamo import commit
from chalicelib.marketing.rules import CouponMoved
from chalicelib.orders import rules, store
from chalicelib.orders.hold_discount import release_discount
from chalicelib.orders.rules import CloseReason, Order
from chalicelib.wallet.move_points import PointsMoved

_TRIES = 3


def close(order_id: str, *, reason: CloseReason = "EXPIRED") -> Order:
    """The closed order; one that is closed already stays as it is.

    Where the order was announced to WeChat, it must be closed there first (wechat.md §6.7); see
    ``cancel``. Raises ``OrderAlreadyPaid``, or ``OrderMoved`` when it was paid at this very moment.
    """
    for attempt in range(_TRIES):
        try:
            return _close(order_id, reason)
        except (CouponMoved, PointsMoved):  # the buyer's own purse moved meanwhile: decide again
            if attempt == _TRIES - 1:
                raise
    raise AssertionError("a loop that always returns or raises")


def _close(order_id: str, reason: CloseReason) -> Order:
    order, at = store.load(order_id), now()
    if order.status == "CLOSED" and order.paid_at is None:
        return order
    closed = rules.closed(order, reason, at=at)
    stock = [inventory.release(order_id, line.sku_id, line.quantity) for line in order.lines]
    first = [store.give_back_first_order(order)] if order.terms.claims_first_order else []
    commit(store.replace_order(order, closed), *stock, first, release_discount(order, at))
    return closed
