"""Members hear how staff decided, once (D1, N2)."""

import json

import pytest

from chalicelib.content import store as content
from chalicelib.distributors import jobs, rules, store
from chalicelib.distributors.apply import apply
from chalicelib.distributors.change_status import change_status
from chalicelib.distributors.enter import enter
from chalicelib.kernel.auth import Entrant
from chalicelib.kernel.dynamo import commit
from chalicelib.kernel.jobs import Change
from tests.distributors.test_doors import make_levels, shopper
from tests.support import world as support
from tests.support.world import Clock


def follow() -> None:
    """Deliver every line of the history."""
    for number, line in enumerate(support.dump("distributor-changes")):
        jobs.tell_member(Change("distributor-changes", f"e{number}", None, json.loads(line)))


def inbox(member_id: str) -> list[tuple[str, str]]:
    return [(one.kind, one.text) for one in content.notices(member_id).items]


def test_a_decision_is_told_once_with_its_level_or_reason(world: Clock) -> None:
    """Idempotent by the change: a replay puts nothing more into the inbox."""
    make_levels()
    lucky, other = shopper("甲"), shopper("乙")
    apply(lucky, None)
    apply(other, None)
    change_status(lucky, "APPROVED", by="ST1")
    change_status(other, "REJECTED", by="ST1", reason="资料不全")
    follow()
    follow()
    ((kind, text),) = inbox(lucky)
    assert kind == "distributor_approved" and "普通" in text
    ((kind, text),) = inbox(other)
    assert kind == "distributor_rejected" and "资料不全" in text


def test_the_doors_of_distributors_open_with_approval_and_shut_with_disabling(world: Clock) -> None:
    """Design §5: /distributor is for approved distributors."""
    me = shopper()
    entrant = Entrant("member", me)
    with pytest.raises(rules.NotDistributor):
        enter(entrant, "")
    apply(me, None)
    with pytest.raises(rules.ApplicationPending):
        enter(entrant, "")
    change_status(me, "APPROVED", by="ST1")
    enter(entrant, "")
    change_status(me, "DISABLED", by="ST1", reason="违规")
    with pytest.raises(rules.DistributorDisabled):
        enter(entrant, "")


def test_of_two_staff_deciding_at_once_one_decides(world: Clock) -> None:
    """Peers §1.9: illegal transitions fail loudly."""
    me = shopper()
    apply(me, None)
    seen = store.load(me)
    change_status(me, "REJECTED", by="ST1", reason="资料不全")
    late = rules.with_status(seen, "APPROVED", reason=None, at=world.now())
    before = support.dump_all()
    with pytest.raises(rules.StepNotAllowed):
        commit(store.change(seen, late, "APPROVED", by="ST2", at=world.now()))
    assert support.dump_all() == before
