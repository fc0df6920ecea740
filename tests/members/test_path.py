"""Paths below a member follow its moves (design §3; invariant 9), however the events come."""

import pytest

from chalicelib.kernel.dynamo import commit
from chalicelib.kernel.jobs import Change
from chalicelib.members import jobs, store
from chalicelib.members.follow_path import follow_path
from chalicelib.members.rules import Member, MemberChanged, below
from tests.members.people import join, join_below, move, settle
from tests.support import world as support

pytestmark = pytest.mark.usefixtures("world")


def path_of(member: Member) -> tuple[str, ...]:
    return store.load(member.member_id).path


def ids(*members: Member) -> tuple[str, ...]:
    return tuple(one.member_id for one in members)


def test_those_below_follow_a_move_down_to_the_third_level() -> None:
    root, other = join("root"), join("other")
    a = join_below("a", root)
    b, c = join_below("b", a), join_below("c", a)
    d = join_below("d", b)
    e = join_below("e", d)
    assert path_of(e) == ids(d, b, a)
    move(a, other)
    settle(a)
    assert path_of(b) == path_of(c) == ids(a, other)
    assert path_of(d) == ids(b, a, other)
    assert path_of(e) == ids(d, b, a)


def test_a_member_with_no_upline_any_more_shortens_the_paths_below() -> None:
    root = join("root")
    a = join_below("a", root)
    b = join_below("b", a)
    move(a, None)
    settle(a)
    assert (path_of(a), path_of(b)) == ((), ids(a))


def test_replaying_an_event_writes_nothing() -> None:
    """Invariant 22."""
    root, other = join("root"), join("other")
    a = join_below("a", root)
    join_below("b", a)
    move(a, other)
    settle(a)
    before = support.dump_all()
    for _ in range(3):
        settle(a, other, root)
    assert support.dump_all() == before


def test_two_quick_moves_end_at_the_second() -> None:
    """Both events come after both moves: each reads what is true now."""
    one, two = join("one"), join("two")
    a = join_below("a", join("root"))
    b = join_below("b", a)
    move(a, one)
    move(a, two)
    settle(a, a)
    assert path_of(b) == ids(a, two)


def test_a_stale_reader_cannot_write() -> None:
    """A follower that read before the second move is refused by the path of the one above."""
    one, two = join("one"), join("two")
    a = join_below("a", one)
    b = join_below("b", a)
    stale = store.load(a.member_id)
    move(a, two)
    with pytest.raises(MemberChanged):
        commit(store.same_path(stale), store.set_path(b, below(stale.member_id, stale.path)))
    settle(a)
    assert path_of(b) == ids(a, two)


def test_of_two_who_bind_one_member_the_first_has_it() -> None:
    """Invariant 9: the second decided on a member who stood below nobody."""
    one, two, seen = join("one"), join("two"), join("b")
    move(seen, one)
    with pytest.raises(MemberChanged):
        commit(store.bind_upline(seen, ids(two), at=seen.joined_at, code="X"))
    assert path_of(seen) == ids(one)


def test_one_who_was_moved_away_is_left_alone() -> None:
    """The event of the former inviter must not pull a member back."""
    one, two = join("one"), join("two")
    a = join_below("a", one)
    b = join_below("b", a)
    elsewhere = join("elsewhere")
    stale = store.load(b.member_id)
    move(b, elsewhere)
    move(a, two)
    with pytest.raises(MemberChanged):
        commit(store.set_path(stale, ids(a, two)))
    settle(a, b)
    assert path_of(b) == ids(elsewhere)


def test_one_bound_while_the_inviter_moved_corrects_itself() -> None:
    """Its own event finds the path it was given no longer true."""
    one, two = join("one"), join("two")
    a = join_below("a", one)
    b = join("b")
    commit(store.bind_upline(b, below(a.member_id, path_of(a)), at=b.joined_at, code="X"))
    move(a, two)
    settle(b)
    assert path_of(b) == ids(a, two)


def test_a_big_team_is_followed_page_by_page(monkeypatch: pytest.MonkeyPatch) -> None:
    """More direct downlines than one query gives."""
    monkeypatch.setattr("chalicelib.members.follow_path._PAGE", 3)
    root, other = join("root"), join("other")
    a = join_below("a", root)
    team = [join_below(f"t{number}", a) for number in range(7)]
    move(a, other)
    assert follow_path(a.member_id) == 7
    assert {path_of(one) for one in team} == {ids(a, other)}


def test_the_job_follows_only_changes_of_the_path() -> None:
    root, other = join("root"), join("other")
    a = join_below("a", root)
    b = join_below("b", a)

    def image(member: Member) -> dict[str, object]:
        import json

        return next(
            json.loads(line)
            for line in support.dump("members")
            if json.loads(line)["member_id"]["S"] == member.member_id
        )

    before = image(a)
    move(a, other)
    jobs.follow_paths(Change("members", "E1", before, before))
    assert path_of(b) == ids(a, root)
    jobs.follow_paths(Change("members", "E2", before, image(a)))
    assert path_of(b) == ids(a, other)
