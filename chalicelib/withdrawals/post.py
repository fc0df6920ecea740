"""Book how a transfer stands: PAYOUT or RELEASE once, never both (W3, invariants 15, 16)."""

from dataclasses import replace

from chalicelib.kernel import log
from chalicelib.kernel.clock import now
from chalicelib.kernel.dynamo import Write, commit
from chalicelib.kernel.errors import Conflict, Crowded
from chalicelib.wallet import store as wallet
from chalicelib.withdrawals import store
from chalicelib.withdrawals.release import release
from chalicelib.withdrawals.rules import (
    Contradiction,
    Outcome,
    TransferMismatch,
    Withdrawal,
    look_again,
    step_for,
    stepped,
)

_TRIES = 4


def post(withdrawal_id: str, outcome: Outcome) -> Withdrawal:
    """Move the withdrawal to where WeChat says its transfer is; again and again is the same as once.

    ``SUCCESS`` books the payout, ``FAIL`` and ``CANCELLED`` give the money back. A notice about
    another amount or receiver, or one that contradicts what is booked, changes nothing, is counted
    for the alarm, and raises ``TransferMismatch``. Raises ``WithdrawalUnknown``.
    """
    for _ in range(_TRIES):
        withdrawal = store.load(withdrawal_id)
        _check(withdrawal, outcome)
        try:
            to = step_for(withdrawal, outcome)
        except Contradiction as problem:
            raise _reported(withdrawal, str(problem)) from None
        if to is None:
            return withdrawal
        at = now()
        after = stepped(withdrawal, to, at, actor="wechat", note=outcome.fail_reason or "")
        after = replace(
            after,
            in_flight_at=None,
            transfer_bill_number=outcome.transfer_bill_number or withdrawal.transfer_bill_number,
            fail_reason=outcome.fail_reason,
            package_info=None if after.ended_at else outcome.package_info or withdrawal.package_info,
        )
        try:
            commit(_writes(withdrawal, after))
        except Conflict:
            continue  # moved on, or the wallet's debt did: decide again on what is there now
        return after
    raise Crowded()


def _writes(before: Withdrawal, after: Withdrawal) -> list[Write]:
    if after.status == "PAID":
        return _paid_out(before, after)
    if after.ended_at is not None:
        return release(before, after)
    return [store.replace_withdrawal(before, after, due_at=look_again(after, now()))]


def _paid_out(before: Withdrawal, after: Withdrawal) -> list[Write]:
    assert after.ended_at is not None
    postings = [
        (f"m:{before.member_id}:frozen", -before.amount_fen),
        ("wx:cash", before.paid_fen),
        ("shop:fees", before.fee_fen),
    ]
    return [
        store.replace_withdrawal(before, after, due_at=None),
        wallet.move(before.member_id, frozen_fen=-before.amount_fen),
        wallet.entry(
            f"PAYOUT:{before.withdrawal_id}",
            after.ended_at,
            postings,
            {"withdrawal_id": before.withdrawal_id, "member_id": before.member_id},
        ),
        store.free_place(before),
    ]


def _check(withdrawal: Withdrawal, outcome: Outcome) -> None:
    if outcome.amount_fen not in (None, withdrawal.paid_fen):
        raise _reported(withdrawal, "amount")
    if outcome.openid not in (None, withdrawal.openid):
        raise _reported(withdrawal, "receiver")


def _reported(withdrawal: Withdrawal, reason: str) -> TransferMismatch:
    log.error("transfer_mismatch", withdrawal_id=withdrawal.withdrawal_id, reason=reason)
    log.count("transfer_mismatch")
    return TransferMismatch()
