"""What a distributor is, how one becomes one, and which steps of that life are allowed (D1, D2).

The life, every step kept in the history:

    (nobody) ──apply──▶ PENDING ──▶ APPROVED ◀──▶ DISABLED
        └──assign/open──────────────▲  │ ▲            │
                        PENDING ──▶ REJECTED        DELETED ◀── APPROVED, DISABLED
    REJECTED and DELETED may apply again, or be approved by staff. A violation takes an APPROVED one to
    SUSPENDED or EXPELLED (D3); only its lifting brings it back.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from chalicelib.kernel.errors import Conflict, Forbidden, NotFound

MAX_UPLINE_LEVELS = 3
"""The engine's limit (design §2); the rebate plan pays two unless the law was acknowledged (R12)."""

Status = Literal["PENDING", "APPROVED", "REJECTED", "DISABLED", "DELETED", "SUSPENDED", "EXPELLED"]
LevelStep = Literal["LEVEL", "LEVEL_UP", "LEVEL_DOWN", "LEVEL_RELEASED"]
"""By hand; by upgrade tasks; by a period that was missed; left to the tasks again."""
Step = (
    Literal["APPLIED", "APPROVED", "REJECTED", "DISABLED", "ENABLED", "DELETED", "ASSIGNED"]
    | Literal["WARNED", "FROZEN", "SUSPENDED", "EXPELLED", "LIFTED"]
    | LevelStep
)
Metric = Literal["own_sales_fen", "team_sales_fen", "direct_buyers", "orders", "own_spend_fen"]
"""What an upgrade task may ask for; the room ``standing`` counts them."""

BY_MEMBER = "member"
"""Who made a change, when it was the member alone and no staff member."""
BY_TASKS = "tasks"
"""Who made a change, when upgrade tasks did."""
MAX_TASKS = 5
Window = Literal["ALL", "MONTH", "QUARTER", "YEAR"]
"""Over which time a task is counted: all of it, or the running period in Asia/Shanghai."""


@dataclass(frozen=True)
class Task:
    """One thing to reach: fen for sales and spend, a number for the others."""

    metric: Metric
    at_least: int


@dataclass(frozen=True)
class Tasks:
    """At least ``needed`` of these, counted over one window (D2)."""

    tasks: tuple[Task, ...]
    needed: int
    window: Window = "ALL"


@dataclass(frozen=True)
class Level:
    """A distributor level (等级). ``rates_bps`` are for upline 1 … 3; empty means the plan's own.

    A level that is not open keeps its distributors, but nobody new is put on it: levels are never
    deleted, because orders and histories name them. Whoever does ``upgrade`` rises to it; whoever
    misses ``keep`` in a whole period falls to the next level below. Without them only staff move.
    """

    level_id: str
    name: str
    rank: int
    rates_bps: tuple[int, ...] = ()
    is_open: bool = True
    upgrade: Tasks | None = None
    keep: Tasks | None = None


@dataclass(frozen=True)
class Distributor:
    """One member's standing. ``reason`` is what staff said last, for the member to read."""

    member_id: str
    status: Status
    level_id: str
    applied_at: datetime
    decided_at: datetime | None = None
    reason: str | None = None
    message: str | None = None
    """What the member wrote with the application."""
    version: int = 1
    level_since: datetime | None = None
    is_level_held: bool = False
    """Staff set the level by hand: tasks do not move it until staff let go."""
    demoted_at: datetime | None = None
    """Fell by a missed period; rises again only by what the higher level asks of a running one."""
    frozen_by: frozenset[str] = frozenset()
    """Violations that keep this one's commission from maturing (D3)."""
    violated_at: datetime | None = None
    """The last violation that was not withdrawn; a clean period begins after it (R6)."""

    @property
    def is_active(self) -> bool:
        """May promote and earns commission."""
        return self.status == "APPROVED"


@dataclass(frozen=True)
class Change:
    """One line of the history: never edited, kept when the distributor is deleted."""

    member_id: str
    change_id: str
    at: datetime
    step: Step
    status: Status
    level_id: str
    by: str
    status_before: Status | None = None
    level_before: str | None = None
    reason: str | None = None


class DistributorUnknown(NotFound):
    """This member never applied and was never assigned."""

    title = "没有这位分销商"
    detail = "这位会员还不是分销商，也没有申请过。"


class LevelUnknown(NotFound):
    """No such level."""

    title = "没有这个等级"
    detail = "这个分销商等级不存在，请刷新后再选。"


class LevelClosed(Conflict):
    """Nobody new is put on a level that is not open."""

    title = "这个等级已停用"
    detail = "请换一个正在使用的等级。"


class LevelTaken(Conflict):
    """The level id stands for another level already."""

    title = "等级编号已被使用"
    detail = "请换一个编号，或去修改已有的等级。"


class StepNotAllowed(Conflict):
    """The status has no such next step, e.g. rejecting one who is approved already."""

    title = "现在不能这样操作"
    detail = "这位分销商的状态已经变了，请刷新后再看。"


class NotDistributor(Forbidden):
    """The door is for approved distributors."""

    title = "还不是分销商"
    detail = "成为分销商之后就能使用，您可以先提交申请。"


class ApplicationPending(NotDistributor):
    """Staff have not decided yet."""

    title = "申请正在审核"
    detail = "我们正在审核您的申请，通过后会通知您。"


class DistributorDisabled(NotDistributor):
    """Staff took the right to promote away for now."""

    title = "推广资格已停用"
    detail = "您的推广资格已被停用，如有疑问请联系客服。"


class CommissionFrozen(Conflict):
    """A violation keeps this distributor's commission from maturing until it is lifted (D3)."""

    title = "佣金暂时冻结"
    detail = "这位分销商有未解除的违规，佣金暂时不能结算。"


class NotPenalisable(Conflict):
    """There is nothing to suspend or to expel: not a distributor now, or gone already."""

    title = "现在不能这样处罚"
    detail = "这位分销商现在不在推广，可以记录为警告。"


_NEXT: dict[Status, frozenset[Status]] = {
    "SUSPENDED": frozenset(),
    "EXPELLED": frozenset(),
    "PENDING": frozenset({"APPROVED", "REJECTED"}),
    "APPROVED": frozenset({"DISABLED", "DELETED"}),
    "REJECTED": frozenset({"PENDING", "APPROVED"}),
    "DISABLED": frozenset({"APPROVED", "DELETED"}),
    "DELETED": frozenset({"PENDING", "APPROVED"}),
}


def with_status(present: Distributor, to: Status, *, reason: str | None, at: datetime) -> Distributor:
    """The standing after staff took this step. Raises ``StepNotAllowed``."""
    if to not in _NEXT[present.status]:
        raise StepNotAllowed()
    return replace(present, status=to, reason=reason, decided_at=at, version=present.version + 1)


def step_between(before: Status, to: Status) -> Step:
    """The word of the history for this step."""
    if before == "DISABLED" and to == "APPROVED":
        return "ENABLED"
    return "APPLIED" if to == "PENDING" else to


def assigned(
    present: Distributor | None, member_id: str, level_id: str, *, reason: str, at: datetime
) -> Distributor:
    """The standing after staff made this member a distributor. Raises ``StepNotAllowed`` if already so."""
    if present is None:
        return Distributor(member_id, "APPROVED", level_id, at, at, reason)
    approved = with_status(present, "APPROVED", reason=reason, at=at)
    return replace(approved, level_id=level_id, level_since=at, is_level_held=False, demoted_at=None)


def with_level(
    present: Distributor, level_id: str, step: LevelStep = "LEVEL", *, at: datetime, is_held: bool = False
) -> Distributor:
    """The standing on another level. Raises ``StepNotAllowed`` unless it is a change of an active one."""
    if present.status not in ("APPROVED", "DISABLED", "SUSPENDED") or present.level_id == level_id:
        raise StepNotAllowed("只能调整正式分销商的等级，并且要换成另一个等级。")
    fell, rose = step == "LEVEL_DOWN", step == "LEVEL_UP"
    return replace(
        present,
        level_id=level_id,
        version=present.version + 1,
        level_since=at,
        is_level_held=is_held,
        demoted_at=at if fell else present.demoted_at if rose else None,
    )


def with_level_released(present: Distributor) -> Distributor:
    """The same level, left to the tasks again. Raises ``StepNotAllowed`` when staff do not hold it."""
    if not present.is_level_held:
        raise StepNotAllowed("这位分销商的等级没有被锁定。")
    return replace(present, is_level_held=False, version=present.version + 1)


def refusal_of(distributor: Distributor | None) -> NotDistributor | None:
    """Why the doors of distributors stay shut for this member; ``None`` when they open."""
    if distributor is None or distributor.status in ("REJECTED", "DELETED"):
        return NotDistributor()
    if distributor.status == "PENDING":
        return ApplicationPending()
    return None if distributor.is_active else DistributorDisabled()


def standing_text(distributor: Distributor | None) -> str:
    """One sentence that tells the member where they stand."""
    if distributor is None:
        return "申请成为分销商，把喜欢的商品分享给朋友，成交后就有佣金。"
    return {
        "PENDING": "申请已收到，我们会尽快审核，通过后会通知您。",
        "APPROVED": "您已经是分销商，去分享商品吧。",
        "REJECTED": "这次申请没有通过，您可以看看原因后再申请。",
        "DISABLED": "您的推广资格已被停用，如有疑问请联系客服。",
        "DELETED": "您现在不是分销商，可以重新申请。",
        "SUSPENDED": "您的推广资格因违规暂停，可以在违规记录里查看原因并申诉。",
        "EXPELLED": "您的推广资格因违规被取消，可以在违规记录里查看原因并申诉。",
    }[distributor.status]


def check_level(level: Level) -> None:
    """Refuse ratios and tasks that no level may have. Raises ``ValueError`` in Chinese."""
    for tasks in (level.upgrade, level.keep):
        if tasks is not None:
            _check_tasks(tasks)
    if level.keep is not None and level.keep.window == "ALL":
        raise ValueError("保级要按月、季或年来考核。")
    if len(level.rates_bps) > MAX_UPLINE_LEVELS:
        raise ValueError(f"最多设置 {MAX_UPLINE_LEVELS} 级比例。")
    if any(rate_bps < 0 for rate_bps in level.rates_bps) or sum(level.rates_bps) > 10_000:
        raise ValueError("各级比例不能为负，合计不能超过 100%。")


def _check_tasks(tasks: Tasks) -> None:
    metrics = [task.metric for task in tasks.tasks]
    if not 1 <= len(metrics) <= MAX_TASKS or len(set(metrics)) != len(metrics):
        raise ValueError("请设置 1 到 5 个条件，每种条件只用一次。")
    if not 1 <= tasks.needed <= len(metrics):
        raise ValueError("需要达到的条件数要在 1 到条件总数之间。")
    if any(task.at_least < 1 for task in tasks.tasks):
        raise ValueError("条件要大于 0。")
