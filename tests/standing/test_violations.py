"""What violations do: nothing new is earned, frozen commission waits, lifting undoes exactly its own (D3)."""

import itertools
import json
from dataclasses import replace
from datetime import timedelta

import pytest

from chalicelib.commissions import store as commissions
from chalicelib.commissions.freeze import freeze
from chalicelib.commissions.mature import mature
from chalicelib.commissions.start_window import start_window
from chalicelib.content import store as content
from chalicelib.distributors import application
from chalicelib.distributors import rules as distributor_rules
from chalicelib.distributors import store as distributors
from chalicelib.distributors.apply import apply
from chalicelib.distributors.change_status import change_status
from chalicelib.distributors.rules import Distributor, NotPenalisable
from chalicelib.kernel import clock
from chalicelib.kernel.dynamo import commit
from chalicelib.kernel.jobs import Change
from chalicelib.standing import jobs
from chalicelib.standing.lift_violation import lift_violation
from chalicelib.standing.record_violation import record_violation
from chalicelib.standing.violation import (
    CannotAppeal,
    Penalty,
    Violation,
    ViolationMoved,
    ViolationState,
    appealed,
    ended,
    violation,
    without,
)
from chalicelib.wallet import store as wallet
from tests.commissions import support
from tests.support import world as small
from tests.support.world import START, Clock


def one(penalty: Penalty = "WARN", violation_id: str = "VI1", member_id: str = "MBA") -> Violation:
    told = "在群里低价倒卖。"
    return Violation(member_id, violation_id, "PRICE_CUTTING", penalty, told, "", clock.now(), "ST1")


def lift(violation_id: str = "VI1", member_id: str = "MBA") -> None:
    lift_violation(member_id, violation_id, to="SERVED", by="ST1", reason="已整改")


# -- the rules ----------------------------------------------------------------------------------


def test_what_other_violations_ask_for_stays_in_any_order_of_lifting() -> None:
    """Recorded all three, lifted in each order: the status follows the hardest that is left."""
    start = Distributor("MBA", "APPROVED", "normal", START, START)
    three = [one("SUSPEND", "VI1"), one("EXPEL", "VI2"), one("FREEZE_COMMISSION", "VI3")]
    for order in itertools.permutations(three):
        under = start
        for given in three:
            under, _ = violation(given, under)
        assert (under.status, under.frozen_by) == ("EXPELLED", {"VI3"})
        left = {given.violation_id: given for given in three}
        for given in order:
            over = ended(left[given.violation_id], "SERVED", by="ST1", reason="好了", at=START)
            under = without(over, left.values(), under)
            left[given.violation_id] = over
            still = {kept.penalty for kept in left.values() if kept.state == "OPEN"}
            expected = "EXPELLED" if "EXPEL" in still else "SUSPENDED" if "SUSPEND" in still else "APPROVED"
            assert under.status == expected
            assert bool(under.frozen_by) == ("FREEZE_COMMISSION" in still)


@pytest.mark.parametrize(("to", "seen"), [("SERVED", True), ("WITHDRAWN", False)])
def test_only_a_withdrawn_violation_leaves_the_period_clean(to: ViolationState, seen: bool) -> None:
    """R6: no violation in the period."""
    under, _ = violation(one(), Distributor("MBA", "APPROVED", "normal", START, START))
    assert under.violated_at is not None
    over = ended(one(), to, by="ST1", reason="查清了", at=START)
    assert (without(over, [one()], under).violated_at is not None) == seen


@pytest.mark.parametrize(
    ("status", "penalty"),
    [("DISABLED", "SUSPEND"), ("PENDING", "EXPEL"), ("DELETED", "EXPEL"), ("EXPELLED", "SUSPEND")],
)
def test_nothing_to_suspend_or_to_expel(status: distributor_rules.Status, penalty: Penalty) -> None:
    with pytest.raises(NotPenalisable):
        violation(one(penalty), Distributor("MBA", status, "normal", START))
    assert violation(one(), Distributor("MBA", status, "normal", START))[0].status == status


def test_one_end_and_one_appeal() -> None:
    over = ended(one(), "SERVED", by="ST1", reason="好了", at=START)
    with pytest.raises(ViolationMoved):
        ended(over, "WITHDRAWN", by="ST1", reason="好了", at=START)
    with pytest.raises(CannotAppeal):
        appealed(over, "不是我", START)
    with pytest.raises(CannotAppeal):
        appealed(appealed(one(), "不是我", START), "真的", START)


# -- in the shop --------------------------------------------------------------------------------


@pytest.fixture
def a_team(world: Clock) -> Clock:
    """B above A above the buyer X, and a plan in force."""
    support.add_levels()
    support.add_distributor("MBB")
    support.add_distributor("MBA", ["MBB"])
    support.add_member("MBX", ["MBA", "MBB"])
    return world


def due_sale(world: Clock) -> None:
    """A paid order whose window is over."""
    support.pay(support.sale())
    commit(start_window("OR1", small.START + timedelta(days=7)))
    world.advance(days=8)


def test_frozen_commission_waits_until_the_violation_is_lifted(a_team: Clock) -> None:
    """Maturing and freezing meet in one transaction; others mature meanwhile."""
    due_sale(a_team)
    record_violation(one("FREEZE_COMMISSION"))
    done = mature()
    assert (done.matured, done.left_behind) == (1, 0)
    assert wallet.find("MBA").available_fen == 0 and wallet.find("MBB").available_fen == 549
    assert {row.payee_id: row.state for row in commissions.of_order("OR1")} == {
        "MBA": "PENDING",
        "MBB": "MATURED",
    }
    assert mature().matured == 0, "it stands aside and crowds nobody out"
    record_violation(one("FREEZE_COMMISSION", "VI2"))
    lift()
    a_team.advance(hours=1)
    assert mature().matured == 0, "the second violation still freezes"
    lift("VI2")
    a_team.advance(hours=1)
    assert mature().matured == 1
    assert wallet.find("MBA").available_fen == 1_099


def test_a_warning_stops_nothing(a_team: Clock) -> None:
    due_sale(a_team)
    record_violation(one("WARN"))
    assert mature().matured == 2


@pytest.mark.parametrize("penalty", ["SUSPEND", "EXPEL"])
def test_who_is_suspended_or_expelled_earns_nothing_new(a_team: Clock, penalty: Penalty) -> None:
    """The freeze sees it; what was earned before stays earned."""
    from chalicelib.commissions.first_plan import first_plan
    from chalicelib.members import store as members

    first_plan()
    due_sale(a_team)
    record_violation(one(penalty))
    terms = freeze(members.load("MBX"), ["MBA", "MBB"], [], clock.now())
    assert {payee.member_id: payee.excluded for payee in terms.payees} == {"MBA": "DISABLED", "MBB": None}
    assert mature().matured == 2
    with pytest.raises(application.MayNotApply):
        apply("MBA", "我又来了")
    with pytest.raises(distributor_rules.StepNotAllowed):
        change_status("MBA", "APPROVED", by="ST1")
    lift()
    terms = freeze(members.load("MBX"), ["MBA", "MBB"], [], clock.now())
    assert {payee.excluded for payee in terms.payees} == {None}


def test_a_violation_recorded_while_another_is_lifted_is_not_overlooked(a_team: Clock) -> None:
    """Lost update: lifting one suspension on a stale reading must not undo the other."""
    record_violation(one("SUSPEND"))
    stale = distributors.load("MBA")
    record_violation(one("SUSPEND", "VI2"))
    late = without(replace(one("SUSPEND"), state="SERVED"), [], stale)
    with pytest.raises(distributor_rules.StepNotAllowed):
        commit(distributors.change(stale, late, "LIFTED", by="ST2", at=clock.now()))
    lift()
    assert distributors.load("MBA").status == "SUSPENDED"


def test_the_member_is_told_of_both_ends_once(a_team: Clock) -> None:
    """N2: idempotent by the violation and its state."""
    record_violation(one("SUSPEND"))
    (new,) = small.dump("violations")
    lift()
    (over,) = small.dump("violations")
    for _ in range(2):
        jobs.tell_of_violation(Change("violations", "e1", None, json.loads(new)))
        jobs.tell_of_violation(Change("violations", "e2", json.loads(new), json.loads(over)))
        jobs.tell_of_violation(Change("violations", "e3", json.loads(over), json.loads(over)))
    told = {notice.kind: notice.text for notice in content.notices("MBA", limit=50).items}
    assert set(told) == {"violation_recorded", "violation_ended"}
    assert "在群里低价倒卖" in told["violation_recorded"] and "暂停推广资格" in told["violation_recorded"]
    assert "已解除" in told["violation_ended"] and "已整改" in told["violation_ended"]
