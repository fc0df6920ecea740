"""The life of a distributor, without tables (D1, D2)."""

from datetime import UTC, datetime, timedelta
from itertools import product
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.distributors import rules
from chalicelib.distributors.rules import Distributor, Level, Status

AT = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
STATUSES: tuple[Status, ...] = get_args(Status)
ALLOWED = {
    ("PENDING", "APPROVED"),
    ("PENDING", "REJECTED"),
    ("APPROVED", "DISABLED"),
    ("APPROVED", "DELETED"),
    ("REJECTED", "APPROVED"),
    ("REJECTED", "PENDING"),
    ("DISABLED", "APPROVED"),
    ("DISABLED", "DELETED"),
    ("DELETED", "APPROVED"),
    ("DELETED", "PENDING"),
}


def standing(status: Status) -> Distributor:
    return Distributor("ME1", status, "silver", AT, AT, version=3)


@pytest.mark.parametrize(("before", "to"), sorted(product(STATUSES, STATUSES)))
def test_only_the_listed_steps_are_allowed(before: Status, to: Status) -> None:
    """Invariant 5 for distributors: an unlisted edge fails loudly."""
    later = AT + timedelta(days=1)
    if (before, to) not in ALLOWED:
        with pytest.raises(rules.StepNotAllowed):
            rules.with_status(standing(before), to, reason="理由", at=later)
        return
    after = rules.with_status(standing(before), to, reason="理由", at=later)
    assert (after.status, after.reason, after.decided_at, after.version) == (to, "理由", later, 4)
    assert after.level_id == "silver"


def test_a_level_changes_only_to_another_one_of_a_standing_distributor() -> None:
    """D2."""
    assert rules.with_level(standing("APPROVED"), "gold", at=AT).level_id == "gold"
    assert rules.with_level(standing("DISABLED"), "gold", at=AT).version == 4
    for present, level_id in [
        (standing("APPROVED"), "silver"),
        (standing("PENDING"), "gold"),
        (standing("REJECTED"), "gold"),
        (standing("DELETED"), "gold"),
    ]:
        with pytest.raises(rules.StepNotAllowed):
            rules.with_level(present, level_id, at=AT)


def test_assigning_needs_no_application_but_happens_once() -> None:
    """D1: by staff's assignment."""
    made = rules.assigned(None, "ME1", "gold", reason="老客户", at=AT)
    assert (made.status, made.level_id, made.reason) == ("APPROVED", "gold", "老客户")
    assert rules.assigned(standing("PENDING"), "ME1", "gold", reason="老客户", at=AT).is_active
    with pytest.raises(rules.StepNotAllowed):
        rules.assigned(made, "ME1", "gold", reason="老客户", at=AT)


@pytest.mark.parametrize(
    ("status", "refusal"),
    [
        (None, rules.NotDistributor),
        ("PENDING", rules.ApplicationPending),
        ("REJECTED", rules.NotDistributor),
        ("DISABLED", rules.DistributorDisabled),
        ("DELETED", rules.NotDistributor),
        ("APPROVED", type(None)),
    ],
)
def test_only_the_approved_come_in_and_others_hear_why(status: Status | None, refusal: type) -> None:
    """Every refusal has its own Chinese sentence."""
    assert type(rules.refusal_of(standing(status) if status else None)) is refusal
    assert rules.standing_text(standing(status) if status else None)


@given(st.lists(st.integers(-5, 12_000), max_size=5))
def test_ratios_of_a_level_never_pass_the_whole(rates: list[int]) -> None:
    """D2, R12: at most three levels, nothing negative, together at most 100 %."""
    level = Level("x", "X", 1, tuple(rates))
    is_fine = len(rates) <= 3 and all(rate >= 0 for rate in rates) and sum(rates) <= 10_000
    if is_fine:
        rules.check_level(level)
    else:
        with pytest.raises(ValueError, match="比例"):
            rules.check_level(level)


def test_the_word_of_the_history_names_what_happened() -> None:
    """D2: each change recorded."""
    assert rules.step_between("DISABLED", "APPROVED") == "ENABLED"
    assert rules.step_between("PENDING", "APPROVED") == "APPROVED"
    assert rules.step_between("REJECTED", "PENDING") == "APPLIED"


def test_only_a_level_that_staff_hold_is_released() -> None:
    """D2: it is left to the tasks again."""
    held = rules.with_level(standing("APPROVED"), "gold", at=AT, is_held=True)
    free = rules.with_level_released(held)
    assert (free.is_level_held, free.level_id, free.version) == (False, "gold", held.version + 1)
    with pytest.raises(rules.StepNotAllowed):
        rules.with_level_released(free)


@pytest.mark.parametrize(
    ("metrics", "at_least", "needed", "is_fine"),
    [
        (["direct_buyers"], 1, 1, True),
        (["direct_buyers", "own_sales_fen"], 1, 2, True),
        ([], 1, 1, False),
        (["direct_buyers", "direct_buyers"], 1, 1, False),
        (["direct_buyers"] * 6, 1, 1, False),
        (["direct_buyers"], 1, 0, False),
        (["direct_buyers"], 1, 2, False),
        (["direct_buyers"], 0, 1, False),
    ],
)
def test_tasks_can_be_done_and_say_each_thing_once(
    metrics: list[rules.Metric], at_least: int, needed: int, is_fine: bool
) -> None:
    """D2, for rising and for staying."""
    tasks = rules.Tasks(tuple(rules.Task(one, at_least) for one in metrics), needed, "MONTH")
    for level in (Level("x", "X", 1, upgrade=tasks), Level("x", "X", 1, keep=tasks)):
        if is_fine:
            rules.check_level(level)
        else:
            with pytest.raises(ValueError, match="条件"):
                rules.check_level(level)


def test_staying_is_judged_by_periods() -> None:
    ever = rules.Tasks((rules.Task("direct_buyers", 1),), 1, "ALL")
    rules.check_level(Level("x", "X", 1, upgrade=ever))
    with pytest.raises(ValueError, match="按月"):
        rules.check_level(Level("x", "X", 1, keep=ever))
