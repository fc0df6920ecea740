"""A plan that pays by month, sellers and their sales, for tests of closing."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

from chalicelib.commissions import store
from chalicelib.commissions.close_period import close_period
from chalicelib.commissions.kinds.base_metric import MetricBase
from chalicelib.commissions.kinds.how_steps import StepsHow
from chalicelib.commissions.kinds.model import Condition, Form, Plan, Rule
from chalicelib.commissions.kinds.steps import Step
from chalicelib.commissions.kinds.who_each import EachWho
from chalicelib.kernel.dynamo import commit
from chalicelib.standing.count_sale import count_sale
from chalicelib.standing.rules import SaleEvent
from tests.commissions import support
from tests.support.world import START

STEPS = (Step(0, 10_000_000, 200), Step(10_000_000, 20_000_000, 300), Step(20_000_000, None, 400))
"""Below 100,000 yuan 2 %, from there 3 %, from 200,000 on 4 % (issue template 3)."""


def rule(
    rule_id: str = "OWN",
    metric: str = "OWN_SALES",
    *,
    mode: str = "WHOLE",
    when: str = "MONTH",
    conditions: Sequence[Condition] = (),
    forms: Sequence[Form] = (),
) -> Rule:
    """Steps by a month's figure."""
    return Rule(
        rule_id,
        "月度返利",
        EachWho(),
        MetricBase(metric),  # type: ignore[arg-type]
        StepsHow(metric, STEPS, mode),  # type: ignore[arg-type]
        when=when,  # type: ignore[arg-type]
        conditions=tuple(conditions),
        forms=tuple(forms),
    )


def publish(*rules: Rule, cap_bps: int = 3000) -> Plan:
    """The plan, in force since before the shop opened."""
    plan = Plan("PL1", 1, "按月返利", "PUBLISHED", rules or (rule(),), cap_bps)
    plan = replace(plan, starts_at=START.replace(year=2026, month=1), published_at=START)
    commit(store.add_plan(plan))
    store.forget_plans()
    return plan


def sellers(*member_ids: str) -> None:
    support.add_levels()
    for member_id in member_ids:
        support.add_distributor(member_id)


def sell(
    member_id: str, goods_fen: int, *, number: int = 1, at: datetime = START, chain: Sequence[str] = ()
) -> SaleEvent:
    """An order of a direct downline, counted."""
    order_id = f"OR{member_id}{number}"
    uplines = (member_id, *chain)
    event = SaleEvent(f"PAID:{order_id}", order_id, f"MBX{number}", uplines, at, goods_fen, 1)
    count_sale(event)
    return event


def give_back(event: SaleEvent, amount_fen: int, *, at: datetime, number: int = 1) -> None:
    """A refund of that order, posted at this moment."""
    refund_id = f"REFUND:{event.order_id}:{number}"
    count_sale(replace(event, event_id=refund_id, goods_fen=-amount_fen, orders=0, at=at))


def china(month: int, day: int, year: int = 2026) -> datetime:
    """Noon of that day in China."""
    return datetime(year, month, day, 4, tzinfo=UTC)


def close_all() -> int:
    """Run closing until it has nothing to do; returns how many payees were closed."""
    payees = 0
    for _ in range(20):
        done = close_period()
        payees += done.payees
        if not done.payees and not done.left_behind:
            break
    return payees
