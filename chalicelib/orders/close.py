"""Close an unpaid order; give back its stock and its claim to be the first (O2, R6, invariants 5, 21)."""

from chalicelib.inventory import store as inventory
from chalicelib.kernel.clock import now
from chalicelib.kernel.dynamo import commit
from chalicelib.orders import rules, store
from chalicelib.orders.rules import CloseReason, Order


def close(order_id: str, *, reason: CloseReason = "EXPIRED") -> Order:
    """The closed order; one that is closed already stays as it is.

    Where the order was announced to WeChat, it must be closed there first (wechat.md §6.7); see
    ``cancel``. Raises ``OrderAlreadyPaid``, or ``OrderMoved`` when it was paid at this very moment.
    """
    order = store.load(order_id)
    if order.status == "CLOSED" and order.paid_at is None:
        return order
    closed = rules.closed(order, reason, at=now())
    stock = [inventory.release(order_id, line.sku_id, line.quantity) for line in order.lines]
    first = [store.give_back_first_order(order)] if order.terms.claims_first_order else []
    commit(store.replace_order(order, closed), *stock, first)
    return closed
