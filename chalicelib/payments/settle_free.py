"""An order of nothing is paid without WeChat: coupon and points have paid it (O1, invariant 6)."""

from chalicelib.commissions.credit import credit
from chalicelib.kernel.clock import now
from chalicelib.kernel.dynamo import ConditionFailed, commit
from chalicelib.orders import store as orders
from chalicelib.wallet import store as wallet


def settle_free(order_id: str) -> bool:
    """Whether this is an order of nothing; paid now unless it was paid or closed before.

    By the same terms as any payment: whoever earns nothing on it has a row that says why. The door,
    the follower of orders and the sweeper all come through here; again is the same as once. Raises
    ``OrderUnknown``.
    """
    order = orders.load(order_id)
    if order.total_fen != 0:
        return False
    if order.status != "UNPAID":
        return True
    at = now()
    credited = credit(order.sale, at)
    booked = []
    if credited.total_fen:
        refs = {"order_id": order.order_id}
        booked.append(wallet.entry(f"PAID:{order.order_id}", at, credited.postings, refs))
    try:
        commit(orders.mark_paid(order, paid_at=at), credited.writes, booked)
    except ConditionFailed:
        return True  # another was quicker
    return True
