"""The goods are there: by the buyer's word or by itself; the after-sale window begins (O3)."""

from chalicelib.commissions.start_window import start_window
from chalicelib.kernel.clock import now
from chalicelib.kernel.dynamo import commit
from chalicelib.orders import store
from chalicelib.orders.rules import Order, received


def receive(order: Order) -> Order:
    """The received order; received already, it stays as it is.

    Its commissions mature when the window ends. Raises ``OrderMoved`` unless everything was shipped.
    """
    if order.status in ("RECEIVED", "COMPLETED"):
        return order
    after = received(order, at=now())
    assert after.after_sale_until is not None
    commit(store.replace_order(order, after), start_window(order.order_id, after.after_sale_until))
    return after
