"""Ask WeChat how a transfer stands: for answers that got lost and notices that never came (W3)."""

from chalicelib.kernel import log
from chalicelib.kernel.clock import now
from chalicelib.kernel.dynamo import commit
from chalicelib.wechat import transfer
from chalicelib.withdrawals import store
from chalicelib.withdrawals.rules import STUCK_AFTER, Outcome, Withdrawal, WithdrawalMovedOn, look_again


def ask(withdrawal: Withdrawal) -> Outcome | None:
    """What WeChat says of this transfer; ``None`` when it knows no such bill, which proves nothing.

    Puts the next look into the calendar first. Raises ``PayUnknown`` or ``PayBusy``.
    """
    at = now()
    if withdrawal.sent_at is not None and at >= withdrawal.sent_at + STUCK_AFTER:
        log.error("withdrawal_stuck", withdrawal_id=withdrawal.withdrawal_id, status=withdrawal.status)
        log.count("withdrawal_stuck")
    try:
        commit(store.postpone(withdrawal, look_again(withdrawal, at)))
    except WithdrawalMovedOn:
        return None  # a notice was quicker; what remains is looked at in its turn
    state = transfer.query(withdrawal.withdrawal_id)
    if state is None:
        return None
    return Outcome(state.state, state.transfer_bill_number, state.package_info, state.fail_reason)
