"""The auditor's coupons, gifts and points: what else a buyer pays with, and what a rebate may be.

Trust A4, invariants 18 to 20.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from fractions import Fraction
from typing import Any

from tests.books.auditor_points import FEN_PER_POINT, Points, after_days, demand

Book = dict[str, Any]
Form = str
"""``CASH``, ``POINTS``, ``COUPON`` or ``GIFT``."""

WORTH = {"POINTS": FEN_PER_POINT, "COUPON": 150, "GIFT": 230}
"""What one unit of a form stands for."""
MOST_THINGS = 20
"""Coupons and gifts of one order."""


class Purses(Points):
    """Campaigns and what is left of them, every coupon and gift and where it is, everybody's points."""

    def __init__(self) -> None:
        super().__init__()
        self.campaigns: dict[str, Book] = {}
        self.taken: Counter[tuple[str, str]] = Counter()
        self.coupons: dict[str, Book] = {}
        self.gifts: dict[str, Book] = {}
        self.claims: dict[str, Book] = {}

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
        self.coupons[coupon_id] = {
            "member": member_id,
            "campaign": campaign_id,
            "status": "UNUSED",
            "order": None,
            "until": after_days(at, campaign["days"]),
        }

    def give_gift(self, claim_id: str, member_id: str, gift_id: str, at: datetime) -> None:
        """A gift waits for its owner to say where it shall go (A3)."""
        gift = self.gifts[gift_id]
        demand(gift["left"], "SoldOut")
        gift["left"] -= 1
        self.claims[claim_id] = {
            "member": member_id,
            "gift": gift_id,
            "status": "WAITING",
            "until": after_days(at, gift["days"]),
        }

    def claim_gift(self, claim_id: str, at: datetime) -> None:
        """Its owner wants it, in time."""
        claim = self.claims[claim_id]
        demand(claim["status"] == "CLAIMED" or (claim["status"] == "WAITING" and at < claim["until"]),
               "GiftMoved")  # fmt: skip
        claim["status"] = "CLAIMED"

    def take_back_thing(self, thing_id: str) -> bool:
        """A rebate's coupon or gift is taken back, unless it was used or its time is over."""
        held = self.claims if thing_id in self.claims else self.coupons
        if held[thing_id]["status"] not in ("UNUSED", "WAITING"):
            return False
        self._end_thing(held[thing_id], "REVOKED")
        return True

    def things_end(self, at: datetime) -> None:
        """Unused coupons and gifts that nobody claimed in time are over; a gift goes back into stock."""
        for thing in (*self.coupons.values(), *self.claims.values()):
            if thing["status"] in ("UNUSED", "WAITING") and thing["until"] <= at:
                self._end_thing(thing, "EXPIRED")

    def _end_thing(self, thing: Book, status: str) -> None:
        thing["status"] = status
        if "gift" in thing:
            self.gifts[thing["gift"]]["left"] += 1

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
            self.points_go(buyer, points)
            self.book_points(f"SPEND:{order_id}")

    def come_back(self, order_id: str, order: Mapping[str, Any], at: datetime) -> None:
        """The order died unpaid: the coupon, even if its time is over, and the points; once (18, 19)."""
        if order["coupon"] is not None:
            self.coupons[order["coupon"]] |= {"status": "UNUSED", "order": None}
        if order["points"]:
            self.points_return(order["buyer"], order["points"], f"UNSPEND:{order_id}", at)
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
