"""Staff agree to a withdrawal; above a limit two different persons must (W2, trust A6.5)."""

from dataclasses import replace

from chalicelib.kernel.clock import now
from chalicelib.kernel.dynamo import commit
from chalicelib.withdrawals import store
from chalicelib.withdrawals.rules import ApprovedAlready, Status, Withdrawal, WithdrawalMovedOn, stepped


def approve(withdrawal_id: str, staff_id: str) -> Withdrawal:
    """Add this person's approval; with the last one needed the withdrawal is sent within a minute.

    Raises ``WithdrawalUnknown``, ``ApprovedAlready`` when the same person comes twice, and
    ``WithdrawalMovedOn`` when it is not in audit (any more).
    """
    withdrawal = store.load(withdrawal_id)
    if withdrawal.status != "AUDIT":
        raise WithdrawalMovedOn()
    if staff_id in withdrawal.approvals:
        raise ApprovedAlready()
    approvals = (*withdrawal.approvals, staff_id)
    is_enough = len(approvals) >= withdrawal.approvals_needed
    to: Status = "APPROVED" if is_enough else "AUDIT"
    at = now()
    approved = replace(stepped(withdrawal, to, at, actor=staff_id, note="同意"), approvals=approvals)
    commit(store.replace_withdrawal(withdrawal, approved, due_at=at if is_enough else None))
    return approved
