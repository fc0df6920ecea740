"""The goods are there: by the buyer's word or by itself; the after-sale window begins (O3)."""

from chalicelib.commissions.start_window import start_window
from chalicelib.kernel.clock import now
from chalicelib.kernel.dynamo import commit
from chalicelib.orders import store
from chalicelib.orders.rules import Order, OrderMoved, received

_TRIES = 3
"""WeChat is told of a parcel just when the buyer confirms it; that is no reason to refuse."""


def receive(order: Order) -> Order:
    """The received order; received already, it stays as it is.

    Its commissions mature when the window ends. Raises ``OrderMoved`` unless everything was shipped.
    """
    for _ in range(_TRIES):
        if order.status in ("RECEIVED", "COMPLETED"):
            return order
        after = received(order, at=now())
        assert after.after_sale_until is not None
        try:
            commit(store.replace_order(order, after), start_window(order.order_id, after.after_sale_until))
        except OrderMoved:
            order = store.load(order.order_id)
            continue
        return after
    raise OrderMoved()
