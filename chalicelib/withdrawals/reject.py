"""Staff refuse a withdrawal; the money is available again at once (W2)."""

from dataclasses import replace

from chalicelib.kernel.clock import now
from chalicelib.kernel.dynamo import commit
from chalicelib.withdrawals import store
from chalicelib.withdrawals.release import release
from chalicelib.withdrawals.rules import Withdrawal, WithdrawalMovedOn, stepped


def reject(withdrawal_id: str, staff_id: str, *, reason: str) -> Withdrawal:
    """Refuse with a ``reason`` that the member reads, and release the money.

    Raises ``WithdrawalUnknown``, and ``WithdrawalMovedOn`` when it is not in audit (any more).
    """
    withdrawal = store.load(withdrawal_id)
    if withdrawal.status != "AUDIT":
        raise WithdrawalMovedOn()
    rejected = replace(stepped(withdrawal, "REJECTED", now(), actor=staff_id, note=reason), reason=reason)
    commit(release(withdrawal, rejected))
    return rejected
