"""A paid sale earns its uplines a pending commission (R1, R2, R9)."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from chalicelib.commissions import store
from chalicelib.commissions.commissions_of import commissions_of
from chalicelib.commissions.rules import Commission, Sale
from chalicelib.kernel.dynamo import Write
from chalicelib.kernel.money import Fen
from chalicelib.wallet.move_points import POINTS_ISSUED, points_account_of
from chalicelib.wallet.rules import account_of


@dataclass(frozen=True)
class Credited:
    """The writes and postings for the payment's commit and its one journal entry."""

    writes: list[Write]
    postings: list[tuple[str, int]]
    total_fen: Fen
    points: list[tuple[str, int]] = field(default_factory=list)
    """The same entry's postings in points."""


def credit(sale: Sale, at: datetime) -> Credited:
    """One row for each payee, rule and form, by the terms the order froze; needs no read, commits nothing.

    The postings move the sum from ``shop:commission`` to each payee's pending account and sum to
    zero. A payee who earns nothing gets a row too, in state ZERO, which says why. Points are booked
    likewise, in their own asset; coupons and gifts come into being when they mature.
    """
    return credit_rows(commissions_of(sale, at))


def credit_rows(rows: Sequence[Commission]) -> Credited:
    """The same for rows that were reckoned already, e.g. by closing a period."""
    cash = [row for row in rows if row.form == "CASH" and row.amount_fen]
    total_fen = Fen(sum(row.amount_fen for row in cash))
    postings = [(account_of(row.payee_id, "pending"), int(row.amount_fen)) for row in cash]
    if total_fen:
        postings.insert(0, ("shop:commission", -total_fen))
    points = [
        (points_account_of(row.payee_id, "pending"), row.units)
        for row in rows
        if row.form == "POINTS" and row.units
    ]
    if points:
        points.insert(0, (POINTS_ISSUED, -sum(units for _, units in points)))
    return Credited([store.add(row) for row in rows], postings, total_fen, points)
