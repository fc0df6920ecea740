"""What the doors of this room take and give."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from chalicelib.agreements.rules import Device
from chalicelib.distributors.application import Mode
from chalicelib.distributors.rules import (
    MAX_TASKS,
    MAX_UPLINE_LEVELS,
    Level,
    Metric,
    Status,
    Step,
    Task,
    Tasks,
    Window,
)
from chalicelib.kernel.http import Body, Out, Paging
from chalicelib.kernel.ids import new_id

Reason = Annotated[
    str,
    Field(title="原因", min_length=2, max_length=200, description="Shown to the member, kept in history."),
]
LevelId = Annotated[str, Field(title="等级编号", pattern=r"^[a-z0-9_-]{1,32}$")]
RateBps = Annotated[int, Field(ge=0, le=10_000)]


class ApplicationIn(Body):
    """An application; with the agreement it accepts (D4)."""

    message: str | None = Field(
        None, title="申请说明", max_length=200, description="What the member says about promoting."
    )
    agreement_version: int | None = Field(
        None, title="合作协议版本", ge=1, le=10**6, description="The version read and agreed to."
    )
    device: Device = Field("H5", title="设备", description="Kept with the signature; the kind alone.")


class TaskBody(Body):
    """One thing to reach."""

    metric: Metric = Field(title="条件", description="own_sales_fen, team_sales_fen … see the glossary.")
    at_least: int = Field(
        title="至少", ge=1, le=10**12, description="Fen for sales and spend, else a number."
    )


class TasksBody(Body):
    """At least ``needed`` of these, counted over one window."""

    tasks: list[TaskBody] = Field(title="条件", min_length=1, max_length=MAX_TASKS)
    needed: int = Field(title="需要达到几项", ge=1, le=MAX_TASKS)
    window: Window = Field("ALL", title="统计周期", description="All time, or the running period.")

    def as_tasks(self) -> Tasks:
        """The value of this room."""
        return Tasks(tuple(Task(one.metric, one.at_least) for one in self.tasks), self.needed, self.window)


class TaskOut(Out):
    """One thing to reach."""

    metric: Metric
    at_least: int


class TasksOut(Out):
    """At least ``needed`` of these, counted over one window."""

    tasks: list[TaskOut]
    needed: int
    window: Window


class LevelOut(Out):
    """A level as members see it."""

    level_id: str
    name: str
    rank: int
    rates_bps: tuple[int, ...] = Field(description="For upline 1 … 3; empty means the plan's own.")
    upgrade: TasksOut | None = Field(description="What lifts a distributor to it by itself.")
    keep: TasksOut | None = Field(description="What keeps a distributor on it, period by period.")


class WayInOut(Out):
    """What it takes to become a distributor, and how far the asking member is."""

    is_open: bool = Field(description="The member may apply now.")
    at_once: bool = Field(description="Applying makes one a distributor at once; else staff decide.")
    spend_fen: int | None = Field(description="What to buy and keep, where spending counts.")
    spent_fen: int | None = Field(description="What was bought and kept so far, after-sale windows over.")
    product_ids: tuple[str, ...] = Field(description="Buying and keeping any of these is enough.")
    says: str = Field(description="One Chinese sentence that names what is missing, or that nothing is.")


class StandingOut(Out):
    """The asking member's own standing."""

    status: Status | Literal["NONE"]
    mode: Mode = Field(description="OPEN, APPLY: see the way. SPEND, PRODUCT: by purchase. ASSIGN: by staff.")
    can_apply: bool
    says: str = Field(description="One Chinese sentence that tells the member where they stand.")
    way: WayInOut | None = Field(description="While the member is no distributor and may become one.")
    level: LevelOut | None
    applied_at: datetime | None
    decided_at: datetime | None
    reason: str | None


class LevelsOut(Out):
    """Every level, lowest rank first."""

    items: list[LevelOut]
    next: str | None = None


class DistributorsAsked(Paging):
    """Staff look through one status at a time."""

    status: Status = Field("PENDING", title="状态")


class DistributorOut(Out):
    """A distributor as staff see it."""

    member_id: str
    nickname: str
    status: Status
    level_id: str
    level_name: str
    applied_at: datetime
    decided_at: datetime | None
    reason: str | None
    message: str | None
    is_level_held: bool = Field(description="Staff hold the level by hand; tasks do not move it.")
    is_commission_frozen: bool = Field(description="A violation keeps its commission from maturing.")


class DistributorsOut(Out):
    """One page of distributors."""

    items: list[DistributorOut]
    next: str | None


class ChangeOut(Out):
    """One line of the history."""

    change_id: str
    at: datetime
    step: Step
    status: Status
    level_id: str
    by: str = Field(description="A staff id, `member`, or `tasks`.")
    status_before: Status | None
    level_before: str | None
    reason: str | None


class DistributorDetailOut(DistributorOut):
    """A distributor with its history, last change first."""

    history: list[ChangeOut]


class AssignIn(Body):
    """Staff make a member a distributor."""

    member_id: str = Field(title="会员", pattern=r"^[A-Z0-9]{4,32}$")
    level_id: LevelId
    reason: Reason


class ApproveIn(Body):
    """Approval may come with a word to the member."""

    reason: str | None = Field(None, title="留言", max_length=200)


class ReasonIn(Body):
    """A step that needs a reason."""

    reason: Reason


class SetLevelIn(Body):
    """Another level, by hand."""

    level_id: LevelId
    reason: Reason
    is_held: bool = Field(True, title="锁定等级", description="Upgrade tasks leave it alone until released.")


class LevelIn(Body):
    """A level's content."""

    name: str = Field(title="等级名称", min_length=1, max_length=20)
    rank: int = Field(title="排序", ge=0, le=1000, description="Higher is better.")
    rates_bps: list[RateBps] = Field(
        title="各级佣金比例",
        max_length=MAX_UPLINE_LEVELS,
        description="Basis points for upline 1 … 3; empty means the plan's own.",
    )
    is_open: bool = Field(True, title="启用", description="New distributors may be put on it.")
    upgrade: TasksBody | None = Field(None, title="升级条件", description="None: only staff put one on it.")
    keep: TasksBody | None = Field(None, title="保级条件", description="Window MONTH, QUARTER or YEAR.")

    def as_level(self, level_id: str) -> Level:
        """The level these contents make."""
        return Level(
            level_id,
            self.name,
            self.rank,
            tuple(self.rates_bps),
            self.is_open,
            upgrade=self.upgrade.as_tasks() if self.upgrade else None,
            keep=self.keep.as_tasks() if self.keep else None,
        )


class NewLevelIn(LevelIn):
    """A new level. Its id never changes; without one it gets one of its own."""

    level_id: LevelId | None = Field(None, title="等级编号", description="导入导出时用；不填会自动编一个。")

    def as_new_level(self) -> Level:
        """The level these contents make, with an id of its own."""
        return self.as_level(self.level_id or new_id("LV").lower())


class StaffLevelOut(LevelOut):
    """A level as staff see it."""

    is_open: bool


class StaffLevelsOut(Out):
    """Every level, lowest rank first."""

    items: list[StaffLevelOut]
    next: str | None = None
