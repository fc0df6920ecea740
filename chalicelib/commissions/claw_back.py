"""A posted refund takes commission back, exactly and in its form (O4, W1, W6, invariants 11, 19)."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from chalicelib.commissions import forms, store
from chalicelib.commissions.hand_out import reward_of
from chalicelib.commissions.rules import Commission, CommissionsMoved, RefundedLine
from chalicelib.commissions.take_back import goes_beyond, take_back
from chalicelib.kernel.dynamo import Write
from chalicelib.kernel.money import Fen
from chalicelib.wallet import store as wallet
from chalicelib.wallet.move_points import POINTS_ISSUED, claw_points, points_account_of
from chalicelib.wallet.rules import account_of, take_from
from chalicelib.wallet.store import PointsTurn


@dataclass(frozen=True)
class ClawedBack:
    """The writes and postings for the refund's commit and its one journal entry."""

    writes: list[Write]
    postings: list[tuple[str, int]]
    total_fen: Fen
    """In cash."""


def claw_back(
    order_id: str,
    refund_id: str,
    lines: Mapping[int, RefundedLine],
    at: datetime,
    *,
    turn: PointsTurn,
) -> ClawedBack:
    """Take back each payee's part of the refunded lines, and lift this refund's hold.

    A pending commission shrinks. Of a matured one the member's available money or points are taken, and
    what is missing becomes a debt; coupons and gifts are revoked unless they were used, which the row
    records. What becomes of points goes into ``turn``, which the caller commits too. Commits nothing. The
    commit raises ``CommissionsMoved`` (or another conflict) when a row or a wallet changed meanwhile
    (another refund, maturing, a withdrawal), as this does when the same refund was posted: call again.
    """
    writes: list[Write] = []
    cash: dict[tuple[str, bool], int] = defaultdict(int)
    points: dict[tuple[str, bool], int] = defaultdict(int)
    for row in store.of_order(order_id):
        if goes_beyond(row, lines):
            raise CommissionsMoved()
        taken = take_back(row, lines)
        if taken is None:
            if refund_id in row.holds:
                writes.append(store.lift(row, refund_id))
            continue
        after = replace(row, clawed_fen=Fen(row.clawed_fen + taken.taken_fen))
        units, kept_units = row.left_units - after.left_units, 0
        is_late = row.matured_at is not None
        if row.form == "CASH":
            cash[row.payee_id, is_late] += taken.taken_fen
        elif row.form == "POINTS":
            points[row.payee_id, is_late] += units
        elif is_late and units:
            revoked, kept_units = _revoke(row, units, at)
            writes += revoked
        writes.append(store.claw(row, taken, refund_id, kept_units=kept_units))
    postings, moves = _from_money(cash)
    _from_points(points, turn)
    return ClawedBack([*writes, *moves], postings, Fen(sum(cash.values())))


def _revoke(row: Commission, units: int, at: datetime) -> tuple[list[Write], int]:
    """What revokes them, and how many were used already and stay."""
    maker = forms.maker_of(row.form)
    if maker is None:
        return [], units
    taken = maker.take_back(reward_of(row, at), units)
    return list(taken.writes), units - taken.units


def _from_money(amounts: Mapping[tuple[str, bool], int]) -> tuple[list[tuple[str, int]], list[Write]]:
    """One move of a wallet for all rows of its payee, and the postings of all."""
    postings: list[tuple[str, int]] = []
    writes: list[Write] = []
    for (payee_id, is_late), amount_fen in amounts.items():
        if amount_fen and is_late:
            from_available, new_debt = take_from(wallet.find(payee_id), amount_fen)
            postings += [(account_of(payee_id, "available"), -from_available)] if from_available else []
            postings += [(account_of(payee_id, "debt"), -new_debt)] if new_debt else []
            writes.append(
                wallet.move(
                    payee_id, available_fen=-from_available, debt_fen=new_debt, otherwise=CommissionsMoved
                )
            )
        elif amount_fen:
            postings.append((account_of(payee_id, "pending"), -amount_fen))
    if postings:
        postings.insert(0, ("shop:commission", sum(amounts.values())))
    return postings, writes


def _from_points(units: Mapping[tuple[str, bool], int], turn: PointsTurn) -> None:
    for (payee_id, is_late), points in units.items():
        if points and is_late:
            turn.book(claw_points(turn.of(payee_id), points))
        elif points:
            turn.postings += [(POINTS_ISSUED, points), (points_account_of(payee_id, "pending"), -points)]
