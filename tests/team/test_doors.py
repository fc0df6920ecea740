"""The team as its upline sees it: masked, counted, with what each brought, in either order (D7, issue 5)."""

import random
from typing import Any

import pytest

import app  # noqa: F401 - opens the front door
from chalicelib import front_door
from chalicelib.commissions import store as commissions
from chalicelib.kernel import clock
from chalicelib.kernel.dynamo import commit
from chalicelib.kernel.errors import Crowded
from chalicelib.kernel.jobs import deliver
from chalicelib.members import store as members
from chalicelib.members.rules import Member, new_member
from chalicelib.orders import store as orders
from chalicelib.orders.move_refund import Slice
from chalicelib.orders.rules import Order
from chalicelib.team import store
from chalicelib.team.place_teammate import place_teammate
from chalicelib.team.recount_teammate import recount_teammate
from chalicelib.team.rules import Contribution, TeamMoved
from tests.books import streams
from tests.orders.shop import Shop
from tests.support import api
from tests.support import world as support
from tests.support.world import Clock

FOLLOWED = ("members", "orders", "refunds", "commissions")


def follow(seed: int | None = None) -> None:
    """Hand over what the streams hold; with a seed twice over and shuffled, which no stream is as bad as."""
    records = [(table, one) for table, one in streams.take() if table in FOLLOWED]
    if seed is not None:
        records = records * 2
        random.Random(seed).shuffle(records)
    for table, record in records:
        ours = [one for one in front_door.followers()[table] if ".team." in one.__module__]
        assert deliver(table, [record], ours) == []


def team(member_id: str, **query: Any) -> Any:
    asked = "&".join(f"{name}={value}" for name, value in query.items())
    answer = api.get(f"/distributor/team?{asked}", token=api.member_token(member_id))
    assert answer.status == 200, answer.json
    return answer.json


def names(member_id: str, **query: Any) -> list[str]:
    return [one["name"] for one in team(member_id, **query)["items"]]


def brought(upline_id: str, downline_id: str) -> Contribution:
    return store.contributions(upline_id, [downline_id])[downline_id]


def friend(name: str, *path: str) -> str:
    """One more member, below these; the id."""
    member_id = f"MB{name}"
    commit(members.put_member(new_member(member_id, clock.now())))
    commit(members.set_nickname(member_id, name))
    move(member_id, *path)
    return member_id


def move(member_id: str, *path: str) -> None:
    member = members.load(member_id)
    commit(members.bind_upline(member, path, at=clock.now(), code="TESTCODE"))


def commission(order: Order, payee_id: str) -> int:
    """What this payee has on the order, as its own list of commissions says."""
    return sum(row.left_fen for row in commissions.of_order(order.order_id) if row.payee_id == payee_id)


@pytest.fixture
def sold(shop: Shop, world: Clock) -> Order:
    """C's order of ¥110 of goods; one third of line 1 went back."""
    order = shop.paid()
    world.advance(days=10)
    shop.pay_back(shop.ask(order, Slice(1, 1)))
    return order


@pytest.mark.parametrize("seed", [None, 0, 1])
def test_a_contribution_is_what_the_upline_has_of_the_downlines_orders(
    shop: Shop, sold: Order, seed: int | None
) -> None:
    """D7: each upline's own commission less what the refund took back, to the fen; replays add nothing."""
    follow(seed)
    for upline_id, level in ((shop.b, 1), (shop.a, 2)):
        earned_fen = commission(sold, upline_id)
        assert earned_fen > 0
        expected = Contribution(shop.c, upline_id, level, earned_fen, 1, 7_667)  # type: ignore[arg-type]
        assert brought(upline_id, shop.c) == expected
    (shown,) = team(shop.a, level=2)["items"]
    assert (shown["earned_fen"], shown["orders"], shown["sales_fen"]) == (commission(sold, shop.a), 1, 7_667)


def test_an_order_that_went_back_whole_brought_nothing(shop: Shop, sold: Order, world: Clock) -> None:
    """A clawback is exact: nothing is left, and no order is counted."""
    world.advance(minutes=2)  # WeChat refunds one payment once a minute
    order = orders.load(sold.order_id)
    shop.pay_back(shop.ask(order, Slice(1, 2), Slice(2, 1), key="refund-0002"))
    follow()
    assert brought(shop.b, shop.c) == Contribution(shop.c, shop.b, 1)
    (shown,) = team(shop.b)["items"]
    assert (shown["earned_fen"], shown["orders"], shown["sales_fen"]) == (0, 0, 0)


def test_the_team_is_masked_and_shown_a_level_at_a_time(shop: Shop, world: Clock) -> None:
    """D7: direct and indirect downlines; no personal data."""
    commit(members.set_nickname(shop.b, "王小明"))
    commit(members.set_nickname(shop.c, "李雷"))
    commit(members.mark_bought(shop.c, world.now()))
    follow()
    (direct,) = team(shop.a)["items"]
    assert direct == {
        "name": "王**",
        "avatar_url": None,
        "bound_at": "2026-11-23T02:00:00Z",
        "has_bought": False,
        "is_distributor": True,
        "earned_fen": 0,
        "orders": 0,
        "sales_fen": 0,
    }
    (second,) = team(shop.a, level=2)["items"]
    assert (second["name"], second["has_bought"], second["is_distributor"]) == ("李**", True, False)
    assert names(shop.b, level=2) == []
    for query in ("level=3", "level=0", "level=x", "owner=ME1", "sort=NAME"):
        assert api.get(f"/distributor/team?{query}", token=api.member_token(shop.a)).status == 422


@pytest.mark.parametrize("sort", ["JOINED", "EARNED"])
def test_either_order_lists_everybody_once_page_by_page(shop: Shop, world: Clock, sort: str) -> None:
    """Last come first, or most brought first; who has bought nothing stands at the end, not outside."""
    for name in ("丁一", "戊二", "己三"):
        world.advance(minutes=1)
        friend(name, shop.b, shop.a)
    commit(members.set_nickname(shop.c, "丙零"))
    shop.paid()
    follow()
    seen: list[str] = []
    cursor = ""
    while True:
        page = team(shop.b, sort=sort, limit=1, **({"next": cursor} if cursor else {}))
        seen += [one["name"] for one in page["items"]]
        cursor = page["next"]
        if not cursor:
            break
    newest_first = ["己**", "戊**", "丁**", "丙**"]
    assert sorted(seen) == sorted(newest_first)
    assert seen == newest_first if sort == "JOINED" else seen[0] == "丙**"


def test_a_cursor_of_one_order_opens_no_other(shop: Shop) -> None:
    """Trust A6: it is signed for the list it came from."""
    friend("丁一", shop.b, shop.a)
    follow()
    cursor, token = team(shop.b, limit=1)["next"], api.member_token(shop.b)
    for path in (f"sort=EARNED&next={cursor}", f"level=2&next={cursor}"):
        refused = api.get(f"/distributor/team?{path}", token=token)
        assert (refused.status, refused.json["code"]) == (400, "BAD_CURSOR")


@pytest.mark.parametrize("seed", [None, 0, 1])
def test_who_is_moved_is_listed_where_they_are_now(shop: Shop, world: Clock, seed: int | None) -> None:
    """I3, M3: in whatever order the moves are told; what was brought stays with whom it was brought to."""
    order = shop.paid()
    for path in ((), (shop.a,), (shop.b, shop.a), (shop.a,)):
        move(shop.c, *path)
    follow(seed)
    assert names(shop.b, sort="EARNED") == names(shop.b) == []
    assert len(names(shop.a, sort="EARNED")) == len(names(shop.a)) == 2
    assert names(shop.a, level=2, sort="EARNED") == []
    assert (brought(shop.b, shop.c).level, brought(shop.a, shop.c).level) == (None, 1)
    assert brought(shop.b, shop.c).earned_fen == commission(order, shop.b)


def test_who_keeps_moving_is_told_of_again(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """The path is held in the commit: one read too early lists nobody wrongly."""
    real = members.load

    def late(member_id: str) -> Member:
        found = real(member_id)
        path = () if found.path else (shop.a,)
        commit(members.bind_upline(found, path, at=clock.now(), code="TESTCODE"))
        return found

    monkeypatch.setattr(members, "load", late)
    before = support.dump("team-contributions")
    with pytest.raises(Crowded):
        place_teammate(shop.c, [shop.a])
    assert support.dump("team-contributions") == before


def test_a_rebuild_equals_the_fold_and_mends_what_differs(shop: Shop, sold: Order) -> None:
    """Invariant 22: nothing is written at the first look, nor where it moved in between."""
    drift = recount_teammate(shop.c)
    assert drift is not None and store.of_downline(shop.c) == {}
    assert recount_teammate(shop.c, drift) is None
    rebuilt = store.of_downline(shop.c)
    follow()
    assert {one: brought(one, shop.c).earned_fen for one in rebuilt} != {
        one: rebuilt[one].earned_fen for one in rebuilt
    }, "the late events were counted on top"
    drift = recount_teammate(shop.c)
    commit(store.count(Contribution(shop.c, shop.b, orders=1)))
    assert recount_teammate(shop.c, drift) is not None, "another drift than the one believed"
    drift = recount_teammate(shop.c)
    assert recount_teammate(shop.c, drift) is None
    assert store.of_downline(shop.c) == rebuilt
    assert recount_teammate(shop.c) is None


def test_a_rebuild_gives_way_to_an_event_that_comes_in_between(shop: Shop) -> None:
    seen = Contribution(shop.c, shop.b)
    commit(store.count(Contribution(shop.c, shop.b, orders=1)))
    with pytest.raises(TeamMoved):
        commit(store.put_contribution(Contribution(shop.c, shop.b, orders=2), seen))
