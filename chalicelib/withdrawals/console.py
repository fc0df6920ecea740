"""Staff doors of withdrawals: see, approve, reject (W2)."""

from typing import Any

from chalicelib.kernel import auth
from chalicelib.kernel.clock import business_day, now
from chalicelib.kernel.http import Ask, Doors
from chalicelib.withdrawals import store
from chalicelib.withdrawals.approve import approve
from chalicelib.withdrawals.reject import reject
from chalicelib.withdrawals.rules import ApprovedAlready, WithdrawalMovedOn, WithdrawalUnknown
from chalicelib.withdrawals.schemas import AuditedListOut, AuditedOut, AuditQuery, Rejection

doors = Doors("/console")


@doors.get("/withdrawals", who=auth.staff("withdrawals.read"), query=AuditQuery, returns=AuditedListOut)
def list_withdrawals(ask: Ask[Any]) -> AuditedListOut:
    """Withdrawals under way by status, the longest waiting first; or all of one day, newest first."""
    wanted = ask.query
    if wanted.status is not None:
        found = store.open_of_status(wanted.status, limit=wanted.limit, cursor=wanted.next)
    else:
        day = (wanted.day or business_day(now())).isoformat()
        found = store.of_day(day, limit=wanted.limit, cursor=wanted.next)
    return AuditedListOut(items=found.map(AuditedOut.model_validate).items, next=found.next)


@doors.get(
    "/withdrawals/{withdrawal_id}",
    who=auth.staff("withdrawals.read"),
    returns=AuditedOut,
    errors=(WithdrawalUnknown,),
)
def read_withdrawal(ask: Ask[Any]) -> AuditedOut:
    """One withdrawal with everything that happened to it."""
    return AuditedOut.model_validate(store.load(ask.path["withdrawal_id"]))


@doors.post(
    "/withdrawals/{withdrawal_id}/approve",
    who=auth.staff("withdrawals.audit"),
    returns=AuditedOut,
    errors=(WithdrawalUnknown, WithdrawalMovedOn, ApprovedAlready),
)
def approve_withdrawal(ask: Ask[Any]) -> AuditedOut:
    """Agree; a large withdrawal needs a second person."""
    return AuditedOut.model_validate(approve(ask.path["withdrawal_id"], ask.who.id))


@doors.post(
    "/withdrawals/{withdrawal_id}/reject",
    who=auth.staff("withdrawals.audit"),
    body=Rejection,
    returns=AuditedOut,
    errors=(WithdrawalUnknown, WithdrawalMovedOn),
)
def reject_withdrawal(ask: Ask[Rejection]) -> AuditedOut:
    """Refuse with a reason; the money is available again."""
    rejected = reject(ask.path["withdrawal_id"], ask.who.id, reason=ask.body.reason)
    return AuditedOut.model_validate(rejected)
