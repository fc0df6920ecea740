"""Which level a distributor's figures earn: up by tasks done, down by a period missed (D2). Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from chalicelib.distributors.rules import Distributor, Level, LevelStep, Metric, Task, Tasks, Window
from chalicelib.kernel.money import yuan
from chalicelib.standing.period_of import period_of
from chalicelib.standing.rules import ALL, Metrics

Figures = Mapping[str, Metrics]
"""One member's figures by scope; what is absent is zero."""

METRIC_TITLES: Mapping[Metric, str] = {
    "own_sales_fen": "自购和直推业绩",
    "team_sales_fen": "团队业绩",
    "direct_buyers": "已下单的直属好友",
    "orders": "订单",
    "own_spend_fen": "自己的消费",
}
WINDOW_TITLES: Mapping[Window, str] = {"ALL": "累计", "MONTH": "本月", "QUARTER": "本季度", "YEAR": "今年"}
_UNITS: Mapping[Metric, str] = {"direct_buyers": "位", "orders": "单"}


@dataclass(frozen=True)
class Move:
    """From one level to another, and why, in words the distributor reads."""

    member_id: str
    from_level_id: str
    to: Level
    step: LevelStep
    reason: str


def judge_level(one: Distributor, levels: Mapping[str, Level], figures: Figures, at: datetime) -> Move | None:
    """The move that is due now, if any; ``levels`` are ordered by rank.

    Up goes to the highest open level whose ``upgrade`` is done, over gaps too. Down goes one level,
    when the last whole period on the present level missed its ``keep``; whoever fell rises again only
    when the higher level's own ``keep`` is met in the running period. A level held by staff and a
    distributor who is not active stay where they are.
    """
    present = levels.get(one.level_id)
    if not one.is_active or one.is_level_held or present is None:
        return None
    for level in sorted(levels.values(), key=lambda level: -level.rank):
        if level.rank <= present.rank:
            break
        if level.is_open and _earns(one, level, figures, at):
            assert level.upgrade is not None
            return Move(one.member_id, present.level_id, level, "LEVEL_UP", _done_text(level.upgrade))
    return _fall(one, present, _next_below(present, levels), figures=figures, at=at)


def scopes_needed(levels: Iterable[Level], at: datetime) -> tuple[str, ...]:
    """All scopes that judging these levels may look at."""
    found = dict.fromkeys(
        scope_of(tasks.window, at) for level in levels for tasks in (level.upgrade, level.keep) if tasks
    )
    ended = dict.fromkeys(_ended(level.keep.window, at) for level in levels if level.keep)
    return tuple({**found, **ended})


def scope_of(window: Window, at: datetime) -> str:
    """All time, or the running period."""
    return ALL if window == "ALL" else period_of(window, at).period_id


def is_done(tasks: Tasks, figures: Metrics | None) -> bool:
    """At least as many as needed are reached."""
    return sum(left_of(task, figures) == 0 for task in tasks.tasks) >= tasks.needed


def left_of(task: Task, figures: Metrics | None) -> int:
    """What is missing, 0 when it is reached."""
    return max(0, task.at_least - (figures.of(task.metric) if figures else 0))


def amount_text(metric: Metric, amount: int) -> str:
    """A figure as people read it: ``¥1,000.00``, ``5 位``."""
    return yuan(amount) if metric.endswith("_fen") else f"{amount} {_UNITS[metric]}"


def _earns(one: Distributor, level: Level, figures: Figures, at: datetime) -> bool:
    if level.upgrade is None or not is_done(level.upgrade, figures.get(scope_of(level.upgrade.window, at))):
        return False
    if one.demoted_at is None or level.keep is None:
        return True
    return is_done(level.keep, figures.get(scope_of(level.keep.window, at)))


def _next_below(present: Level, levels: Mapping[str, Level]) -> Level | None:
    below = [level for level in levels.values() if level.is_open and level.rank < present.rank]
    return max(below, key=lambda level: level.rank, default=None)


def _fall(
    one: Distributor, present: Level, to: Level | None, *, figures: Figures, at: datetime
) -> Move | None:
    if to is None or present.keep is None or present.keep.window == "ALL":
        return None
    period = period_of(present.keep.window, at).previous
    since = one.level_since or one.decided_at or one.applied_at
    if since >= period.starts_at or is_done(present.keep, figures.get(period.period_id)):
        return None
    reason = f"{period.title}没有达到保级条件（{_terms_text(present.keep)}）。"
    return Move(one.member_id, present.level_id, to, "LEVEL_DOWN", reason)


def _ended(window: Window, at: datetime) -> str:
    return ALL if window == "ALL" else period_of(window, at).previous.period_id


def _done_text(tasks: Tasks) -> str:
    return f"已达到升级条件（{WINDOW_TITLES[tasks.window]}{_terms_text(tasks)}）。"


def _terms_text(tasks: Tasks) -> str:
    each = [f"{METRIC_TITLES[one.metric]}满 {amount_text(one.metric, one.at_least)}" for one in tasks.tasks]
    few = "" if tasks.needed == len(each) else f"，任意 {tasks.needed} 项"
    return "、".join(each) + few
