"""The refund of a late payment has ended at WeChat: the money is out of the books again."""

from chalicelib.kernel import log
from chalicelib.kernel.clock import now
from chalicelib.kernel.dynamo import ConditionFailed, Write, commit
from chalicelib.kernel.errors import Crowded
from chalicelib.payments import store
from chalicelib.payments.quarantine import quarantine
from chalicelib.payments.rules import REFUND_REPAIR_AFTER, Payment, PaymentMismatch
from chalicelib.wallet import store as wallet
from chalicelib.wechat.pay import RefundNotice, RefundState

_TRIES = 4


def post_late_refund(ended: RefundNotice | RefundState) -> None:
    """Book how the refund stands; again and again is the same as once.

    ``CLOSED`` and ``ABNORMAL`` keep it open for staff: this money is the buyer's. Raises
    ``PaymentMismatch`` when number or amount are not those of the late payment.
    """
    for _ in range(_TRIES):
        payment = store.find(ended.order_number)
        if payment is None or payment.refund_id != ended.refund_number:
            raise _quarantined(ended, "unknown_late_refund")
        if ended.refund_fen != payment.amount_fen:
            raise _quarantined(ended, "late_refund_amount")
        if payment.refund_status == "POSTED" or ended.state == "PROCESSING":
            return
        try:
            commit(_writes(payment, ended.state))
        except ConditionFailed:
            continue
        return
    raise Crowded()


def _writes(payment: Payment, state: str) -> list[Write]:
    at = now()
    assert payment.refund_id and payment.refund_status
    if state != "SUCCESS":
        log.error("late_refund_needs_staff", refund_id=payment.refund_id, state=state)
        log.count("refund_abnormal")
        return [store.late_refund(payment, "SENT", at=at, due_at=at + REFUND_REPAIR_AFTER)]
    return [
        store.late_refund(payment, "POSTED", at=at, due_at=None),
        wallet.entry(
            f"REFUND:{payment.refund_id}",
            at,
            [("wx:cash", payment.amount_fen), ("shop:sales", -payment.amount_fen)],
            {"order_id": payment.order_id, "refund_id": payment.refund_id, "late": "true"},
        ),
    ]


def _quarantined(ended: RefundNotice | RefundState, reason: str) -> PaymentMismatch:
    quarantine(
        reason=reason,
        order_number=ended.order_number,
        transaction_id=ended.refund_number,
        amount_fen=ended.refund_fen,
        expected_fen=None,
        notice_id="QUERY",
    )
    return PaymentMismatch()
