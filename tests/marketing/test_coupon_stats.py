"""What a campaign's statistics are sums of (A1)."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from chalicelib.kernel.money import Fen
from chalicelib.marketing.rules import Coupon, CouponStatus, Terms
from chalicelib.marketing.stats_of_coupon import CouponStats, stats_of_coupon, stats_of_sale

AT = datetime(2026, 11, 5, tzinfo=UTC)
COUPON = Coupon(
    "M-1", "CP-1", "CC-1", Terms("满减", "FIXED", Fen(500)), "UNUSED", "CLAIM", AT, AT, AT + timedelta(days=7)
)
NOTHING = CouponStats("CC-1")


@pytest.mark.parametrize(
    ("status", "name"),
    [("USED", "used"), ("EXPIRED", "expired"), ("REVOKED", "revoked"), ("HANDED_ON", "handed_on")],
)
def test_each_state_counts_under_its_name(status: CouponStatus, name: str) -> None:
    """One coupon, claimed: given once, and where it stands now."""
    found = stats_of_coupon(replace(COUPON, status=status))
    assert found == replace(NOTHING, given=1, claimed=1, **{name: 1})
    assert stats_of_coupon(replace(COUPON, status=status, source="STAFF")).claimed == 0


def test_the_changes_of_a_coupon_add_up_to_how_it_stands() -> None:
    """Used, come back and used again is one use; what it once was counts no more."""
    states: list[CouponStatus] = ["UNUSED", "USED", "UNUSED", "USED", "UNUSED", "EXPIRED"]
    life = [replace(COUPON, status=one) for one in states]
    changes = [stats_of_coupon(after) - stats_of_coupon(before) for before, after in pairwise(life)]
    assert sum(changes, start=stats_of_coupon(life[0])) == stats_of_coupon(life[-1])


def test_an_order_that_went_back_whole_cost_nothing() -> None:
    """Paid, a part refunded, then the rest: no order, no sale, no cost, and one that was returned."""
    paid = stats_of_sale("CC-1", orders=1, goods_fen=9_000, off_fen=2_000)
    assert paid == replace(NOTHING, orders=1, sales_fen=Fen(9_000), off_fen=Fen(2_000))
    part = stats_of_sale("CC-1", orders=0, goods_fen=-3_000, off_fen=2_000)
    assert paid + part == replace(paid, sales_fen=Fen(6_000))
    rest = stats_of_sale("CC-1", orders=0, goods_fen=-6_000, off_fen=2_000)
    gone = stats_of_sale("CC-1", orders=-1, goods_fen=0, off_fen=2_000)
    assert paid + part + rest + gone == replace(NOTHING, returned=1)
