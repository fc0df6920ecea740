"""What an ended order and its refunds say about who bought, taken out (N4)."""

from dataclasses import replace

from chalicelib.kernel.dynamo import Write
from chalicelib.orders import store
from chalicelib.orders.move_refund import Refund
from chalicelib.orders.rules import Order

_ENDS = ("COMPLETED", "CLOSED")


def erase_buyer(order: Order) -> list[Write]:
    """Writes, never committed here: receiver, phone, street, the buyer's words and evidence go; none if gone.

    Goods, money, region and WeChat's number for the payer stay: the record of a trade is kept for three years
    (电子商务法 §31), and a late refund or a dispute is matched by it. An order under way keeps its
    receiver, who waits. The commit raises ``OrderMoved`` or ``RefundMoved`` when one changed meanwhile.
    """
    if order.status not in _ENDS:
        return []
    bare = replace(order, ship_to=replace(order.ship_to, sealed=""), note=None)
    writes = [_erased(one) for one in store.refunds_of(order) if one.note or one.picture_keys]
    if bare != order:
        writes.append(store.replace_order(order, replace(bare, version=order.version + 1)))
    return writes


def _erased(refund: Refund) -> Write:
    return store.replace_refund(
        refund, replace(refund, note=None, picture_keys=(), version=refund.version + 1)
    )
