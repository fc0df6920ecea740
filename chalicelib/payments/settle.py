"""A payment has arrived: the order is paid and everybody credited, exactly once (O2, invariants 4, 6).

One consistent read and one transaction; no balance, no stock and no shared item is touched, so a
star distributor slows nobody (design §3). Notice, sweeper and reconciliation all come through here.
"""

from dataclasses import replace

from chalicelib.commissions.credit import credit
from chalicelib.kernel import log
from chalicelib.kernel.clock import now
from chalicelib.kernel.dynamo import ConditionFailed, commit
from chalicelib.kernel.errors import Crowded, DomainError
from chalicelib.kernel.ids import derived_id
from chalicelib.kernel.money import Fen
from chalicelib.orders import store as orders
from chalicelib.orders.rules import Order
from chalicelib.payments import store
from chalicelib.payments.quarantine import quarantine
from chalicelib.payments.rules import (
    Payment,
    PaymentMismatch,
    UnknownOrder,
    describe,
    mismatch,
)
from chalicelib.wallet import store as wallet
from chalicelib.wechat.pay import PaidNotice

FOUND_BY_QUERY = "QUERY"
_TRIES = 4


def settle(paid: PaidNotice, *, notice_id: str = FOUND_BY_QUERY) -> None:
    """Book the payment ``paid``; again and again is the same as once.

    A payment that disagrees with its order is kept in quarantine and raises ``PaymentMismatch``,
    one for no order of ours ``UnknownOrder``; the order is untouched. When the order was closed or paid
    by balance meanwhile it stays so, and the whole payment is reserved to go back.
    """
    for _ in range(_TRIES):
        order = orders.find(paid.order_number)
        if order is None:
            raise _quarantined(paid, notice_id, "unknown_order", expected_fen=None)
        reason = mismatch(
            order,
            appid=paid.appid,
            openid=paid.openid,
            amount_fen=paid.amount_fen,
            currency=paid.currency,
        )
        if reason is not None:
            raise _quarantined(paid, notice_id, reason, expected_fen=order.total_fen)
        booked_id = order.transaction_id or (_late_id(order) if _is_too_late(order) else None)
        if booked_id == paid.transaction_id:
            return
        if booked_id is not None:
            raise _quarantined(paid, notice_id, "second_transaction", expected_fen=order.total_fen)
        if _booked(order, paid, notice_id):
            return
    raise Crowded()


def _is_too_late(order: Order) -> bool:
    """Its goods are given away, or paid for already by the buyer's balance."""
    return order.status == "CLOSED" or order.balance_bill_id is not None


def _late_id(order: Order) -> str | None:
    payment = store.find(order.order_id)
    return payment.transaction_id if payment else None


def _booked(order: Order, paid: PaidNotice, notice_id: str) -> bool:
    """Whether the payment is in the books now; ``False`` when the order moved on since it was read."""
    payment = _arrived(order, paid, notice_id)
    try:
        if _is_too_late(order):
            _keep_late(payment)
        else:
            _credit(order, payment)
    except ConditionFailed:
        return False
    return True


def _credit(order: Order, payment: Payment) -> None:
    assert payment.transaction_id and payment.paid_at
    at = now()
    credited = credit(order.sale, at)
    income = [("wx:cash", -order.total_fen), ("shop:sales", order.total_fen)]
    commit(
        orders.mark_paid(order, transaction_id=payment.transaction_id, paid_at=payment.paid_at),
        credited.writes,
        wallet.entry(
            f"PAID:{order.order_id}",
            at,
            [*income, *credited.postings],
            {"order_id": order.order_id, "transaction_id": payment.transaction_id},
            points=credited.points,
        ),
        store.arrived(payment, "PAID"),
    )


def _keep_late(payment: Payment) -> None:
    """Nobody waits for this money any more: it is booked and goes back whole."""
    assert payment.transaction_id
    at = now()
    refund_id = late_refund_id(payment.order_id)
    commit(
        store.arrived(replace(payment, refund_id=refund_id, refund_reserved_at=at), "LATE", due_at=at),
        wallet.entry(
            f"PAID:{payment.order_id}",
            at,
            [("wx:cash", -payment.amount_fen), ("shop:sales", payment.amount_fen)],
            {"order_id": payment.order_id, "transaction_id": payment.transaction_id, "late": "true"},
        ),
    )
    log.warning("late_payment", order_id=payment.order_id, refund_id=refund_id)
    log.count("late_payment")


def late_refund_id(order_id: str) -> str:
    """The fixed number under which a late payment of this order goes back."""
    return derived_id("RL", order_id)


def _arrived(order: Order, paid: PaidNotice, notice_id: str) -> Payment:
    return Payment(
        order_id=order.order_id,
        status="PREPAID",
        amount_fen=paid.amount_fen,
        appid=paid.appid,
        openid=paid.openid,
        description=describe(order),
        expires_at=order.expires_at,
        reserved_at=now(),
        transaction_id=paid.transaction_id,
        paid_at=paid.paid_at,
        notice_id=notice_id,
    )


def _quarantined(paid: PaidNotice, notice_id: str, reason: str, *, expected_fen: Fen | None) -> DomainError:
    quarantine(
        reason=reason,
        order_number=paid.order_number,
        transaction_id=paid.transaction_id,
        amount_fen=paid.amount_fen,
        expected_fen=expected_fen,
        notice_id=notice_id,
    )
    return UnknownOrder() if reason == "unknown_order" else PaymentMismatch()
