"""What became of a campaign's coupons, and what they brought (A1). Pure.

Everything is a sum over coupons as they stand and over orders paid with one, so it is counted from the
changes of both, and again from the rows themselves, with the same result.
"""

from dataclasses import dataclass
from typing import Any

from chalicelib.kernel.money import Fen
from chalicelib.marketing.rules import Coupon

OWN_WILL = frozenset({"CLAIM", "CODE", "POINTS"})
"""Sources by which members took a coupon themselves; the others were sent or earned."""


@dataclass(frozen=True)
class CouponStats:
    """Of one campaign: numbers of coupons, then of orders paid with one, then money in fen."""

    template_id: str
    given: int = 0
    """Ever in a member's hands."""
    claimed: int = 0
    """Of these, taken by members themselves."""
    used: int = 0
    """Held by an order now, paid or waiting to be."""
    expired: int = 0
    revoked: int = 0
    """Taken back because the order that had earned it was refunded."""
    handed_on: int = 0
    """Put behind a code for customers; whoever fetches it has a coupon that is counted itself."""
    orders: int = 0
    """Paid with one, less those that went back whole."""
    returned: int = 0
    """Went back whole."""
    sales_fen: Fen = Fen(0)
    """Paid for the goods of these orders, without freight, less what was refunded."""
    off_fen: Fen = Fen(0)
    """What the coupons took off the orders that stand: what the campaign costs."""

    def __add__(self, more: "CouponStats") -> "CouponStats":
        assert self.template_id == more.template_id, (self, more)
        summed: dict[str, Any] = {name: had + getattr(more, name) for name, had in self.figures.items()}
        return CouponStats(self.template_id, **summed)

    def __sub__(self, less: "CouponStats") -> "CouponStats":
        negative: dict[str, Any] = {name: -one for name, one in less.figures.items()}
        return self + CouponStats(less.template_id, **negative)

    @property
    def figures(self) -> dict[str, int]:
        """Every number by its name."""
        return {name: value for name, value in vars(self).items() if name != "template_id"}


def stats_of_coupon(coupon: Coupon) -> CouponStats:
    """What one coupon counts for, as it stands."""
    return CouponStats(
        coupon.template_id,
        given=1,
        claimed=int(coupon.source in OWN_WILL),
        used=int(coupon.status == "USED"),
        expired=int(coupon.status == "EXPIRED"),
        revoked=int(coupon.status == "REVOKED"),
        handed_on=int(coupon.status == "HANDED_ON"),
    )


def stats_of_sale(template_id: str, *, orders: int, goods_fen: int, off_fen: int) -> CouponStats:
    """What an event of an order counts for that was paid with a coupon: ``orders`` is 1 when it was paid, -1
    when it went back whole, else 0; ``off_fen`` is what the coupon took off it."""
    return CouponStats(
        template_id,
        orders=orders,
        returned=int(orders < 0),
        sales_fen=Fen(goods_fen),
        off_fen=Fen(orders * off_fen),
    )
