"""The auditor's points: when they came, when they run out, and what was used of them (W6, decision 8).

Points of a member are one signed number, as money is: above zero available, below zero a debt. What was
used counts against the lot that runs out first.
"""

from collections import Counter
from datetime import datetime, timedelta
from typing import Any

FEN_PER_POINT = 100
FEN_PER_EARNED_POINT = 700
"""What buying brings: a point for each so much of goods paid in money and kept."""
VALID_DAYS, GRACE_DAYS = 16, 1


class Refused(Exception):
    """The product must refuse this, by an error of this name, and change nothing."""


def demand(holds: object, otherwise: str) -> None:
    """Refuse unless it holds."""
    if not holds:
        raise Refused(otherwise)


class Points:
    """Everybody's points, and the journal's entries so far."""

    def __init__(self) -> None:
        self.points: Counter[str] = Counter()
        self.points_pending: Counter[str] = Counter()
        self.points_used: Counter[str] = Counter()
        self.lots: dict[str, dict[str, Any]] = {}
        self.entries: set[str] = set()

    def book_points(self, entry_id: str) -> None:
        """An entry that must be in the journal, once; what it moves is seen in the balances."""
        assert entry_id not in self.entries, entry_id
        self.entries.add(entry_id)

    def points_come(self, member_id: str, points: int, lot_id: str, at: datetime) -> None:
        """Earned, given, or back from a refund: a debt first, and the rest lives so many days."""
        more = self._turn(member_id, points)
        self._put_lot(member_id, lot_id, more, at, VALID_DAYS)

    def points_go(self, member_id: str, points: int) -> None:
        """Spent or taken back: what is there, and beyond it a debt."""
        self.points_used[member_id] -= self._turn(member_id, -points)

    def points_return(self, member_id: str, points: int, lot_id: str, at: datetime) -> None:
        """An order died unpaid: back to where they were; where that ran out meanwhile, a day of grace."""
        more = self._turn(member_id, points)
        back = min(more, self.points_used[member_id])
        self.points_used[member_id] -= back
        self._put_lot(member_id, lot_id, more - back, at, GRACE_DAYS)

    def points_run_out(self, at: datetime) -> None:
        """Of every lot whose time is over, what was not used is lost."""
        over = [one for one in self.lots if self.lots[one]["until"] <= at]
        for lot_id in sorted(over, key=lambda one: (self.lots[one]["until"], one)):
            lot = self.lots.pop(lot_id)
            of_used = min(lot["points"], self.points_used[lot["member"]])
            self.points_used[lot["member"]] -= of_used
            if lot["points"] > of_used:
                self.points[lot["member"]] -= lot["points"] - of_used
                self.book_points(f"EXPIRE:{lot_id}")

    def grant(self, entry_id: str, member_id: str, points: int, at: datetime) -> None:
        """Staff give points (W6)."""
        self.points_come(member_id, points, entry_id, at)
        self.book_points(entry_id)

    def _turn(self, member_id: str, change: int) -> int:
        """By how much what is available changes."""
        before = max(self.points[member_id], 0)
        self.points[member_id] += change
        return max(self.points[member_id], 0) - before

    def _put_lot(self, member_id: str, lot_id: str, points: int, at: datetime, days: int) -> None:
        if points:
            until = after_days(at, days)
            self.lots[lot_id] = {"member": member_id, "points": points, "until": until}


def after_days(at: datetime, days: int) -> datetime:
    """The midnight in China at which something of now has lived so many days."""
    midnight = (at + timedelta(hours=8)).replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight - timedelta(hours=8) + timedelta(days=days + 1)
