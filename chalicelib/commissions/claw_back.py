"""A posted refund takes commission back, exactly and in its form (O4, W1, W6, invariants 11, 19)."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from chalicelib.commissions import forms, store
from chalicelib.commissions.hand_out import reward_of
from chalicelib.commissions.rules import Commission, CommissionsMoved, RefundedLine
from chalicelib.commissions.take_back import goes_beyond, take_back
from chalicelib.kernel.dynamo import Write
from chalicelib.kernel.money import Fen
from chalicelib.wallet import store as wallet
from chalicelib.wallet.book_points import PointsTurn
from chalicelib.wallet.move_points import POINTS_ISSUED, claw_points, points_account_of
from chalicelib.wallet.rules import account_of, postings_between, turned


@dataclass(frozen=True)
class ClawedBack:
    """The writes and postings for the refund's commit and its one journal entry."""

    writes: list[Write]
    postings: list[tuple[str, int]]
    total_fen: Fen
    """In cash."""
    returned: list[tuple[str, int]] = field(default_factory=list)
    """What the money that came back did to its owner's accounts, for an entry of its own."""


def claw_back(
    order_id: str,
    refund_id: str,
    lines: Mapping[int, RefundedLine],
    at: datetime,
    *,
    turn: PointsTurn,
    back: Mapping[str, Fen] | None = None,
) -> ClawedBack:
    """Take back each payee's part of the refunded lines, and lift this refund's hold.

    A pending commission shrinks. Of a matured one the member's available money or points are taken, and
    what is missing becomes a debt; coupons and gifts are revoked unless they were used, which the row
    records. What becomes of points goes into ``turn``, which the caller commits too. ``back`` is money that
    this refund gives to members' balances, debts first; it is moved here, since who gets some and loses
    some has one wallet. Commits nothing. The commit raises ``CommissionsMoved`` (or another conflict) when a
    row or a wallet changed meanwhile (another refund, maturing, a withdrawal), as this does when the same
    refund was posted: call again.
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
    late = {payee_id: amount for (payee_id, is_late), amount in cash.items() if is_late and amount}
    pending = {payee_id: amount for (payee_id, is_late), amount in cash.items() if not is_late and amount}
    moves, returned, clawed = _through_wallets(late, back or {})
    postings = [*((account_of(one, "pending"), -amount) for one, amount in pending.items()), *clawed]
    total_fen = Fen(sum(cash.values()))
    _from_points(points, turn)
    if total_fen:
        postings.insert(0, ("shop:commission", total_fen))
    return ClawedBack([*writes, *moves], postings, total_fen, returned)


def _revoke(row: Commission, units: int, at: datetime) -> tuple[list[Write], int]:
    """What revokes them, and how many were used already and stay."""
    maker = forms.maker_of(row.form)
    if maker is None:
        return [], units
    taken = maker.take_back(reward_of(row, at), units)
    return list(taken.writes), units - taken.units


def _through_wallets(
    taken: Mapping[str, int], back: Mapping[str, int]
) -> tuple[list[Write], list[tuple[str, int]], list[tuple[str, int]]]:
    """One move of each wallet, and the postings of what came back and of what was taken."""
    writes: list[Write] = []
    returned: list[tuple[str, int]] = []
    clawed: list[tuple[str, int]] = []
    for member_id in dict.fromkeys([*taken, *back]):
        before = wallet.find(member_id)
        full, left = turned(before, back_fen=back.get(member_id, 0), taken_fen=taken.get(member_id, 0))
        returned += postings_between(before, full)
        clawed += postings_between(full, left)
        available_fen, debt_fen = left.available_fen - before.available_fen, left.debt_fen - before.debt_fen
        if available_fen or debt_fen:
            writes.append(
                wallet.move(
                    member_id, available_fen=available_fen, debt_fen=debt_fen, otherwise=CommissionsMoved
                )
            )
    return writes, returned, clawed


def _from_points(units: Mapping[tuple[str, bool], int], turn: PointsTurn) -> None:
    for (payee_id, is_late), points in units.items():
        if points and is_late:
            turn.book(claw_points(turn.of(payee_id), points))
        elif points:
            turn.postings += [(POINTS_ISSUED, points), (points_account_of(payee_id, "pending"), -points)]
