"""What one distributor earns by a closed period, and when the shop closes it; nothing is stored here."""

from dataclasses import replace
from typing import Any

import pytest

from chalicelib.commissions.decide_period import PeriodRules, decide_period
from chalicelib.commissions.kinds.cap_budget import BudgetCap
from chalicelib.commissions.kinds.cap_order import OrderCap
from chalicelib.commissions.kinds.facts import Person
from chalicelib.commissions.kinds.model import Cap, Plan
from chalicelib.standing.period_of import period_named
from tests.commissions.periods import rule
from tests.support.world import START

PERIOD = period_named("M2026-11")
FIGURES = {"OWN_SALES": 15_000_000, "TEAM_SALES": 0, "OWN_SPEND": 0, "ORDERS": 1, "DIRECT_BUYERS": 0}
"""150,000 yuan, of which the plan gives 3 %: 4,500 yuan."""


def earned(*caps: Cap, person: Person = Person("MBA"), when: str = "MONTH") -> list[int]:
    plan = Plan("PL1", 1, "按期返利", "PUBLISHED", (replace(rule(when=when), caps=caps),), 3_000)
    return [row.amount_fen for row in decide_period(plan, PERIOD, person, FIGURES, at=START)]


@pytest.mark.parametrize(
    ("caps", "amount_fen"),
    [
        ((), 450_000),
        ((OrderCap(fen=100_000),), 100_000),
        ((OrderCap(bps=100), OrderCap(fen=200_000)), 150_000),
        ((BudgetCap(100_000),), 450_000),
    ],
    ids=["no cap", "an amount", "the lower of two", "one that is held at maturing"],
)
def test_a_rules_caps_hold_for_its_period(caps: tuple[Cap, ...], amount_fen: int) -> None:
    """R9: what is cut with the decision is cut; budgets are held when commissions mature."""
    assert earned(*caps) == [amount_fen]


def test_who_may_not_earn_is_told_why_and_earns_nothing() -> None:
    """R6: a row with its reason, so that nobody has to ask."""
    assert earned(person=Person("MBA", excluded="DISABLED")) == [0]


def test_a_rule_of_another_kind_of_period_says_nothing() -> None:
    """R5."""
    assert earned(when="QUARTER") == []


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"close_after_days": 1}, "周期结束后，请设置在 2 到 20 天之间结算。"),
        ({"close_after_days": 21}, "周期结束后，请设置在 2 到 20 天之间结算。"),
        ({"hold_days": -1}, "周期返利的冻结期请设置在 0 到 90 天之间。"),
        ({"hold_days": 91}, "周期返利的冻结期请设置在 0 到 90 天之间。"),
    ],
)
def test_a_period_is_closed_neither_early_nor_never(values: dict[str, Any], words: str) -> None:
    """R8: the last day's bill is matched after two days."""
    with pytest.raises(ValueError, match=f"^{words}$"):
        PeriodRules(**values).check()


@pytest.mark.parametrize("close_after_days", [2, 20])
@pytest.mark.parametrize("hold_days", [0, 90])
def test_both_ends_of_its_limits_may_be_set(close_after_days: int, hold_days: int) -> None:
    """R8."""
    PeriodRules(close_after_days, hold_days).check()


def test_the_days_we_ship_may_be_set() -> None:
    """R8: two days for late notices, a week on hold."""
    assert (PeriodRules().close_after_days, PeriodRules().hold_days) == (2, 7)
    PeriodRules().check()
