"""Where the shop binds at purchase, a scan waits for the order (I3)."""

import pytest

from chalicelib.invites import rules, store
from chalicelib.invites.bind_at_purchase import bind_at_purchase
from chalicelib.invites.record_scan import record_scan
from chalicelib.kernel.dynamo import commit
from chalicelib.members import store as members
from tests.invites.conftest import SetRules
from tests.invites.support import code_of, journal, seller, shopper, upline
from tests.support.world import Clock


def order(member_id: str, world: Clock) -> tuple[str, ...]:
    """Place an order of no lines: what placement does with the relation; the path it freezes."""
    path, writes = bind_at_purchase(members.load(member_id), world.now())
    commit(writes)
    return path


def test_a_scan_waits_and_the_order_binds(world: Clock, binding: SetRules) -> None:
    """I3: bind at first purchase; the order freezes the new uplines, the journal says why."""
    grand, inviter, me = seller("祖"), seller("邀"), shopper("我")
    record_scan(inviter, code_of(grand), source="LINK")
    binding(bind_at="PURCHASE", scan_valid_days=30)
    assert record_scan(me, code_of(inviter), source="LINK").decision == "WAITING"
    assert upline(me) is None
    world.advance(days=29)
    assert order(me, world) == (inviter, grand)
    assert members.load(me).path == (inviter, grand)
    row = store.last_attributions(me)[0]
    assert (row.source, row.decision, row.upline, row.code) == (
        "PURCHASE",
        "BOUND",
        inviter,
        code_of(inviter),
    )
    assert order(me, world) == (inviter, grand)
    assert len(journal(me)) == 2


def test_a_scan_that_waited_too_long_binds_nobody(world: Clock, binding: SetRules) -> None:
    """I3: how long a scan stays valid."""
    binding(bind_at="PURCHASE", scan_valid_days=30)
    inviter, me = seller("邀"), shopper("我")
    record_scan(me, code_of(inviter), source="LINK")
    world.advance(days=30)
    assert order(me, world) == ()
    assert upline(me) is None


def test_the_first_of_two_waiting_scans_has_the_customer_while_it_is_valid(
    world: Clock, binding: SetRules
) -> None:
    """I3: quarrels about a customer are settled by the journal."""
    binding(bind_at="PURCHASE", scan_valid_days=30)
    first, second, me, other = seller("甲"), seller("乙"), shopper("我"), shopper("他")
    for shopper_id in (me, other):
        record_scan(shopper_id, code_of(first), source="LINK")
    world.advance(days=10)
    for shopper_id in (me, other):
        assert record_scan(shopper_id, code_of(second), source="LINK").rule == "WAITS_BEHIND_EARLIER_SCAN"
    assert order(me, world) == (first,)
    world.advance(days=20)
    assert order(other, world) == (second,)


def test_by_any_other_rule_an_order_leaves_the_relation_alone(world: Clock) -> None:
    """The contract with placement: the present path and nothing to write."""
    inviter, me = seller("邀"), shopper("我")
    record_scan(me, code_of(inviter), source="LINK")
    assert bind_at_purchase(members.load(me), world.now()) == ((inviter,), [])


def test_an_order_and_a_move_at_once_never_disagree(world: Clock, binding: SetRules) -> None:
    """The placement's commit fails as a whole when the relation moved since it was read."""
    binding(bind_at="PURCHASE")
    inviter, other, me = seller("邀"), seller("他"), shopper("我")
    record_scan(me, code_of(inviter), source="LINK")
    path, writes = bind_at_purchase(members.load(me), world.now())
    assert path == (inviter,)
    binding()
    record_scan(me, code_of(other), source="LINK")
    with pytest.raises(rules.RelationMoved):
        commit(writes)
    assert upline(me) == other


def test_an_inviter_who_came_below_the_buyer_meanwhile_is_not_bound(world: Clock, binding: SetRules) -> None:
    """Invariant 9 at purchase too."""
    binding(bind_at="PURCHASE")
    inviter, me = seller("邀"), seller("我")
    record_scan(me, code_of(inviter), source="LINK")
    binding()
    record_scan(inviter, code_of(me), source="LINK")
    binding(bind_at="PURCHASE")
    assert order(me, world) == ()
    assert upline(me) is None
