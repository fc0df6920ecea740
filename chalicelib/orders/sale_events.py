"""What an order's payment and returns mean for sales figures (D2, R5). Pure."""

from collections.abc import Iterable
from datetime import datetime

from chalicelib.orders.move_refund import Refund
from chalicelib.orders.rules import Order
from chalicelib.standing.rules import SaleEvent


def sale_events(order: Order, refunds: Iterable[Refund] = ()) -> tuple[SaleEvent, ...]:
    """All that happened so far to the order and to these refunds of it, each under its own id for ever."""
    events = []
    if order.paid_at is not None:
        goods_fen = sum(line.paid_fen for line in order.lines)
        events.append(_event(order, f"PAID:{order.order_id}", order.paid_at, goods_fen, orders=1))
    events += [refund_event(order, refund) for refund in refunds if refund.status == "POSTED"]
    if order.close_reason == "REFUNDED" and order.closed_at is not None:
        events.append(_event(order, f"RETURNED:{order.order_id}", order.closed_at, 0, orders=-1))
    return tuple(events)


def refund_event(order: Order, refund: Refund) -> SaleEvent:
    """The posted refund takes its goods' money out of the figures; freight never was in them."""
    assert refund.ended_at is not None, "only a posted refund counts"
    back_fen = sum(line.amount_fen for line in refund.lines)
    return _event(order, f"REFUND:{refund.refund_id}", refund.ended_at, -back_fen)


def _event(order: Order, event_id: str, at: datetime, goods_fen: int, *, orders: int = 0) -> SaleEvent:
    # an order that was placed before its chain was kept has the uplines of its terms
    chain = order.chain or tuple(payee.member_id for payee in order.terms.payees if payee.level > 0)
    return SaleEvent(event_id, order.order_id, order.buyer_id, chain, at, goods_fen, orders)
