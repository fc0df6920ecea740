"""The after-sale window is over: the order has come to its good end (O3)."""

from chalicelib.kernel.clock import now
from chalicelib.kernel.dynamo import commit
from chalicelib.orders import store
from chalicelib.orders.rules import Order, completed


def complete(order: Order) -> Order:
    """The completed order. Raises ``OrderMoved`` before its time, or while a refund is open."""
    after = completed(order, at=now())
    commit(store.replace_order(order, after))
    return after
