"""The member calls a withdrawal off: at once before it is sent, through WeChat while it waits (W3)."""

from chalicelib.kernel.clock import now
from chalicelib.kernel.dynamo import commit
from chalicelib.withdrawals import store
from chalicelib.withdrawals.release import release
from chalicelib.withdrawals.rules import TooLateToCancel, Withdrawal, look_again, stepped


def cancel(member_id: str, withdrawal_id: str) -> Withdrawal:
    """Call the member's own withdrawal off.

    One that was not sent ends here and its money is available again. One that waits for the
    member's confirmation becomes ``CANCELING``; only WeChat's word frees that money, for which the
    caller asks with ``call_back``. Raises ``WithdrawalUnknown``, ``TooLateToCancel`` or
    ``WithdrawalMovedOn``.
    """
    withdrawal = store.load_own(member_id, withdrawal_id)
    at = now()
    if withdrawal.status in ("CANCELING", "CANCELLED"):
        return withdrawal
    if withdrawal.status in ("AUDIT", "APPROVED"):
        cancelled = stepped(withdrawal, "CANCELLED", at, actor=member_id)
        commit(release(withdrawal, cancelled))
        return cancelled
    if withdrawal.status == "WAITING":
        canceling = stepped(withdrawal, "CANCELING", at, actor=member_id)
        commit(store.replace_withdrawal(withdrawal, canceling, due_at=look_again(canceling, at)))
        return canceling
    raise TooLateToCancel()
