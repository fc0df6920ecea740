"""Tell WeChat to transfer: written down first, always with the same number and content (W3)."""

from dataclasses import replace
from datetime import timedelta

from chalicelib.kernel import crypto, log
from chalicelib.kernel.clock import now
from chalicelib.kernel.dynamo import commit
from chalicelib.wechat import transfer
from chalicelib.wechat.transfer import PayBusy, PayRefused
from chalicelib.withdrawals import store
from chalicelib.withdrawals.rules import (
    LATER_REFUSALS,
    Outcome,
    Withdrawal,
    WithdrawalMovedOn,
    attempted,
    is_definite,
    look_again,
)

_LATER = timedelta(minutes=30)


def send(withdrawal: Withdrawal) -> Outcome | None:
    """Send an approved withdrawal, or repeat an attempt whose answer is open.

    The attempt is committed before the call, so that whoever comes after a crash knows that one may
    be under way. Returns what WeChat says of the transfer, for ``post``; ``FAIL`` too for a definite
    refusal, and only for that. ``None`` when WeChat wants it later or another worker has it. Raises
    ``PayUnknown`` when the answer is open: the same number is tried again later, for ever the same,
    and the money stays frozen meanwhile (wechat.md §6.9).
    """
    at = now()
    told = attempted(withdrawal, at)
    try:
        commit(store.replace_withdrawal(withdrawal, told, due_at=look_again(told, at)))
    except WithdrawalMovedOn:
        return None  # another worker has it
    try:
        state = transfer.send(
            bill_number=told.withdrawal_id,
            openid=told.openid,
            amount_fen=told.paid_fen,
            remark=told.remark,
            user_name=_real_name(told),
            appid=told.appid,
        )
    except PayBusy:
        _rest(told, timedelta(minutes=1))
        return None
    except PayRefused as refused:
        return _refused(told, refused)
    if state.state in ("ACCEPTED", "PROCESSING"):
        if state.state == "PROCESSING":
            log.count("withdrawal_waits_for_funds")
        _rest(told, look_again(told, at) - at)
        return None
    return Outcome(state.state, state.transfer_bill_number, state.package_info, state.fail_reason)


def _refused(told: Withdrawal, refused: PayRefused) -> Outcome | None:
    """The gateway has asked and found no bill of this number; see ``rules.is_definite``."""
    log.count("withdrawal_refused", refusal=refused.refusal)
    if refused.refusal not in LATER_REFUSALS and is_definite(told, now()):
        return Outcome("FAIL", fail_reason=refused.refusal)
    _rest(told, _LATER)
    return None


def _rest(told: Withdrawal, wait: timedelta) -> None:
    """This attempt left nothing open; try again after ``wait``."""
    rested = replace(told, version=told.version + 1, in_flight_at=None)
    try:
        commit(store.replace_withdrawal(told, rested, due_at=now() + wait))
    except WithdrawalMovedOn:
        return  # a notice was quicker, and knows better


def _real_name(withdrawal: Withdrawal) -> str | None:
    if withdrawal.real_name_sealed is None:
        return None
    return crypto.unseal(withdrawal.real_name_sealed, context=f"{withdrawal.withdrawal_id}:real_name")
