"""The walk up from an inviter, and what a binding watches on it (design §3, Bind)."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from chalicelib.invites import store
from chalicelib.invites.move import MAX_CHECKS
from chalicelib.invites.record_scan import record_scan
from chalicelib.invites.rules import RelationMoved
from chalicelib.kernel import aws, clock, ids
from chalicelib.kernel.dynamo import commit
from chalicelib.members import store as members
from chalicelib.members.rules import Member, below, new_member
from tests.invites.support import approve, code_of, shopper
from tests.support.world import Clock


def line_of(length: int) -> list[Member]:
    """So many members, each below the one before, with true paths; the root first."""
    made: list[Member] = []
    for _ in range(length):
        path = below(made[-1].member_id, made[-1].path) if made else ()
        made.append(replace(new_member(ids.new_id("ME"), clock.now(), openids={}), path=path))
    for start in range(0, length, 50):
        commit(members.put_member(one) for one in made[start : start + 50])
    return made


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """The names of the calls that DynamoDB gets."""
    client, seen = aws.client("dynamodb"), []
    call = client._make_api_call

    def counted(name: str, request: dict[str, Any]) -> Any:
        seen.append(name)
        return call(name, request)

    monkeypatch.setattr(client, "_make_api_call", counted)
    yield seen


def test_three_ancestors_come_with_one_read(world: Clock, reads: list[str]) -> None:
    """The way up is long for nobody: ten ancestors are four reads."""
    line = line_of(11)
    reads.clear()
    chain = store.chain_of(line[-1])
    assert [one.member_id for one in chain] == [one.member_id for one in reversed(line)]
    assert reads == ["BatchGetItem"] * 4


def test_of_a_long_chain_the_nearest_and_the_root_are_watched(world: Clock) -> None:
    """A transaction has a hundred items; the journal, the audit and the caller need some."""
    line = line_of(120)
    chain = store.chain_of(line[-1])
    assert len(chain) == 120
    me = members.load(shopper("我"))
    writes = store.bind(me, chain, at=world.now(), code="", max_checks=MAX_CHECKS)
    watched = [write.request["Key"]["member_id"]["S"] for write in writes if write.action == "ConditionCheck"]
    assert watched == [one.member_id for one in chain[:89]] + [line[0].member_id]
    assert len(writes) + 2 <= 100
    approve(line[-1].member_id)
    assert record_scan(me.member_id, code_of(line[-1].member_id), source="LINK").decision == "BOUND"
    assert members.load(me.member_id).path == tuple(one.member_id for one in chain[:3])


def test_a_root_that_moves_meanwhile_stops_the_binding(world: Clock) -> None:
    """The root is where a loop would close."""
    line, me, other = line_of(120), members.load(shopper("我")), members.load(shopper("他"))
    chain = store.chain_of(line[-1])
    writes = store.bind(me, chain, at=world.now(), code="", max_checks=MAX_CHECKS)
    commit(members.bind_upline(line[0], (other.member_id,), at=world.now(), code=""))
    with pytest.raises(RelationMoved):
        commit(writes)
    assert members.load(me.member_id).path == ()
