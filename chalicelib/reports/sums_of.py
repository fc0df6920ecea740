"""What commissions come to, by the day they were credited and by where they stand now (B2). Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from chalicelib.commissions.rules import Commission, State
from chalicelib.kernel.clock import business_day
from chalicelib.kernel.errors import Conflict
from chalicelib.kernel.money import Fen


@dataclass(frozen=True)
class Sum:
    """Of some commissions: how many, what was credited, what is left after refunds and caps."""

    rows: int = 0
    amount_fen: Fen = Fen(0)
    left_fen: Fen = Fen(0)

    def __add__(self, more: "Sum") -> "Sum":
        return Sum(
            self.rows + more.rows,
            Fen(self.amount_fen + more.amount_fen),
            Fen(self.left_fen + more.left_fen),
        )

    def __neg__(self) -> "Sum":
        return Sum(-self.rows, Fen(-self.amount_fen), Fen(-self.left_fen))


Sums = dict[State, Sum]


class LedgerMoved(Conflict):
    """Sums changed since they were read; look again."""

    title = "佣金合计有变化"
    detail = "佣金合计刚刚有变化，请稍后再试。"


def day_of(row: Commission) -> date:
    """The business day it is listed under; it never changes."""
    return business_day(row.created_at)


def sum_of(row: Commission) -> Sum:
    """What one commission counts for in the state it has."""
    return Sum(1, row.amount_fen, row.left_fen)


def changes_of(before: Commission | None, after: Commission) -> Sums:
    """What a change adds to each state's sum of its day, and takes from it; nothing where it is zero."""
    changed: Sums = {after.state: sum_of(after)}
    if before is not None:
        changed[before.state] = changed.get(before.state, Sum()) + -sum_of(before)
    return {state: one for state, one in changed.items() if one != Sum()}


def sums_of(rows: Iterable[Commission]) -> Sums:
    """What these come to, by state."""
    found: Sums = {}
    for row in rows:
        found[row.state] = found.get(row.state, Sum()) + sum_of(row)
    return found
