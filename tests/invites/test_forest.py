"""The relation is a forest after any sequence of scans and moves at once (invariant 9, peers §1.6)."""

import sys
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from chalicelib.invites import rules
from chalicelib.invites.move import move
from chalicelib.invites.record_scan import record_scan
from chalicelib.members.rules import MemberChanged
from tests.invites.conftest import SetRules
from tests.invites.support import at_once, code_of, is_forest, journal, relation, seller, settle_paths
from tests.support.world import Clock


@pytest.mark.parametrize("size", [2, 3])
def test_of_people_who_scan_one_another_in_a_ring_at_once_one_stays_free(world: Clock, size: int) -> None:
    """Two binding one another, and three in a ring: all bind but one, and no loop comes about."""
    for attempt in range(2):
        people = [seller(f"{size}-{attempt}-{number}") for number in range(size)]
        codes = [code_of(person) for person in people]
        raised = at_once(
            [
                lambda me=people[number], code=codes[(number + 1) % size]: record_scan(
                    me, code, source="H5_QR"
                )
                for number in range(size)
            ]
        )
        assert raised == []
        assert is_forest(relation())
        free = [person for person in people if relation()[person] is None]
        assert len(free) == 1
        assert journal(free[0]) == [("REFUSED", "WOULD_MAKE_LOOP")]


def test_many_retries_of_one_scan_at_once_bind_once(world: Clock) -> None:
    """Trust 22: one row of evidence, the same answer for all."""
    inviter, me = seller("甲"), seller("我")
    code, answers = code_of(inviter), []
    raised = at_once([lambda: answers.append(record_scan(me, code, source="H5_QR"))] * 6)
    assert raised == []
    assert len(set(answers)) == 1
    assert journal(me) == [("BOUND", "FIRST_BINDING")]


def test_two_inviters_at_once_and_one_of_them_has_the_member(world: Clock) -> None:
    """The other reads in the journal that somebody was quicker."""
    first, second, me = seller("甲"), seller("乙"), seller("我")
    codes = [code_of(first), code_of(second)]
    raised = at_once([lambda code=code: record_scan(me, code, source="H5_QR") for code in codes])
    assert raised == []
    assert journal(me) == [("BOUND", "FIRST_BINDING"), ("KEPT", "BOUND_FOR_GOOD")]


PEOPLE = 4
person = st.integers(0, PEOPLE - 1)
pair = st.permutations(range(PEOPLE)).map(lambda order: (order[0], order[1]))
step = st.one_of(
    pair.map(lambda two: ("scan", *two)),
    pair.map(lambda two: ("move", *two)),
    person.map(lambda one: ("move", one, None)),
    st.just(("settle", None, None)),
)
Step = tuple[str, Any, Any]


def test_whatever_happens_between_reading_and_writing_the_relation_stays_a_forest(
    world: Clock, binding: SetRules, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each commit may find that other scans and moves came between its reads and itself."""
    binding(rebind_after_protection=True, protect_days=0)
    people = [seller(f"第{number}") for number in range(PEOPLE)]
    codes = [code_of(one) for one in people]
    meanwhile: list[Step] = []

    def happen(one: Step) -> None:
        kind, who, other = one
        with suppress(rules.WouldMakeLoop, rules.AlreadyThere, rules.RelationMoved, MemberChanged):
            if kind == "scan":
                record_scan(people[who], codes[other], source="H5_QR")
            elif kind == "move":
                move(people[who], None if other is None else people[other], by="ST1", reason="调整")
            else:
                settle_paths()

    def interrupt(file: Any) -> None:
        commit = file.commit

        def after_others(*writes: Any) -> None:
            if meanwhile:
                happen(meanwhile.pop())
            commit(*writes)

        monkeypatch.setattr(file, "commit", after_others)

    for verb in (record_scan, move):
        interrupt(sys.modules[verb.__module__])

    @settings(max_examples=12, deadline=None, derandomize=True, database=None)
    @given(st.lists(st.tuples(step, st.lists(step, max_size=3)), min_size=1, max_size=5))
    @example([(("scan", 0, 1), [("scan", 1, 0)])])
    @example([(("move", 0, 1), [("scan", 1, 2), ("move", 2, 0)])])
    @example([(("scan", 0, 1), []), (("scan", 1, 2), [("move", 2, 0)])])
    @example([(("scan", 0, 1), []), (("scan", 1, 2), []), (("move", 2, 3), [("scan", 3, 0)])])
    def holds(story: list[tuple[Step, list[Step]]]) -> None:
        for one in range(PEOPLE):
            happen(("move", one, None))
        for first, others in story:
            meanwhile[:] = others
            happen(first)
            meanwhile.clear()
            assert is_forest(relation())

    holds()
