"""A second person agrees to an adjustment, which books it, or refuses it (trust A6.5, invariant 13)."""

from dataclasses import replace

from chalicelib.adjustments import store
from chalicelib.adjustments.rules import (
    Adjustment,
    AdjustmentMoved,
    AdjustmentNeedsAnother,
    effect_of,
    postings_of,
)
from chalicelib.kernel.clock import now
from chalicelib.kernel.dynamo import Write, commit
from chalicelib.kernel.errors import Crowded
from chalicelib.members import store as members
from chalicelib.wallet import store as wallet
from chalicelib.wallet.rules import WalletMoved

_TRIES = 5


def decide_adjustment(adjustment_id: str, *, is_agreed: bool, by: str) -> Adjustment:
    """The adjustment, DONE with its money or REJECTED. Whoever asked may take it back, but not agree.

    Raises ``AdjustmentUnknown``, ``AdjustmentMoved``, ``AdjustmentNeedsAnother``, ``MemberClosed``, or
    ``Crowded`` when the wallet moves all the time.
    """
    asked = store.load(adjustment_id)
    if asked.status != "WAITING":
        raise AdjustmentMoved()
    if is_agreed and asked.asked_by == by:
        raise AdjustmentNeedsAnother()
    decided = replace(asked, status="DONE" if is_agreed else "REJECTED", decided_by=by, decided_at=now())
    for _ in range(_TRIES):
        try:
            commit(store.decide(asked, decided), _booked(decided) if is_agreed else [])
        except WalletMoved:
            continue  # a commission matured or was taken back just now: on a fresh wallet
        return decided
    raise Crowded()


def _booked(adjustment: Adjustment) -> list[Write]:
    """The wallet's move and its entry, as of the wallet now; never into a closed account."""
    effect = effect_of(adjustment.amount_fen, wallet.find(adjustment.member_id))
    refs = {
        "member_id": adjustment.member_id,
        "adjustment_id": adjustment.adjustment_id,
        "reason": adjustment.reason,
    }
    assert adjustment.decided_at is not None
    name = f"ADJUST:{adjustment.adjustment_id}"
    return [
        wallet.move(adjustment.member_id, available_fen=effect.available_fen, debt_fen=effect.debt_fen),
        wallet.entry(name, adjustment.decided_at, postings_of(adjustment, effect), refs),
        members.still_open(adjustment.member_id),
    ]
