"""A closed period that pays in points, coupons and gifts: a claim first, in hand at maturing (R7, R8, W6)."""

import json

import pytest

from chalicelib import introductions  # noqa: F401 - who gives coupons and gifts
from chalicelib.commissions.close_period import close_period
from chalicelib.commissions.jobs import close_periods, tell_payee
from chalicelib.commissions.kinds.form_cash import CashForm
from chalicelib.commissions.kinds.form_coupon import CouponForm
from chalicelib.commissions.kinds.form_gift import GiftForm
from chalicelib.commissions.kinds.form_points import PointsForm
from chalicelib.commissions.mature import mature
from chalicelib.content import store as content
from chalicelib.kernel.jobs import Change
from chalicelib.marketing import store as marketing
from chalicelib.wallet import store as wallet
from tests.commissions.periods import china, publish, rule, sell, sellers
from tests.commissions.test_close_period import rows
from tests.marketing import campaigns
from tests.support import quick
from tests.support import world as support
from tests.support.world import Clock

pytestmark = pytest.mark.usefixtures("world")


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    quick.one_scope_shard(monkeypatch)


def test_every_form_of_one_rule_once_whoever_runs_again(world: Clock) -> None:
    """2 % of 10,000 yuan are 200: a quarter each in cash, points (1 yuan), coupons (20) and gifts (50)."""
    coupon = campaigns.campaign(quantity=5, is_claimable=False)
    gift = campaigns.gift(quantity=5)
    quarter = 2_500
    publish(
        rule(
            forms=(
                CashForm(quarter),
                PointsForm(quarter),
                CouponForm(coupon.template_id, 2_000, quarter),
                GiftForm(gift.gift_id, 5_000, quarter),
            )
        )
    )
    sellers("MBA")
    sell("MBA", 1_000_000)
    world.moment = china(12, 5)
    close_periods()
    assert close_period().payees == 0, "closed once"
    assert {row.form: (row.amount_fen, row.units) for row in rows()} == {
        "CASH": (5_000, 0),
        "POINTS": (5_000, 50),
        "COUPON": (5_000, 2),
        "GIFT": (5_000, 1),
    }
    assert wallet.find_points("MBA").available == 0, "a claim, not yet in hand"
    world.advance(days=8)
    before = {line["payee_rule"]["S"]: line for line in map(json.loads, support.dump("commissions"))}
    assert (mature().matured, mature().matured) == (4, 0)
    assert (wallet.find("MBA").available_fen, wallet.find_points("MBA").available) == (5_000, 50)
    mine = marketing.coupons_of("MBA", "UNUSED", limit=10, cursor=None).items
    assert [one.source for one in mine] == ["REBATE", "REBATE"]
    assert [one.status for one in marketing.claims_of("MBA", limit=10, cursor=None).items] == ["WAITING"]
    assert sum(marketing.left(coupon.template_id).values()) == 3
    assert sum(marketing.left(gift.gift_id).values()) == 4
    _tell(before)
    told = {one.kind: one.text for one in content.notices("MBA", limit=10).items}
    assert told.keys() == {"commission_available", "reward_points_available"}
    assert "50 积分" in told["reward_points_available"] and "订单号" not in told["reward_points_available"]


def _tell(before: dict[str, dict[str, object]]) -> None:
    """The stream brings each row's change, twice."""
    for line in map(json.loads, support.dump("commissions")):
        for _ in range(2):
            key = line["payee_rule"]["S"]
            tell_payee(Change("commissions", f"e-{key}", before[key], line))
