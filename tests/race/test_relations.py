"""Who stands below whom, who somebody is, and codes (M1, I1, I4, M3, invariant 9)."""

from collections.abc import Sequence

import pytest

from chalicelib.distributors import store as distributors
from chalicelib.distributors.rules import Level
from chalicelib.kernel.dynamo import commit
from chalicelib.members import store as members
from chalicelib.members.sign_in import SignedIn, sign_in
from chalicelib.wechat.login import Identity
from tests.invites.support import code_of, is_forest, relation, seller
from tests.race.harness import MANY, Together
from tests.support import api
from tests.support.api import Answer
from tests.support.nightly import pick
from tests.support.world import Clock, dump

MP, OA = "wx0000000000000001", "wx0000000000000002"


@pytest.fixture(autouse=True)
def _level(world: Clock) -> None:
    commit(distributors.add_level(Level("normal", "普通", 1)))
    distributors.forget_levels()


def scan(member_id: str, code: str) -> Answer:
    return api.post("/shop/scans", {"code": code, "source": "LINK"}, token=api.member_token(member_id))


def move(member_id: str, inviter_id: str, token: str) -> Answer:
    body = {"inviter_id": inviter_id, "reason": "客户投诉核实"}
    return api.post(f"/console/members/{member_id}/move", body, token=token)


def ring(size: int, name: str = "") -> list[str]:
    """So many distributors, none below another."""
    return [seller(f"{name}{number}") for number in range(size)]


def below_next(people: Sequence[str]) -> dict[str, str]:
    """Who wants to stand below whom, so that together they would close a ring."""
    return dict(zip(people, [*people[1:], people[0]], strict=True))


@pytest.mark.parametrize("size", [2, 3, *pick([], [5, 8])])
def test_scanning_one_another_in_a_ring(together: Together, size: int) -> None:
    """Invariant 9: A below B while B below A, and rings of more: one stays free, nobody is lost."""
    rings = [ring(size, f"环{number}-") for number in range(MANY // 2 // size)]
    wishes = {one: other for people in rings for one, other in below_next(people).items()}
    codes = {one: code_of(one) for one in wishes}
    told = together(*[lambda one=one: scan(one, codes[wishes[one]]) for one in wishes])  # type: ignore[misc]
    assert told.keys() <= {"200", "409 RELATION_MOVED"}
    uplines = relation()
    assert is_forest(uplines)
    for people in rings:
        assert sum(uplines[one] is None for one in people) >= 1
    for one, wish in wishes.items():
        assert uplines[one] in (None, wish)
        assert scan(one, codes[wish]).status == 200, "whom the race refused is answered afterwards"
    assert is_forest(relation())


@pytest.mark.parametrize("size", [2, 3])
def test_staff_moving_people_into_a_ring(together: Together, size: int) -> None:
    """Invariant 9, M3: of two staff who close a ring one is told."""
    people = ring(size)
    wishes = below_next(people)
    tokens = [api.staff_token("members.move", staff_id=f"STAFF{number}") for number in range(2)]
    told = together(
        *[lambda one=one, token=token: move(one, wishes[one], token) for one in people for token in tokens]  # type: ignore[misc]
    )
    assert told.keys() <= {"200", "409 WOULD_MAKE_LOOP", "409 ALREADY_THERE", "409 RELATION_MOVED"}
    assert told["200"] == size - 1
    uplines = relation()
    assert is_forest(uplines)
    assert sum(uplines[one] is None for one in people) == 1


def test_a_scan_and_a_move(together: Together) -> None:
    """Invariant 9: A scans B's code while staff put B below A."""
    pairs = [ring(2, f"对{number}-") for number in range(4)]
    codes = {b: code_of(b) for _, b in pairs}
    token = api.staff_token("members.move")
    told = together(
        *[lambda a=a, b=b: scan(a, codes[b]) for a, b in pairs],  # type: ignore[misc]
        *[lambda a=a, b=b: move(b, a, token) for a, b in pairs],  # type: ignore[misc]
    )
    assert told.keys() <= {"200", "409 WOULD_MAKE_LOOP", "409 RELATION_MOVED"}
    uplines = relation()
    assert is_forest(uplines)
    assert all((uplines[a] == b) + (uplines[b] == a) <= 1 for a, b in pairs)


def test_two_inviters_of_one_member(together: Together) -> None:
    """I3: one of them has the member, and the journal says of each scan why."""
    inviters, member_id = ring(2), seller("客")
    codes = [code_of(one) for one in inviters]
    told = together(*[lambda one=one: scan(member_id, codes[one % 2]) for one in range(MANY)])  # type: ignore[misc]
    assert told.keys() <= {"200", "409 RELATION_MOVED"}
    assert relation()[member_id] in inviters
    bound = [one for one in dump("attributions") if '"BOUND"' in one]
    assert len(bound) == 1


@pytest.mark.parametrize(
    ("apps", "unionid"),
    [((MP,), None), ((MP,), "union-1"), ((MP, OA), "union-1")],
    ids=["an openid alone", "one app", "both apps"],
)
def test_a_new_person_signs_in_sixteen_times(
    together: Together, world: Clock, apps: tuple[str, ...], unionid: str | None
) -> None:
    """M1, wechat.md §6.2: one member, made by one of the sixteen."""
    found: list[SignedIn] = []

    def enter(number: int) -> None:
        appid = apps[number % len(apps)]
        found.append(sign_in(Identity(appid, f"openid-{appid}", unionid)))

    assert together(*[lambda one=one: enter(one) for one in range(MANY)]) == {"done": MANY}  # type: ignore[misc]
    (member_id,) = {one.member.member_id for one in found}
    assert [one.is_new for one in found].count(True) == len(dump("members")) == 1
    assert set(members.load(member_id).openids) == set(apps)
    assert len(dump("identities")) == len(apps) + (unionid is not None)


def test_a_code_is_made_sixteen_times(together: Together) -> None:
    """I1: everybody is shown the one code."""
    token, shown = api.member_token(seller("我")), set()

    def make() -> Answer:
        answer = api.post("/distributor/codes", {}, token=token)
        shown.add(answer.json["code"])
        return answer

    assert together(*[make] * MANY) == {"200": MANY}
    assert len(shown) == len(dump("invites")) == 1
