"""Ask WeChat to withdraw a transfer that nobody has confirmed yet (W3)."""

from chalicelib.kernel import log
from chalicelib.wechat import transfer
from chalicelib.wechat.transfer import PayBusy, PayRefused, PayUnknown
from chalicelib.withdrawals.rules import Outcome, Withdrawal


def call_back(withdrawal: Withdrawal) -> Outcome | None:
    """WeChat's answer, for ``post``; ``None`` when it gave none or refused, e.g. because the member
    confirmed this very second: the sweeper asks again."""
    assert withdrawal.status == "CANCELING"
    try:
        state = transfer.cancel(withdrawal.withdrawal_id)
    except (PayUnknown, PayBusy):
        return None
    except PayRefused as refused:
        log.info("call_back_refused", withdrawal_id=withdrawal.withdrawal_id, refusal=refused.refusal)
        return None
    return Outcome(state.state, state.transfer_bill_number, state.package_info, state.fail_reason)
