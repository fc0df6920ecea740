"""What the buyer kept of an order, for the ways to become a distributor (D1). Pure."""

from collections import Counter

from chalicelib.distributors.application import Purchase
from chalicelib.kernel.money import Fen
from chalicelib.orders.rules import Order


def purchase_of(order: Order) -> Purchase | None:
    """Money for goods, without freight, and units paid for that did not go back; ``None`` before completion.

    Goods paid with points or a coupon alone are no purchase. A later refund lowers both.
    """
    if order.completed_at is None:
        return None
    units: Counter[str] = Counter()
    kept_fen = 0
    for line in order.lines:
        left_fen = line.paid_fen - line.refunded_fen
        kept_fen += left_fen
        if left_fen > 0 and line.quantity > line.refunded_quantity:
            units[line.product_id] += line.quantity - line.refunded_quantity
    return Purchase(order.buyer_id, order.order_id, Fen(kept_fen), dict(units), order.version)
