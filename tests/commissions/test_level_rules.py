"""The plain plan as rules: one for each upline, one for oneself, each with its own ratio (R1, R2). Pure."""

from collections.abc import Sequence

import pytest

from chalicelib.commissions.kinds.how_configured import ConfiguredHow
from chalicelib.commissions.kinds.who_buyer import BuyerWho
from chalicelib.commissions.kinds.who_upline import UplineWho
from chalicelib.commissions.level_rules import level_rules


@pytest.mark.parametrize("rates_bps", [(), (1_000,), (1_000, 500), (1_000, 500, 200, 100)])
def test_each_upline_has_its_rule(rates_bps: Sequence[int]) -> None:
    """The third level is a matter of law, not of these rules: how deep it may go is checked elsewhere."""
    found = level_rules(rates_bps)
    assert [one.rule_id for one in found] == [f"L{place}" for place in range(1, len(rates_bps) + 1)]
    assert [one.who for one in found] == [UplineWho(place) for place in range(1, len(rates_bps) + 1)]
    assert [one.how for one in found] == [ConfiguredHow(rate_bps) for rate_bps in rates_bps]
    assert [one.title for one in found] == ["一级佣金", "二级佣金", "三级佣金", "4 级佣金"][: len(rates_bps)]


@pytest.mark.parametrize(("rates_bps", "own_bps"), [((), 0), ((1_000, 500), 1_000)])
def test_own_purchases_earn_as_the_first_upline_does(rates_bps: Sequence[int], own_bps: int) -> None:
    own, *levels = level_rules(rates_bps, self_purchase=True)
    assert (own.rule_id, own.who, own.how) == ("SELF", BuyerWho(), ConfiguredHow(own_bps))
    assert tuple(levels) == level_rules(rates_bps)
