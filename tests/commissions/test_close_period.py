"""Closing a period pays each distributor once, on figures that are the sum of their rows (R5, R8)."""

import json
from collections import Counter
from datetime import date
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chalicelib.commissions import close_period as closing
from chalicelib.commissions import store
from chalicelib.commissions.close_payee import Closing, close_payee
from chalicelib.commissions.close_period import close_period, due_periods
from chalicelib.commissions.jobs import close_periods, tell_payee
from chalicelib.commissions.kinds.condition_clean_record import CleanRecordCondition
from chalicelib.commissions.kinds.condition_direct_buyers import DirectBuyersCondition
from chalicelib.commissions.kinds.condition_joined import JoinedCondition
from chalicelib.commissions.mature import mature
from chalicelib.commissions.rules import Commission
from chalicelib.content import store as content
from chalicelib.distributors import store as distributors
from chalicelib.distributors.change_status import change_status
from chalicelib.kernel import clock
from chalicelib.kernel.jobs import Change
from chalicelib.members import store as members
from chalicelib.standing import store as standing
from chalicelib.standing.period_of import period_named
from chalicelib.standing.record_violation import record_violation
from chalicelib.standing.violation import Violation
from chalicelib.wallet import store as wallet
from tests.commissions.periods import china, close_all, publish, rule, sell, sellers
from tests.support import nightly, quick
from tests.support import world as support
from tests.support.world import Clock

pytestmark = pytest.mark.usefixtures("world")


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each run of closing looks at six periods."""
    quick.one_scope_shard(monkeypatch)


def rows() -> list[Commission]:
    found = [store.of_image(json.loads(line)) for line in support.dump("commissions")]
    return sorted(found, key=lambda row: row.order_id)


def paid() -> dict[str, int]:
    total: Counter[str] = Counter()
    for row in rows():
        total[row.payee_id] += row.amount_fen
    return dict(total)


def pending(member_id: str) -> int:
    return sum(
        posting.amount_fen
        for day in (date(2026, 12, day) for day in range(1, 32))
        for entry in wallet.entries_of_day(day)
        for posting in entry.postings
        if posting.account == f"m:{member_id}:pending"
    )


# -- when ---------------------------------------------------------------------------------------


def test_a_period_is_due_when_late_notices_have_come_in(world: Clock) -> None:
    """R8: two days after its end in China; the one before it too, should a run have been missed."""
    world.moment = china(12, 2)
    assert "M2026-11" not in {one.period_id for one in due_periods()}
    world.moment = china(12, 3)
    assert [one.period_id for one in due_periods()][:2] == ["M2026-10", "M2026-11"]
    world.moment = china(1, 3, 2027)
    ids = {one.period_id for one in due_periods()}
    assert {"M2026-12", "Q2026-4", "Y2026"} <= ids


# -- what ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sales_fen", "whole_fen", "marginal_fen"),
    [
        (9_999_999, 199_999, 199_999),
        (10_000_000, 300_000, 200_000),
        (15_000_000, 450_000, 350_000),
        (20_000_000, 800_000, 500_000),
        (25_000_000, 1_000_000, 700_000),
    ],
)
def test_steps_by_a_months_own_sales(world: Clock, sales_fen: int, whole_fen: int, marginal_fen: int) -> None:
    """Template 3: < 100,000 2 %, 100,000–200,000 3 %, > 200,000 4 %.

    By hand for 150,000: whole 150,000 × 3 % = 4,500; marginal 100,000 × 2 % + 50,000 × 3 % = 3,500.
    """
    publish(rule("WHOLE"), rule("PARTS", mode="MARGINAL"))
    sellers("MBA")
    sell("MBA", sales_fen)
    world.moment = china(12, 5)
    close_period()
    assert {row.rule: row.amount_fen for row in rows()} == {"WHOLE": whole_fen, "PARTS": marginal_fen}


def test_a_row_says_why_and_its_ids_say_what(world: Clock) -> None:
    """R11: the explanation stands in the row; ids follow from plan, rule, period and payee."""
    publish()
    sellers("MBA")
    sell("MBA", 15_000_000)
    world.moment = china(12, 5)
    assert close_period().payees == 1
    (row,) = rows()
    assert row.order_id == "PERIOD:PL1:OWN:M2026-11:MBA"
    assert (row.state, row.period_id, row.form) == ("PENDING", "M2026-11", "CASH")
    (part,) = row.parts
    assert (part.title, part.base_fen, part.rate_bps, part.amount_fen) == (
        "2026 年 11 月",
        15_000_000,
        300,
        450_000,
    )
    assert any(note.kind == "STEPS" and note.figures["value"] == 15_000_000 for note in part.notes)
    entry = wallet.load_entry("PERIOD:M2026-11:MBA")
    assert {one.account: one.amount_fen for one in entry.postings} == {
        "shop:commission": -450_000,
        "m:MBA:pending": 450_000,
    }


def test_it_matures_like_any_other_and_the_payee_is_told(world: Clock) -> None:
    publish()
    sellers("MBA")
    sell("MBA", 1_000_000)
    world.moment = china(12, 5)
    close_periods()
    (line,) = support.dump("commissions")
    for _ in range(2):
        tell_payee(Change("commissions", "e1", None, json.loads(line)))
    (notice,) = content.notices("MBA", limit=10).items
    assert "2026 年 11 月" in notice.text and "¥200.00" in notice.text
    assert mature().matured == 0
    world.advance(days=8)
    assert mature().matured == 1
    assert wallet.find("MBA").available_fen == 20_000
    assert "order_id" not in wallet.load_entry(f"MATURE:{rows()[0].order_id}:MBA:OWN").refs


def test_quarters_and_years_close_by_their_own_rules(world: Clock) -> None:
    publish(rule("M"), rule("Q", when="QUARTER"), rule("Y", when="YEAR"))
    sellers("MBA")
    sell("MBA", 8_000_000)
    sell("MBA", 8_000_000, number=2, at=china(12, 10))
    world.moment = china(1, 5, 2027)
    assert close_all() == 4
    assert {(row.rule, row.period_id): row.amount_fen for row in rows()} == {
        ("M", "M2026-11"): 160_000,
        ("M", "M2026-12"): 160_000,
        ("Q", "Q2026-4"): 480_000,
        ("Y", "Y2026"): 480_000,
    }


# -- who ----------------------------------------------------------------------------------------


def test_who_may_not_earn_has_a_row_that_says_so(world: Clock) -> None:
    """R6, D3: conditions are judged on the period; a buyer who is no distributor has nothing to close."""
    publish(
        rule("BUYERS", conditions=[DirectBuyersCondition(2)]),
        rule("CLEAN", conditions=[CleanRecordCondition()]),
        rule("OLD", conditions=[JoinedCondition(before=date(2026, 1, 1))]),
    )
    sellers("MBA", "MBB", "MBC")
    for number, seller in enumerate(("MBA", "MBB", "MBC")):
        sell(seller, 1_000_000, number=number)
    sell("MBA", 1_000_000, number=7)
    warned = Violation("MBB", "VI1", "OTHER", "WARN", "虚假宣传。", "", clock.now(), "ST1")
    record_violation(warned)
    change_status("MBC", "DISABLED", by="ST1", reason="停用")
    world.moment = china(12, 5)
    close_period()
    found = {(row.payee_id, row.rule): (row.amount_fen, row.parts[0].source) for row in rows()}
    assert found == {
        ("MBA", "BUYERS"): (40_000, "PLAN"),
        ("MBA", "CLEAN"): (40_000, "PLAN"),
        ("MBA", "OLD"): (0, "UNMET"),
        ("MBB", "BUYERS"): (0, "UNMET"),
        ("MBB", "CLEAN"): (0, "UNMET"),
        ("MBB", "OLD"): (0, "UNMET"),
        ("MBC", "BUYERS"): (0, "NONE"),
        ("MBC", "CLEAN"): (0, "NONE"),
        ("MBC", "OLD"): (0, "NONE"),
    }
    assert {row.excluded for row in rows() if row.payee_id == "MBC"} == {"DISABLED"}


def test_who_became_a_distributor_after_the_period_is_paid_nothing_for_it(world: Clock) -> None:
    publish()
    sellers()
    sell("MBA", 1_000_000)
    world.moment = china(12, 2)
    from tests.commissions.support import add_distributor

    add_distributor("MBA")
    world.moment = china(12, 5)
    assert close_all() == 0 and rows() == []


def test_a_shop_without_period_rules_has_nothing_to_close(world: Clock) -> None:
    sellers("MBA")
    sell("MBA", 1_000_000)
    world.moment = china(12, 5)
    assert close_period().payees == 0
    assert standing.sweep("close", "M2026-11").is_over and rows() == []


# -- how often ----------------------------------------------------------------------------------

sales = st.lists(
    st.tuples(st.sampled_from(["MBA", "MBB", "MBC"]), st.integers(1, 30_000_000)), min_size=1, max_size=4
)


@settings(max_examples=nightly.pick(5, 60), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(sales, st.booleans())
def test_period_totals_equal_their_rows_and_twice_is_once(sold: list[tuple[str, int]], by_team: bool) -> None:
    """Period totals = Σ rows = Σ pending = Σ marks; every base = Σ facts; closing again changes nothing."""
    with support.small_world() as clock_:
        store.forget_plans()
        distributors.forget_levels()
        publish(rule(), *([rule("TEAM", "TEAM_SALES", mode="MARGINAL")] if by_team else []))
        sellers("MBA", "MBB", "MBC")
        for number, (seller, goods_fen) in enumerate(sold):
            sell(seller, goods_fen, number=number, chain=["MBC"] if seller != "MBC" else [])
        clock_.moment = china(12, 5)
        close_all()
        payees, amount_fen = store.period_total("M2026-11")
        marks = store.closed(period_named("M2026-11"), ["MBA", "MBB", "MBC"])
        assert amount_fen == sum(row.amount_fen for row in rows())
        assert amount_fen == sum(mark.amount_fen for mark in marks.values())
        assert payees == len(marks) == len({row.payee_id for row in rows()})
        for row in rows():
            facts = standing.all_facts(row.payee_id)
            name = "own_sales_fen" if row.rule == "OWN" else "team_sales_fen"
            assert row.parts[0].base_fen == sum(getattr(fact, name) for fact in facts)
        for member_id, total in paid().items():
            assert pending(member_id) == total
        before = support.dump_all()
        assert close_all() == 0
        assert support.dump_all() == before


def test_one_who_fails_keeps_nobody_waiting_and_comes_again(
    world: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish()
    sellers("MBA", "MBB", "MBC")
    for seller in ("MBA", "MBB", "MBC"):
        sell(seller, 1_000_000)
    world.moment = china(12, 5)
    real = closing.close_payee

    def failing(what: Any, member: Any, one: Any) -> Any:
        if one.member_id == "MBB":
            raise RuntimeError("the engine is gone for a moment")
        return real(what, member, one)

    monkeypatch.setattr(closing, "close_payee", failing)
    assert (close_period().payees, close_period().payees) == (2, 0)
    assert not standing.sweep("close", "M2026-11").is_over
    monkeypatch.undo()
    assert close_period().payees == 1
    assert standing.sweep("close", "M2026-11").is_over
    assert paid() == {"MBA": 20_000, "MBB": 20_000, "MBC": 20_000}


def test_two_runs_that_meet_at_one_payee_close_it_once(world: Clock) -> None:
    """Both read that it was open: the mark decides, and the second is told so, not refused."""
    plan = publish()
    sellers("MBA")
    sell("MBA", 1_000_000)
    world.moment = china(12, 5)
    what = Closing(period_named("M2026-11"), plan)
    member, one = members.load("MBA"), distributors.load("MBA")
    assert close_payee(what, member, one) is not None
    before = support.dump_all()
    assert close_payee(what, member, one) is None
    assert support.dump_all() == before


def test_a_run_takes_a_bounded_number_of_pages_and_the_next_goes_on(
    world: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(closing, "_PAGE", 1)
    publish()
    people = [f"MB{letter}" for letter in "ABCDE"]
    sellers(*people)
    for seller in people:
        sell(seller, 1_000_000)
    world.moment = china(12, 5)
    closed = [close_period(pages=5).payees for _ in range(8)]
    assert sum(closed) == 5 and max(closed) < 5
    assert paid() == dict.fromkeys(people, 20_000)
