"""A payment that came after its order was closed, or paid by balance, goes back whole (wechat.md §6.7)."""

from chalicelib.kernel import log
from chalicelib.kernel.clock import now
from chalicelib.kernel.dynamo import ConditionFailed, commit
from chalicelib.payments import store
from chalicelib.payments.rules import LATER_REFUSALS, REFUND_ASK_AFTER, REFUND_STUCK_AFTER, Payment
from chalicelib.wechat import pay
from chalicelib.wechat.pay import PayBusy, PayRefused, PayUnknown, RefundState

REASON = "订单已关闭或已用余额付款，原路退款"


def send_late_refund(payment: Payment) -> RefundState | None:
    """Send the refund of a late payment, or repeat one whose answer is open.

    Returns how it stands, for ``post_late_refund``; ``None`` when the answer is open or WeChat wants
    it later. A refusal never gives this money up: it is alarmed and tried again.
    """
    assert payment.refund_id and payment.refund_reserved_at
    at = now()
    if at >= payment.refund_reserved_at + REFUND_STUCK_AFTER:
        log.error("refund_stuck", refund_id=payment.refund_id)
        log.count("refund_stuck")
    try:
        commit(store.late_refund(payment, "SENT", at=at, due_at=at + REFUND_ASK_AFTER))
    except ConditionFailed:
        return None  # another worker or the notice was quicker
    try:
        return pay.refund(
            order_number=payment.order_id,
            refund_number=payment.refund_id,
            refund_fen=payment.amount_fen,
            total_fen=payment.amount_fen,
            reason=REASON,
        )
    except (PayUnknown, PayBusy):
        return None
    except PayRefused as refused:
        if refused.refusal not in LATER_REFUSALS:
            log.error("late_refund_refused", refund_id=payment.refund_id, refusal=refused.refusal)
        log.count("refund_refused", refusal=refused.refusal)
        return None
