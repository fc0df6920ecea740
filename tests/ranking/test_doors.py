"""Rankings as distributors see them (D6)."""

from typing import Any

import pytest

import app  # noqa: F401 - opens the front door
from chalicelib.distributors import store as distributors
from chalicelib.distributors.assign import assign
from chalicelib.distributors.change_status import change_status
from chalicelib.kernel.clock import now
from chalicelib.kernel.dynamo import commit
from chalicelib.members import store as members
from chalicelib.ranking import fold_board as folding
from chalicelib.ranking import jobs, store
from chalicelib.ranking.enter_ranking import enter_ranking
from chalicelib.ranking.fold_board import fold_board, months_due
from tests.distributors.test_doors import make_levels, shopper
from tests.standing.people import sell
from tests.support import api
from tests.support import world as support
from tests.support.world import Clock

MONTH = "M2026-11"


@pytest.fixture(autouse=True)
def fresh_levels() -> None:
    distributors.forget_levels()


def promoters(*names: str) -> list[str]:
    make_levels()
    found = [shopper(name) for name in names]
    for one in found:
        assign(one, "normal", by="ST1", reason="老客户")
        enter_ranking(one, is_in=True)
    return found


def board(member_id: str, **query: str) -> Any:
    asked = "&".join(f"{name}={value}" for name, value in query.items())
    answer = api.get(f"/distributor/ranking?{asked}", token=api.member_token(member_id))
    assert answer.status == 200, answer.json
    return answer.json


def places(member_id: str, **query: str) -> list[tuple[int, str, bool]]:
    return [(one["place"], one["name"], one["is_me"]) for one in board(member_id, **query)["items"]]


def test_names_are_masked_and_others_figures_are_not_told(world: Clock) -> None:
    """D6, N4: no stranger's name or money; the own figure alone."""
    one, two = promoters("张小明", "李小红")
    sell(one, 5_000, buyer="MB1")
    sell(two, 9_000, buyer="MB2")
    jobs.fold_boards()
    assert places(one) == [(1, "李**", False), (2, "张**", True)]
    mine = board(one)["mine"]
    assert (mine["place"], mine["figure"], mine["says"]) == (2, 5_000, "您现在排第 2 名。")
    told = str(board(one))
    assert "9000" not in told and "9_000" not in told and two not in told and "李小红" not in told


def test_promoters_are_ranked_by_who_bought_and_kept(world: Clock) -> None:
    """R12: nobody is ranked for recruiting, only for friends who bought."""
    one, two = promoters("张小明", "李小红")
    sell(one, 100, buyer="MB1")
    sell(one, 100, buyer="MB2")
    sell(two, 9_000, buyer="MB3")
    fold_board(MONTH)
    assert [name for _, name, _ in places(one, kind="BUYERS")] == ["张**", "李**"]
    assert [name for _, name, _ in places(one, kind="SALES")] == ["李**", "张**"]
    assert board(one, kind="BUYERS")["mine"]["figure"] == 2


def test_only_who_wants_to_be_seen_is_seen(world: Clock) -> None:
    """Opt-in; whoever leaves is hidden at once and gone at the next folding."""
    one, two = promoters("张小明", "李小红")
    token = api.member_token(two)
    for each in (one, two):
        sell(each, 5_000, buyer=f"B{each}")
    fold_board(MONTH)
    left = api.put("/distributor/ranking", {"is_in": False}, token=token)
    assert (left.status, left.json) == (200, {"is_in": False})
    assert "李**" not in str(places(one)) and len(places(one)) == 2
    assert board(two)["mine"]["place"] is None and not board(two)["is_in"]
    fold_board(MONTH)
    assert places(one) == [(1, "张**", True)]
    api.put("/distributor/ranking", {"is_in": True}, token=token)
    assert places(one) == [(1, "张**", True)], "from the next folding on"


def test_who_may_not_promote_is_not_ranked(world: Clock) -> None:
    one, two = promoters("张小明", "李小红")
    for each in (one, two):
        sell(each, 5_000, buyer=f"B{each}")
    change_status(two, "DISABLED", by="ST1", reason="停用")
    fold_board(MONTH)
    assert places(one) == [(1, "张**", True)]
    assert api.get("/distributor/ranking", token=api.member_token(two)).status == 403


def test_a_walk_that_is_cut_goes_on_where_it_was_and_is_swapped_in_whole(
    world: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Bounded pages; nobody sees a board that is half folded."""
    monkeypatch.setattr(folding, "_PAGE", 2)
    everyone = promoters(*(f"{name}同学" for name in "甲乙丙丁戊己庚"))
    for number, one in enumerate(everyone):
        sell(one, 1_000 + number, buyer=f"B{number}")
    runs = 0
    while not fold_board(MONTH, pages=1).is_over:
        runs += 1
        assert board(everyone[0])["as_of"] is None
    assert runs >= 7
    assert len(places(everyone[0])) == 7
    fold_board(MONTH, pages=3)
    assert len(places(everyone[0])) == 7, "the old board stands while the next is folded"


def test_a_month_that_is_over_is_folded_once_more_and_stands(world: Clock) -> None:
    (one,) = promoters("张小明")
    sell(one, 5_000, buyer="MB1")
    jobs.fold_boards()
    world.advance(days=8, hours=-10)
    assert months_due(now()) == ["M2026-12"], "the last events are still on their way"
    world.advance(hours=1)
    assert months_due(now()) == [MONTH, "M2026-12"]
    jobs.fold_boards()
    assert months_due(now()) == ["M2026-12"]
    assert places(one) == [] and len(places(one, month=MONTH)) == 1


def test_entering_twice_is_entering_once(world: Clock) -> None:
    """Trust 22."""
    (one,) = promoters("张小明")
    before = support.dump_all()["ranking-entrants"]
    world.advance(minutes=5)
    enter_ranking(one, is_in=True)
    assert support.dump_all()["ranking-entrants"] == before
    assert store.is_in(one)
    commit(members.set_nickname(one, "王小二"))
    sell(one, 100, buyer="MB1")
    fold_board(MONTH)
    assert places(one) == [(1, "王**", True)]
    assert api.get("/distributor/ranking?month=2026-11", token=api.member_token(one)).status == 422
