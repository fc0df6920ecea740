"""The money goes back to the wallet: debt first, the rest available again (invariants 13, 16)."""

from chalicelib.kernel.dynamo import Write
from chalicelib.wallet import store as wallet
from chalicelib.wallet.rules import settle_debt
from chalicelib.withdrawals import store
from chalicelib.withdrawals.rules import Withdrawal


def release(before: Withdrawal, after: Withdrawal) -> list[Write]:
    """The writes that end ``before`` as ``after`` and give its money back, once.

    The condition on the withdrawal's version makes PAYOUT and RELEASE exclude each other.
    """
    assert after.ended_at is not None and after.status in ("RETURNED", "REJECTED", "CANCELLED")
    amount_fen = before.amount_fen
    to_available, to_debt = settle_debt(wallet.find(before.member_id), amount_fen)
    account = f"m:{before.member_id}"
    postings = [
        (f"{account}:frozen", -amount_fen),
        (f"{account}:available", to_available),
        (f"{account}:debt", to_debt),
    ]
    return [
        store.replace_withdrawal(before, after, due_at=None),
        wallet.move(before.member_id, available_fen=to_available, frozen_fen=-amount_fen, debt_fen=-to_debt),
        wallet.entry(
            f"RELEASE:{before.withdrawal_id}",
            after.ended_at,
            postings,
            {"withdrawal_id": before.withdrawal_id, "member_id": before.member_id},
        ),
        *store.give_back_limits(before),
    ]
