"""How far a distributor is from the levels above, and from keeping its own (D2)."""

from collections.abc import Mapping

from chalicelib.distributors import store as distributors
from chalicelib.distributors.rules import Level, Tasks
from chalicelib.kernel.clock import now
from chalicelib.standing import store
from chalicelib.standing.judge_level import (
    METRIC_TITLES,
    WINDOW_TITLES,
    amount_text,
    left_of,
    scope_of,
    scopes_needed,
)
from chalicelib.standing.rules import Metrics
from chalicelib.standing.schemas import ProgressOut, TaskProgressOut, WayOut


def show_progress(member_id: str) -> ProgressOut:
    """The next levels with each task's figure, what is left, and one sentence each.

    Raises ``DistributorUnknown``.
    """
    one, levels, at = distributors.load(member_id), distributors.levels(), now()
    present = levels.get(one.level_id)
    scopes = scopes_needed(levels.values(), at)
    found = store.load_metrics((member_id, scope) for scope in scopes)
    figures = {scope: found[member_id, scope] for scope in scopes}
    rank = present.rank if present else -1
    higher = [level for level in levels.values() if level.rank > rank and level.is_open]
    keep = present.keep if present else None
    return ProgressOut(
        level_id=one.level_id,
        level_name=present.name if present else one.level_id,
        is_held=one.is_level_held,
        ways=[
            _way(level, level.upgrade, figures[scope_of(level.upgrade.window, at)])
            for level in higher
            if level.upgrade
        ],
        keep=_way(present, keep, figures[scope_of(keep.window, at)], is_keep=True)
        if present and keep
        else None,
        says=_says(one.is_level_held, present, higher, figures=figures),
    )


def _says(
    is_held: bool, present: Level | None, higher: list[Level], *, figures: Mapping[str, Metrics]
) -> str:
    if is_held:
        return "您的等级由商城设定，暂时不按条件升降。"
    level = next((one for one in higher if one.upgrade), None)
    if level is None or level.upgrade is None:
        if present is None:
            return "暂时没有可以升级的等级。"
        return "更高的等级由商城评定。" if higher else "您已经是可以达到的最高等级。"
    return _way(level, level.upgrade, figures[scope_of(level.upgrade.window, now())]).says


def _way(level: Level, tasks: Tasks, figures: Metrics, *, is_keep: bool = False) -> WayOut:
    shown = [
        TaskProgressOut(
            metric=task.metric,
            title=METRIC_TITLES[task.metric],
            at_least=task.at_least,
            reached=max(0, figures.of(task.metric)),
            left=left_of(task, figures),
        )
        for task in tasks.tasks
    ]
    done = sum(task.left == 0 for task in shown)
    return WayOut(
        level_id=level.level_id,
        level_name=level.name,
        window=tasks.window,
        needed=tasks.needed,
        done=min(done, tasks.needed),
        tasks=shown,
        says=_sentence(level, tasks, shown, is_keep=is_keep),
    )


def _sentence(level: Level, tasks: Tasks, shown: list[TaskProgressOut], *, is_keep: bool) -> str:
    goal = f"保住「{level.name}」" if is_keep else f"升级为「{level.name}」"
    open_ones = [task for task in shown if task.left]
    missing = tasks.needed - (len(shown) - len(open_ones))
    if missing <= 0:
        return f"已达到条件，可以{goal}。"
    each = [f"{task.title} {amount_text(task.metric, task.left)}" for task in open_ones]
    which = "、".join(each) if missing == len(each) else f"以下任意 {missing} 项：{'、'.join(each)}，"
    return f"{WINDOW_TITLES[tasks.window]}再完成{which}即可{goal}。"
