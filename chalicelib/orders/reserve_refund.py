"""Staff agree to a refund: its money is set aside before WeChat is asked to pay it back (O4)."""

from chalicelib.kernel.clock import now
from chalicelib.kernel.dynamo import commit
from chalicelib.kernel.errors import Invalid
from chalicelib.kernel.money import Fen, yuan
from chalicelib.orders import store
from chalicelib.orders.move_refund import (
    BY_BUYER,
    Refund,
    RefundMoved,
    freight_back,
    is_refund_edge,
    move_refund,
)
from chalicelib.orders.rules import Order


def reserve_refund(refund_id: str, *, freight_fen: int | None = None) -> Refund:
    """The refund, RESERVED, due to be sent; reserved or further already, it stays as it is.

    ``freight_fen`` is the staff's word on the freight; without it, freight goes back only when
    nothing was sent and everything is refunded. Never is more reserved than was paid (invariant 8):
    the order must stand as it was read. Commissions are held since the refund was asked.

    Raises ``RefundUnknown``, ``RefundMoved``, ``OrderMoved`` or ``Invalid``.
    """
    order, refund = store.load_both(refund_id)
    if refund.status in ("RESERVED", "SENT", "POSTED"):
        return refund
    if refund.kind == "RETURN" and refund.status != "RETURNED":
        raise RefundMoved("请先确认收到退货，再退款。")
    if not is_refund_edge(refund.status, "RESERVED"):
        raise RefundMoved()  # before its freight is looked at, which may be another refund's by now
    at = now()
    freight = _freight(order, refund, freight_fen)
    amount_fen = Fen(sum(line.amount_fen for line in refund.lines) + freight)
    after, reserved = move_refund(
        order, refund, "RESERVED", at=at, reserved_at=at, freight_fen=freight, amount_fen=amount_fen
    )
    commit(store.replace_order(order, after), store.replace_refund(refund, reserved, due_at=at))
    return reserved


def _freight(order: Order, refund: Refund, said_fen: int | None) -> Fen:
    """Staff's word now, else the staff's word when it was asked, else the rule as things stand."""
    if said_fen is None and refund.asked_by == BY_BUYER:
        return freight_back(order, refund.lines)
    freight_fen = refund.freight_fen if said_fen is None else said_fen
    if not 0 <= freight_fen <= order.freight_left_fen:
        raise Invalid(f"运费最多可退 {yuan(order.freight_left_fen)}。")
    return Fen(freight_fen)
