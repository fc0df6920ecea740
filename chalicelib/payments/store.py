"""Reads of this room as values, and its writes for a verb's one commit."""

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

from pynamodb.expressions.update import Action

from chalicelib.kernel.clock import business_day
from chalicelib.kernel.dynamo import Otherwise, Write, put_new, update
from chalicelib.kernel.ids import shard_of
from chalicelib.kernel.paging import Page, page
from chalicelib.payments.models import PaymentRow, QuarantineRow
from chalicelib.payments.rules import REFUND_GAP, LateRefundStatus, Payment, PaymentStatus, Quarantined

DUE_SHARDS = 8


def find(order_id: str) -> Payment | None:
    """The payment announced for this order, if one was."""
    row = PaymentRow.find(order_id)
    return row.as_value(Payment) if row else None


def due(at: datetime, limit: int) -> Iterator[str]:
    """Orders whose payment needs a look by ``at``, at most ``limit`` of each shard."""
    for shard in range(DUE_SHARDS):
        for row in PaymentRow.due.query(str(shard), PaymentRow.due_at <= at, limit=limit):
            yield row.order_id


def of_day(day: date) -> Iterator[str]:
    """Orders paid on this business day, late payments too; for reconciliation, no scan."""
    for row in PaymentRow.of_day.query(day.isoformat()):
        yield row.order_id


def reserve(payment: Payment, *, due_at: datetime, otherwise: Otherwise | None = None) -> Write:
    """Write down what WeChat is about to be told, before it is told."""
    row = PaymentRow.of_value(payment, due_shard=_shard(payment.order_id), due_at=due_at)
    return put_new(row, otherwise)


def prepaid(order_id: str, prepay_id: str, at: datetime) -> Write:
    """Keep the prepay id, unless the payment has moved on meanwhile."""
    actions = [PaymentRow.prepay_id.set(prepay_id), PaymentRow.prepaid_at.set(at)]
    return update(PaymentRow, (order_id,), actions, PaymentRow.status == "PREPAID")


def arrived(
    payment: Payment,
    status: PaymentStatus,
    *,
    due_at: datetime | None = None,
    otherwise: Otherwise | None = None,
) -> Write:
    """Book the money of ``payment`` (with its transaction), once for ever.

    ``PAID`` needs no further look; ``LATE`` is due at ``due_at``, with its refund reserved.
    """
    assert payment.transaction_id and payment.paid_at and payment.notice_id
    actions = [
        PaymentRow.status.set(status),
        PaymentRow.amount_fen.set(payment.amount_fen),
        PaymentRow.appid.set(payment.appid),
        PaymentRow.openid.set(payment.openid),
        PaymentRow.description.set(payment.description),
        PaymentRow.expires_at.set(payment.expires_at),
        PaymentRow.reserved_at.set(PaymentRow.reserved_at | payment.reserved_at),
        PaymentRow.transaction_id.set(payment.transaction_id),
        PaymentRow.paid_at.set(payment.paid_at),
        PaymentRow.notice_id.set(payment.notice_id),
        PaymentRow.day.set(business_day(payment.paid_at).isoformat()),
        *_due(payment.order_id, due_at),
    ]
    if status == "LATE":
        assert payment.refund_id and payment.refund_reserved_at
        actions += [
            PaymentRow.refund_id.set(payment.refund_id),
            PaymentRow.refund_status.set("RESERVED"),
            PaymentRow.refund_reserved_at.set(payment.refund_reserved_at),
        ]
    is_first = PaymentRow.transaction_id.does_not_exist()
    return update(PaymentRow, (payment.order_id,), actions, is_first, otherwise=otherwise)


def postponed(payment: Payment, due_at: datetime) -> Write:
    """Look again at ``due_at``; the payment is as it was."""
    actions = [PaymentRow.checks.set(payment.checks + 1), *_due(payment.order_id, due_at)]
    return update(PaymentRow, (payment.order_id,), actions, PaymentRow.status == payment.status)


def closed(order_id: str) -> Write:
    """WeChat will take no money for this order any more."""
    actions = [PaymentRow.status.set("CLOSED"), *_due(order_id, None)]
    return update(PaymentRow, (order_id,), actions, PaymentRow.status == "PREPAID")


def refund_slot(order_id: str, refund_id: str, at: datetime, *, otherwise: Otherwise | None = None) -> Write:
    """Claim the minute that WeChat wants between two refunds of an order; a repeat keeps its own."""
    is_free = (
        PaymentRow.last_refund_at.does_not_exist()
        | (PaymentRow.last_refund_at <= at - REFUND_GAP)
        | (PaymentRow.last_refund_id == refund_id)
    )
    actions = _slot(refund_id, at)
    is_paid = PaymentRow.transaction_id.exists()
    return update(PaymentRow, (order_id,), actions, is_paid & is_free, otherwise=otherwise)


def late_refund(payment: Payment, to: LateRefundStatus, *, at: datetime, due_at: datetime | None) -> Write:
    """Move the refund of a late payment on; ``due_at`` is when to look again, ``None`` when it ended."""
    assert payment.refund_id
    actions = [PaymentRow.refund_status.set(to), *_due(payment.order_id, due_at)]
    if to == "SENT":
        actions += _slot(payment.refund_id, at)
    is_as_seen = PaymentRow.refund_status == payment.refund_status
    return update(PaymentRow, (payment.order_id,), actions, is_as_seen)


def quarantine(found: Quarantined) -> Write:
    """Keep what cannot be booked, once."""
    return put_new(QuarantineRow.of_value(found))


def find_quarantined(quarantine_id: str) -> Quarantined | None:
    """One kept case."""
    row = QuarantineRow.find(quarantine_id)
    return row.as_value(Quarantined) if row else None


def quarantined(state: str, *, limit: int, cursor: str | None) -> Page[Quarantined]:
    """Cases in this state, newest first."""
    found = page(QuarantineRow.by_state, state, limit=limit, cursor=cursor)
    return found.map(lambda row: row.as_value(Quarantined))


def resolved(case: Quarantined, *, staff_id: str, note: str, at: datetime, otherwise: Otherwise) -> Write:
    """A person has dealt with it and says how."""
    actions = [
        QuarantineRow.state.set("RESOLVED"),
        QuarantineRow.note.set(note),
        QuarantineRow.resolved_by.set(staff_id),
        QuarantineRow.resolved_at.set(at),
    ]
    is_open = QuarantineRow.state == "OPEN"
    return update(QuarantineRow, (case.quarantine_id,), actions, is_open, otherwise=otherwise)


def _slot(refund_id: str, at: datetime) -> list[Action]:
    return [PaymentRow.last_refund_id.set(refund_id), PaymentRow.last_refund_at.set(at)]


def _due(order_id: str, due_at: datetime | None) -> list[Action]:
    if due_at is None:
        return [PaymentRow.due_shard.remove(), PaymentRow.due_at.remove()]
    return [PaymentRow.due_shard.set(_shard(order_id)), PaymentRow.due_at.set(due_at)]


def _shard(key: str) -> Any:
    return str(shard_of(key, DUE_SHARDS))
