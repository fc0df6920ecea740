"""Tell WeChat to give money back: written down first, always with the same number (O4, invariant 8)."""

from datetime import datetime

from chalicelib.kernel import log
from chalicelib.kernel.clock import now
from chalicelib.kernel.dynamo import commit
from chalicelib.orders import store as orders
from chalicelib.orders.move_refund import Refund, RefundMoved
from chalicelib.orders.rules import Order
from chalicelib.payments import store
from chalicelib.payments.rules import (
    LATER_REFUSALS,
    REFUND_ASK_AFTER,
    REFUND_GAP,
    REFUND_QUIET_AFTER,
    RefundTooSoon,
)
from chalicelib.wechat import pay
from chalicelib.wechat.pay import PayBusy, PayRefused, PayUnknown, RefundState

REASON = "商品退款"


def send_refund(refund_id: str) -> RefundState | None:
    """Send a reserved refund, or repeat one whose answer is open.

    Returns how it stands, for ``post_refund``: ``CLOSED`` too for a definite refusal. ``None`` when
    the answer is open, when WeChat wants it later, or when another refund of the order went less
    than a minute ago; the sweeper takes it up again. Raises ``RefundUnknown``.
    """
    refund = orders.load_refund(refund_id)
    if refund.status not in ("RESERVED", "SENT"):
        return None
    order, at = orders.load(refund.order_id), now()
    if refund.amount_fen == 0 or order.paid_by == "BALANCE":
        return _state(refund, order, "SUCCESS")  # no money, or money that never left us: WeChat has no part
    is_definite = refund.status == "RESERVED" or _is_quiet(refund, at)
    if not _written_down(refund, order, at):
        return None
    try:
        return pay.refund(
            order_number=order.order_id,
            refund_number=refund_id,
            refund_fen=refund.amount_fen,
            total_fen=order.total_fen,
            reason=REASON,
        )
    except (PayUnknown, PayBusy):
        return None
    except PayRefused as refused:
        log.count("refund_refused", refusal=refused.refusal)
        if refused.refusal in LATER_REFUSALS:
            return None
        if is_definite:
            return _state(refund, order, "CLOSED")
        _wait(refund_id, at + REFUND_QUIET_AFTER + REFUND_GAP)
        return None


def _written_down(refund: Refund, order: Order, at: datetime) -> bool:
    """Whether this attempt is ours to make; its minute is claimed with it (trust A2)."""
    slot = store.refund_slot(order.order_id, refund.refund_id, at, otherwise=RefundTooSoon)
    due_at = at + REFUND_ASK_AFTER
    try:
        if refund.status == "RESERVED":
            commit(orders.refund_sent(refund, at=at, due_at=due_at), slot)
        else:
            commit(orders.refund_postponed(refund, due_at=due_at), slot)
    except RefundMoved:
        return False  # another worker or the notice was quicker
    except RefundTooSoon:
        _wait(refund.refund_id, at + REFUND_GAP)
        return False
    return True


def _is_quiet(refund: Refund, at: datetime) -> bool:
    """Whether every earlier attempt is too old to turn up at WeChat any more (wechat.md §6.9)."""
    payment = store.find(refund.order_id)
    return (
        payment is not None
        and payment.last_refund_id == refund.refund_id
        and payment.last_refund_at is not None
        and at - payment.last_refund_at >= REFUND_QUIET_AFTER
    )


def _wait(refund_id: str, due_at: datetime) -> None:
    try:
        commit(orders.refund_postponed(orders.load_refund(refund_id), due_at=due_at))
    except RefundMoved:
        return


def _state(refund: Refund, order: Order, state: pay.RefundStatus) -> RefundState:
    return RefundState(
        refund_number=refund.refund_id,
        order_number=order.order_id,
        refund_id="",
        state=state,
        refund_fen=refund.amount_fen,
        total_fen=order.total_fen,
        refunded_at=now() if state == "SUCCESS" else None,
    )
