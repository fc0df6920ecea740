"""A replay of any orders by any plan: sums are those of their rows, and nothing leaks (R8 … R10)."""

from collections import Counter
from dataclasses import replace
from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter

from chalicelib.commissions.decide_period import decide_period
from chalicelib.commissions.kinds.cap_budget import BudgetCap
from chalicelib.commissions.kinds.cap_order import OrderCap
from chalicelib.commissions.kinds.cap_payee_period import PayeePeriodCap
from chalicelib.commissions.kinds.facts import Person
from chalicelib.commissions.kinds.model import Plan
from chalicelib.commissions.limit_chain import limit_chain
from chalicelib.commissions.plan_templates import plan_templates
from chalicelib.commissions.rules import Commission
from chalicelib.commissions.simulate import OutOfTime, PastOrder, Replay, Simulation, rows_of, simulate
from chalicelib.commissions.trim import in_turn, trim_rows
from chalicelib.standing.period_of import period_of
from chalicelib.standing.rules import SaleEvent, facts_of, fold
from tests.commissions import moment
from tests.commissions.test_properties import orders as facts
from tests.support import nightly
from tests.support.world import START

RULES = [rule for one in plan_templates() for rule in one.plan.rules]
OF_PERIODS = [rule for rule in RULES if rule.is_of_period]
OF_ORDERS = [rule for rule in RULES if rule.when == "ORDER" and not rule.how.follows]
CAPS = (
    PayeePeriodCap("MONTH", 500),
    PayeePeriodCap("YEAR", 900),
    BudgetCap(1_500),
)
EXAMPLES = nightly.pick(60, 2_000)


@st.composite
def plans(draw: st.DrawFn) -> Plan:
    picked = draw(st.lists(st.sampled_from(OF_PERIODS), min_size=1, max_size=3))
    picked += draw(st.lists(st.sampled_from(OF_ORDERS), max_size=3))
    rules = tuple(replace(rule, rule_id=f"R{number}") for number, rule in enumerate(picked))
    caps = tuple(draw(st.lists(st.sampled_from(CAPS), max_size=2, unique=True)))
    return Plan("PL1", 1, "方案", "PUBLISHED", rules, draw(st.integers(1, 10_000)), caps)


@st.composite
def histories(draw: st.DrawFn) -> list[PastOrder]:
    days = sorted(draw(st.lists(st.integers(0, 100), min_size=1, max_size=6)))
    found = [replace(draw(facts()), at=START + timedelta(days=day)) for day in days]
    return [PastOrder(f"OR{number}", one) for number, one in enumerate(found)]


def replayed(plan: Plan, orders: list[PastOrder]) -> tuple[list[Commission], Simulation]:
    simulation = Simulation(plan, max_levels=3)
    return [row for rows in simulate(simulation, orders) for row in rows], simulation


@settings(max_examples=EXAMPLES)
@given(plans(), histories())
def test_totals_are_the_sums_of_their_rows(plan: Plan, orders: list[PastOrder]) -> None:
    rows, simulation = replayed(plan, orders)
    totals = simulation.replay.totals
    assert totals.cost_fen == sum(row.left_fen for row in rows)
    assert totals.trimmed_fen == sum(row.trimmed_fen for row in rows)
    by_period: Counter[str] = Counter()
    for row in rows:
        if row.period_id:
            by_period[row.period_id] += row.left_fen
    assert +totals.by_period == +by_period
    assert totals.period_fen == by_period.total()
    assert totals.by_product.total() == totals.cost_fen - totals.period_fen
    assert totals.by_payee.total() == totals.by_level.total() == totals.by_rule.total() == totals.cost_fen
    assert len({(row.order_id, row.payee_rule) for row in rows}) == len(rows)


@settings(max_examples=EXAMPLES)
@given(plans(), histories())
def test_caps_over_time_hold_and_trim_no_more_than_they_must(plan: Plan, orders: list[PastOrder]) -> None:
    """Each counter ends at most at its limit; where nothing was trimmed, no cap says that it bound."""
    rows, simulation = replayed(plan, orders)
    worth = [row for row in rows if row.state == "PENDING"]
    for cap in plan.caps:
        paid: Counter[tuple[str, str]] = Counter()
        for row in worth:
            by_time = isinstance(cap, PayeePeriodCap)
            key = (row.payee_id, period_of(cap.period, row.created_at).period_id) if by_time else ("", "")
            paid[key] += row.left_fen
        assert all(one <= cap.fen for one in paid.values())
    bare, _ = replayed(replace(plan, caps=()), orders)
    untrimmed = {(row.order_id, row.payee_rule): replace(row, trimmed_fen=0) for row in rows}
    assert untrimmed == {(row.order_id, row.payee_rule): row for row in bare}
    if not any(row.trimmed_fen for row in rows):
        assert not {"BUDGET_CAP", "PAYEE_PERIOD_CAP"} & simulation.replay.totals.caps_bound.keys()


@settings(max_examples=EXAMPLES)
@given(plans(), histories())
def test_periods_are_paid_on_what_counting_and_closing_find(plan: Plan, orders: list[PastOrder]) -> None:
    """The figures folded here are those the books fold, and the rows those that closing decides."""
    bare = replace(plan, caps=())
    rows, simulation = replayed(bare, orders)
    events = [
        SaleEvent(
            one.order_id,
            one.order_id,
            one.facts.buyer.member_id,
            tuple(person.member_id for person in one.facts.chain),
            one.facts.at,
            one.facts.paid_fen,
            1,
        )
        for one in orders
    ]
    counted = [fact for event in events for fact in facts_of(event)]
    figures = simulation.replay.figures
    for period in figures.periods(bare):
        for member_id in figures.of(period):
            books = fold(member_id, [fact for fact in counted if fact.member_id == member_id])
            found, kept = figures.metrics(member_id, period), books[period.period_id]
            names = ("own_sales_fen", "team_sales_fen", "orders", "own_spend_fen")
            assert [getattr(found, name) for name in names] == [getattr(kept, name) for name in names]
            own = [row for row in rows if row.payee_id == member_id and row.period_id == period.period_id]
            if own:
                told = {
                    "OWN_SALES": kept.own_sales_fen,
                    "TEAM_SALES": kept.team_sales_fen,
                    "OWN_SPEND": kept.own_spend_fen,
                    "ORDERS": kept.orders,
                }
                person = figures.person(member_id, period)
                assert person is not None
                assert tuple(own) == decide_period(bare, period, person, told, at=own[0].created_at)


@settings(max_examples=EXAMPLES)
@given(plans(), histories(), st.integers(0, 6))
def test_a_replay_that_is_kept_goes_on_as_if_it_had_not_stopped(
    plan: Plan, orders: list[PastOrder], at: int
) -> None:
    """What a job's step leaves is all that the next one needs."""
    kinds: TypeAdapter[Replay] = TypeAdapter(Replay)
    rows, whole = replayed(plan, orders)
    first = Simulation(plan, max_levels=3)
    found = [row for one in orders[:at] for row in first.add(one)]
    kept = kinds.validate_json(kinds.dump_json(first.replay))
    then = Simulation(plan, kept, max_levels=3)
    found += [row for some in simulate(then, orders[at:]) for row in some]
    assert found == rows
    assert then.replay == whole.replay


@settings(max_examples=EXAMPLES)
@given(plans(), histories())
def test_an_unrelated_rule_changes_no_other_row(plan: Plan, orders: list[PastOrder]) -> None:
    """Of an order or a period: one that pays nobody leaves all figures as they are."""
    far = replace(OF_ORDERS[0], rule_id="NOBODY", who=replace(OF_ORDERS[0].who, level=9))  # type: ignore[type-var]
    more = replace(plan, rules=(*plan.rules, far))
    assert replayed(more, orders)[0] == replayed(plan, orders)[0]


def test_orders_out_of_time_are_refused_where_time_counts() -> None:
    later, sooner = (
        PastOrder(f"OR{days}", replace(moment.order(moment.article(10_000)), at=START + timedelta(days=days)))
        for days in (2, 1)
    )
    plain = Simulation(moment.plan("01_two_levels"))
    assert [plain.add(one) != [] for one in (later, sooner)] == [True, True]
    mixed = Simulation(moment.plan("13_mixed"))
    mixed.add(later)
    try:
        mixed.add(sooner)
    except OutOfTime:
        return
    raise AssertionError("taken")


def test_who_is_paid_for_a_period() -> None:
    """A shopper is not; who joined after its end is not; one that is disabled is told why."""
    people = [
        Person("MBA", joined_at=START - timedelta(days=300)),
        Person("MBB", excluded="DISABLED", joined_at=START - timedelta(days=300)),
        Person("MBC", joined_at=START + timedelta(days=300)),
    ]
    order = PastOrder("OR1", moment.order(moment.article(10_000_000), chain=people))
    rows, _ = replayed(moment.plan("07_team_sales"), [order])
    assert [(row.payee_id, row.excluded, row.amount_fen > 0) for row in rows] == [
        ("MBA", None, True),
        ("MBB", "DISABLED", False),
    ]


def test_a_chain_is_limited_and_holds_nobody_twice() -> None:
    """Invariant 9, for freezing and simulating alike."""
    assert limit_chain("MBX", ["MBA", "MBX", "MBA", "MBB", "MBC"], 2) == ["MBA", "MBB"]
    assert limit_chain("MBX", [], 3) == []


def test_a_cap_over_time_pays_what_was_earned_first() -> None:
    """However rows were read: 8.00 of the first order, and of 15.00 the 7.00 that are left (R9)."""
    plan = replace(moment.plan("01_two_levels"), caps=(BudgetCap(1_500),))
    first, second = (
        rows_of(
            plan, PastOrder(number, replace(moment.order(moment.article(10_000), chain=[moment.A]), at=at))
        )
        for number, at in (("OR9", START), ("OR1", START + timedelta(days=1)))
    )
    spent: dict[str, int] = {}
    found, bound = trim_rows(in_turn([*second, *first], lambda _: plan), lambda _: plan, spent)
    assert [(row.order_id, row.left_fen, row.trimmed_fen) for row in found] == [
        ("OR9", 800, 0),
        ("OR1", 700, 100),
    ]
    assert (spent, bound) == ({"PL1": 1_500}, {"BUDGET_CAP"})


def test_rows_of_one_moment_keep_the_order_of_their_plan() -> None:
    """Rule by rule, bonuses last, then form by form: as crediting and simulating put them."""
    for template_id in ("09_share_and_bonus", "10_conditions", "12_cash_and_points"):
        plan = moment.plan(template_id)
        rows = rows_of(plan, PastOrder("OR1", moment.order(moment.article(100_000), chain=[moment.A])))
        assert len(rows) > 1 or template_id == "09_share_and_bonus"
        assert in_turn(rows[::-1], lambda _: plan) == rows  # noqa: B023


def test_a_period_counts_what_was_paid_in_it() -> None:
    """Placed in November and paid in December is December's (R8), for figures and for caps over time."""
    night = START.replace(day=30, hour=15, minute=55)
    order = replace(moment.order(moment.article(100_000), chain=[moment.A]), at=night)
    paid = PastOrder("OR1", order, night + timedelta(minutes=10))
    simulation = Simulation(moment.plan("13_mixed"))
    rows = [row for found in simulate(simulation, [paid]) for row in found]
    assert {row.period_id for row in rows} == {None, "M2026-12"}
    assert {row.created_at for row in rows if row.period_id is None} == {paid.paid_at}


def test_direct_buyers_are_those_who_had_bought_when_the_period_is_closed() -> None:
    """One who buys first after the period and before its closing counts, one who buys later does not."""
    figures = Replay().figures
    first = START.replace(month=12, day=1)
    for number, days in enumerate((0, 9)):
        bought = moment.order(moment.article(100), chain=[moment.A])
        bought = replace(bought, buyer=replace(bought.buyer, member_id=f"MBX{number}"))
        figures.count(f"OR{number}", bought, first + timedelta(days=days))
    assert [figures.buyers_of("MBA", first + timedelta(days=days)) for days in (-1, 1, 9)] == [0, 1, 2]


def test_a_rule_s_own_cap_holds_no_bonus_of_another_rule() -> None:
    """80.00 held to 5.00 by its own cap; the bonus is 10 % of what is left, and not held by that cap."""
    given = moment.plan("09_share_and_bonus")
    rules = tuple(
        replace(one, caps=(OrderCap(None, 500),)) if one.rule_id == "L1" else one for one in given.rules
    )
    found = moment.paid(replace(given, rules=rules), moment.order(moment.article(100_000)))
    assert (found["MBA", "L1", "CASH"], found["MBB", "BONUS", "CASH"]) == (500, 50)
