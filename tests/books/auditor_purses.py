"""The auditor's coupons and points: what else a buyer pays with (trust A4, invariants 18 to 20).

Points of a member are one signed number, as money is: above zero available, below zero a debt.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from fractions import Fraction
from typing import Any

Book = dict[str, Any]

FEN_PER_POINT = 100
POINTS_GRANTED_BY_ONE = 1_000


class Refused(Exception):
    """The product must refuse this, by an error of this name, and change nothing."""


def demand(holds: object, otherwise: str) -> None:
    """Refuse unless it holds."""
    if not holds:
        raise Refused(otherwise)


class Purses:
    """Campaigns and what is left of them, every coupon and where it is, everybody's points."""

    def __init__(self) -> None:
        self.campaigns: dict[str, Book] = {}
        self.taken: Counter[tuple[str, str]] = Counter()
        self.coupons: dict[str, Book] = {}
        self.points: Counter[str] = Counter()
        self.points_pending: Counter[str] = Counter()
        self.entries: set[str] = set()

    def claim(self, coupon_id: str, member_id: str, campaign_id: str, at: datetime) -> None:
        """A member takes a coupon (A1): so many each, and never more than there are."""
        campaign = self.campaigns[campaign_id]
        demand(self.taken[member_id, campaign_id] < campaign["limit"], "LimitReached")
        self.send(coupon_id, member_id, campaign_id, at)
        self.taken[member_id, campaign_id] += 1

    def send(self, coupon_id: str, member_id: str, campaign_id: str, at: datetime) -> None:
        """Staff give one, which no limit of a member's counts."""
        campaign = self.campaigns[campaign_id]
        demand(campaign["left"] is None or campaign["left"], "SoldOut")
        if campaign["left"] is not None:
            campaign["left"] -= 1
        midnight = (at + timedelta(hours=8)).replace(hour=0, minute=0, second=0, microsecond=0)
        self.coupons[coupon_id] = {
            "member": member_id,
            "campaign": campaign_id,
            "status": "UNUSED",
            "order": None,
            "until": midnight - timedelta(hours=8) + timedelta(days=campaign["days"] + 1),
        }

    def grant(self, entry_id: str, member_id: str, points: int) -> None:
        """Staff give points (W6)."""
        self.points[member_id] += points
        self.book_points(entry_id)

    def book_points(self, entry_id: str) -> None:
        """An entry that must be in the journal, once; what it moves is seen in the balances."""
        assert entry_id not in self.entries, entry_id
        self.entries.add(entry_id)

    def redeem(
        self,
        buyer: str,
        wanted: Sequence[tuple[str, int]],
        coupon_id: str | None,
        points: int,
        at: datetime,
    ) -> list[tuple[int, int, int]]:
        """By line of (product, fen): coupon, points' worth and points, each summing exactly (20)."""
        amounts = [amount for _, amount in wanted]
        off = [0] * len(amounts)
        if coupon_id is not None:
            coupon = self.coupons.get(coupon_id)
            demand(coupon and coupon["member"] == buyer and coupon["status"] == "UNUSED", "CannotRedeem")
            assert coupon is not None
            demand(at < coupon["until"], "CannotRedeem")
            off = self._off(self.campaigns[coupon["campaign"]], wanted)
        left = [amount - part for amount, part in zip(amounts, off, strict=True)]
        demand(points <= min(max(self.points[buyer], 0), sum(left) // FEN_PER_POINT), "CannotRedeem")
        worth = split(points * FEN_PER_POINT, left) if points else [0] * len(left)
        some = split(points, worth) if points else [0] * len(left)
        return list(zip(off, worth, some, strict=True))

    @staticmethod
    def _off(campaign: Book, wanted: Sequence[tuple[str, int]]) -> list[int]:
        bases = [
            amount if not campaign["products"] or product in campaign["products"] else 0
            for product, amount in wanted
        ]
        base = sum(bases)
        demand(base and base >= campaign["threshold"], "CannotRedeem")
        off = campaign["off"] if campaign["bps"] is None else base * campaign["bps"] // 10_000
        return split(min(off, base, campaign["most"] or base), bases)

    def use(self, order_id: str, buyer: str, coupon_id: str | None, points: int) -> None:
        """Coupon and points go with the order."""
        if coupon_id is not None:
            self.coupons[coupon_id] |= {"status": "USED", "order": order_id}
        if points:
            self.points[buyer] -= points
            self.book_points(f"SPEND:{order_id}")

    def come_back(self, order_id: str, order: Mapping[str, Any]) -> None:
        """The order died unpaid: the coupon, even if its time is over, and the points; once (18, 19)."""
        if order["coupon"] is not None:
            self.coupons[order["coupon"]] |= {"status": "UNUSED", "order": None}
        if order["points"]:
            self.points[order["buyer"]] += order["points"]
            self.book_points(f"UNSPEND:{order_id}")

    def all_went_back(self, order: Mapping[str, Any], at: datetime) -> None:
        """The whole order was refunded: its coupon too, if it still has time."""
        if order["coupon"] is not None and at < self.coupons[order["coupon"]]["until"]:
            self.coupons[order["coupon"]] |= {"status": "UNUSED", "order": None}


def split(total: int, weights: Sequence[int]) -> list[int]:
    """Largest remainder, ties to the first, over exact fractions."""
    exact = [Fraction(total * weight, sum(weights)) for weight in weights]
    parts = [int(one) for one in exact]
    by_rest = sorted(range(len(weights)), key=lambda place: (parts[place] - exact[place], place))
    for place in by_rest[: total - sum(parts)]:
        parts[place] += 1
    return parts
