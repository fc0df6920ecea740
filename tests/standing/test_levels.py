"""Upgrade tasks move distributors, with refunds netted; staff's hand sticks (D2)."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from chalicelib.content import store as content
from chalicelib.distributors import jobs as distributor_jobs
from chalicelib.distributors import rules
from chalicelib.distributors import store as distributors
from chalicelib.distributors.change_status import change_status
from chalicelib.distributors.release_level import release_level
from chalicelib.distributors.rules import Task, Tasks
from chalicelib.distributors.save_level import save_level
from chalicelib.distributors.set_level import set_level
from chalicelib.kernel.errors import Invalid
from chalicelib.kernel.jobs import Change
from chalicelib.standing import jobs, store
from chalicelib.standing import judge_all as sweeping
from chalicelib.standing.judge_all import judge_all
from chalicelib.standing.judge_level import judge_level
from chalicelib.standing.move_level import move_level
from chalicelib.standing.preview_levels import preview_levels
from chalicelib.standing.rules import Metrics
from chalicelib.standing.show_progress import show_progress
from tests.standing.people import GOLD, NORMAL, SILVER, add_levels, distributor, give_back, level_of, sell
from tests.support import world as support
from tests.support.world import START, Clock

pytestmark = pytest.mark.usefixtures("world")


def history(member_id: str) -> list[tuple[str, str]]:
    return [(one.step, one.level_id) for one in distributors.history(member_id).items]


def test_reaching_a_task_lifts_at_once_and_once(world: Clock) -> None:
    """By event: history and notice of the change, and a replay changes nothing."""
    add_levels()
    me = distributor()
    sell(me, 99_999)
    assert move_level(me) is None
    sell(me, 1)
    world.advance(minutes=1)
    move = move_level(me)
    assert move is not None and (level_of(me), move.step) == ("silver", "LEVEL_UP")
    assert history(me)[0] == ("LEVEL_UP", "silver")
    assert distributors.history(me).items[0].by == rules.BY_TASKS
    before = support.dump_all()
    assert move_level(me) is None
    assert support.dump_all() == before
    for number, line in enumerate(support.dump("distributor-changes")):
        distributor_jobs.tell_member(Change("distributor-changes", f"e{number}", None, json.loads(line)))
    (notice,) = [one for one in content.notices(me).items if one.kind == "level_up"]
    assert "银牌" in notice.text and "自购和直推业绩满 ¥1,000.00" in notice.text


def test_the_stream_of_figures_judges() -> None:
    add_levels()
    me = distributor()
    sell(me, 100_000)
    for line in support.dump("metrics"):
        jobs.judge_on_sale(Change("metrics", "e", None, json.loads(line)))
    assert level_of(me) == "silver"
    assert level_of(distributor("MBOTHER")) == "normal"


@pytest.mark.parametrize(
    ("sales_fen", "buyers", "orders", "earned"),
    [
        (500_000, 2, 1, "gold"),
        (500_000, 1, 5, "gold"),
        (1, 2, 5, "gold"),
        (500_000, 1, 4, "silver"),
        (499_999, 2, 4, "silver"),
        (99_999, 1, 5, "normal"),
    ],
)
def test_any_n_of_m_and_a_jump_over_a_level(sales_fen: int, buyers: int, orders: int, earned: str) -> None:
    """Gold asks any two of three; who earns gold need not stop at silver."""
    levels = {one.level_id: one for one in (NORMAL, SILVER, GOLD)}
    one = rules.Distributor("MB1", "APPROVED", "normal", START, START)
    figures = {"ALL": Metrics("MB1", "ALL", sales_fen, 0, buyers, orders)}  # type: ignore[arg-type]
    move = judge_level(one, levels, figures, START)
    assert (move.to.level_id if move else "normal") == earned


def test_a_refund_takes_the_way_back_before_it_is_reached(world: Clock) -> None:
    """Counted with refunds netted."""
    add_levels()
    me = distributor()
    first = sell(me, 60_000)
    give_back(first)
    sell(me, 50_000, buyer="MBOTHER")
    assert move_level(me) is None
    sell(me, 50_000, buyer="MBTHIRD")
    assert move_level(me) is not None


def test_a_level_set_by_hand_sticks_until_released(world: Clock) -> None:
    add_levels()
    me = distributor()
    sell(me, 100_000)
    set_level(me, "gold", by="ST1", reason="老客户", is_held=True)
    world.advance(days=70)
    assert move_level(me) is None
    assert level_of(me) == "gold"
    assert show_progress(me).is_held and "商城设定" in show_progress(me).says
    world.advance(minutes=1)
    release_level(me, by="ST1", reason="恢复考核")
    assert history(me)[0] == ("LEVEL_RELEASED", "gold")
    with pytest.raises(rules.StepNotAllowed):
        release_level(me, by="ST1", reason="恢复考核")
    assert move_level(me) is not None
    assert level_of(me) == "silver"


def test_a_missed_period_lets_fall_one_level_and_a_kept_one_does_not(world: Clock) -> None:
    """Demotion looks at the last whole month since the level was reached, never at a started one."""
    add_levels()
    me = distributor(level_id="gold")
    world.advance(days=10)  # 3 December: nothing was sold in November, but it was not whole
    assert move_level(me) is None
    sell(me, 50_000)
    world.advance(days=30)  # 2 January: December was kept
    assert move_level(me) is None
    world.advance(days=31)  # 2 February: January was missed
    move = move_level(me)
    assert move is not None and (move.step, level_of(me)) == ("LEVEL_DOWN", "silver")
    assert "2027 年 1 月没有达到保级条件" in move.reason
    assert move_level(me) is None, "one level a period"


def test_who_fell_rises_again_only_by_what_the_running_period_shows(world: Clock) -> None:
    """Else all-time sales would lift at once whom a missed period let fall."""
    add_levels()
    me = distributor(level_id="gold")
    sell(me, 500_000)
    sell(me, 1, buyer="MBSECOND")
    world.advance(days=40)
    assert move_level(me) is not None
    world.advance(days=1)
    assert (level_of(me), move_level(me)) == ("silver", None)
    sell(me, 50_000)
    assert move_level(me) is not None
    assert level_of(me) == "gold"


def test_nobody_falls_off_the_lowest_level_and_who_may_not_promote_is_not_judged(world: Clock) -> None:
    add_levels(replace(NORMAL, keep=Tasks((Task("orders", 1),), 1, window="MONTH")), SILVER)
    me = distributor()
    world.advance(days=70)
    assert move_level(me) is None
    sell(me, 100_000)
    change_status(me, "DISABLED", by="ST1", reason="停用")
    assert move_level(me) is None
    assert move_level("MBNOBODY") is None


@pytest.mark.parametrize(
    "wrong",
    [
        replace(GOLD, upgrade=Tasks((), 1)),
        replace(GOLD, upgrade=Tasks((Task("orders", 1), Task("orders", 2)), 1)),
        replace(GOLD, upgrade=Tasks((Task("orders", 1),), 2)),
        replace(GOLD, upgrade=Tasks((Task("orders", 0),), 1)),
        replace(GOLD, keep=Tasks((Task("orders", 1),), 1, window="ALL")),
    ],
)
def test_tasks_that_mean_nothing_are_refused(wrong: rules.Level) -> None:
    with pytest.raises(Invalid):
        save_level(wrong, is_new=True)


# -- by night -----------------------------------------------------------------------------------


def test_the_night_walks_all_once_and_goes_on_where_it_stopped(
    world: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Resumable, paged by index: a run cut short is finished by the next, the night is done once."""
    monkeypatch.setattr(sweeping, "_PAGE", 2)
    add_levels()
    people = [distributor(f"MBS{number}") for number in range(5)]
    for one in people:
        sell(one, 100_000, buyer=f"{one}X")
    first = judge_all(pages=1)
    assert (first.moved, first.is_over) == (2, False)
    assert sorted(map(level_of, people)) == ["normal"] * 3 + ["silver"] * 2
    rest = judge_all()
    assert rest.is_over and {level_of(one) for one in people} == {"silver"}
    before = support.dump_all()
    assert judge_all().pages == 0
    assert support.dump_all() == before
    world.advance(days=1)
    assert judge_all().pages > 0


def test_a_walk_that_another_run_overtook_stops(world: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sweeping, "_PAGE", 1)
    add_levels()
    for number in range(3):
        distributor(f"MBS{number}")
    real, stale = store.sweep, store.sweep("levels", "2026-11-23")
    judge_all(pages=1)
    monkeypatch.setattr(store, "sweep", lambda *_: stale)
    assert judge_all(pages=5).pages == 1
    monkeypatch.setattr(store, "sweep", real)
    assert judge_all().is_over


def test_a_dry_run_tells_who_would_move_and_writes_nothing(world: Clock) -> None:
    add_levels(NORMAL)
    people = [distributor(f"MBS{number}") for number in range(3)]
    sell(people[1], 100_000)
    before = support.dump_all()
    found, cursor = [], None
    while True:
        page = preview_levels([SILVER], limit=1, cursor=cursor)
        found += page.items
        cursor = page.next
        if cursor is None:
            break
    assert [(one.member_id, one.to.level_id) for one in found] == [(people[1], "silver")]
    assert support.dump_all() == before
    assert preview_levels(limit=10, cursor=None).items == []


def test_a_higher_level_that_no_task_reaches_is_given_by_the_shop(world: Clock) -> None:
    """D2: nobody is told to be at the top with silver above."""
    add_levels(NORMAL, replace(SILVER, upgrade=None))
    shown = show_progress(distributor())
    assert (shown.says, shown.ways) == ("更高的等级由商城评定。", [])


def test_progress_says_what_is_missing(world: Clock) -> None:
    add_levels()
    me = distributor()
    sell(me, 60_000)
    shown = show_progress(me)
    assert shown.says == "累计再完成自购和直推业绩 ¥400.00即可升级为「银牌」。"
    assert [one.level_id for one in shown.ways] == ["silver", "gold"]
    gold = shown.ways[1]
    assert (gold.done, gold.needed) == (0, 2)
    assert gold.says == (
        "累计再完成以下任意 2 项：自购和直推业绩 ¥4,400.00、"
        "已下单的直属好友 1 位、订单 4 单，即可升级为「金牌」。"
    )
    set_level(me, "gold", by="ST1", reason="考核", is_held=False)
    shown = show_progress(me)
    assert shown.says == "您已经是可以达到的最高等级。"
    assert shown.keep is not None and shown.keep.says == "已达到条件，可以保住「金牌」。"
    world.advance(days=timedelta(days=30).days)
    assert "本月再完成自购和直推业绩 ¥500.00即可保住「金牌」" in (show_progress(me).keep or gold).says
