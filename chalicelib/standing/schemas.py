"""What the doors of this room take and give."""

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import Field

from chalicelib.distributors.rules import LevelStep, Metric, Window
from chalicelib.distributors.schemas import NewLevelIn, Reason
from chalicelib.kernel.http import Body, Out, Paging, Query
from chalicelib.standing.territory import RegionLevel, TerritoryStep
from chalicelib.standing.violation import Kind, Penalty, ViolationState

MemberId = Annotated[str, Field(title="会员", pattern=r"^[A-Z0-9]{4,32}$")]
RegionName = Annotated[str, Field(min_length=1, max_length=30, pattern=r"^[^/\s]+$")]
PeriodId = Annotated[
    str,
    Field(
        title="周期",
        pattern=r"^(ALL|M20\d\d-(0[1-9]|1[0-2])|Q20\d\d-[1-4]|Y20\d\d)$",
        description="`ALL`, or a month, quarter or year in Asia/Shanghai: `M2026-11`, `Q2026-4`, `Y2026`.",
    ),
]


class FiguresOut(Out):
    """Figures of one period, refunds netted in the period in which they were posted."""

    scope: PeriodId
    own_sales_fen: int = Field(description="Orders of direct downlines and own purchases; goods, no freight.")
    team_sales_fen: int = Field(description="Orders of the three levels below, each once.")
    direct_buyers: int = Field(description="Direct downlines who bought and did not give everything back.")
    orders: int = Field(description="Those of own sales.")
    own_spend_fen: int = Field(description="Own purchases.")


class FiguresListOut(Out):
    """All time, and the running month, quarter and year."""

    items: list[FiguresOut]
    next: str | None = None


class FiguresAsked(Query):
    """Periods other than the running ones."""

    scope: PeriodId | None = None


class FactsAsked(Paging):
    """The rows that a month's figures are the sum of."""

    month: Annotated[str, Field(title="月份", pattern=r"^M20\d\d-(0[1-9]|1[0-2])$")]


class FactOut(Out):
    """What one payment or refund means for one member; level 0 is an own purchase."""

    order_id: str
    at: datetime
    level: int
    own_sales_fen: int
    team_sales_fen: int
    orders: int
    own_spend_fen: int


class FactsOut(Out):
    """One page of facts."""

    items: list[FactOut]
    next: str | None


class TaskProgressOut(Out):
    """One task and how far it is."""

    metric: Metric
    title: str
    at_least: int
    reached: int
    left: int


class WayOut(Out):
    """The way to one level, or to keep the present one."""

    level_id: str
    level_name: str
    window: Window
    needed: int = Field(description="So many of the tasks are enough.")
    done: int
    tasks: list[TaskProgressOut]
    says: str


class ProgressOut(Out):
    """Where I stand and what is missing."""

    level_id: str
    level_name: str
    is_held: bool = Field(description="Staff hold the level by hand; tasks do not move it.")
    ways: list[WayOut] = Field(description="Levels above, nearest first.")
    keep: WayOut | None = Field(description="What this period asks for to keep the level.")
    says: str


class PreviewIn(Body):
    """Levels as they might be; those of the same id stand in for the stored ones."""

    levels: list[NewLevelIn] = Field(default_factory=list, title="等级", max_length=50)
    limit: int = Field(20, ge=1, le=100)
    next: str | None = None


class MoveOut(Out):
    """Somebody who would move."""

    member_id: str
    nickname: str
    from_level_id: str
    from_level_name: str
    to_level_id: str
    to_level_name: str
    step: LevelStep
    reason: str


class MovesOut(Out):
    """One page of a dry run; it may hold few or none while ``next`` still goes on."""

    items: list[MoveOut]
    next: str | None


class ViolationIn(Body):
    """A violation with its penalty."""

    kind: Kind = Field(title="违规类型")
    penalty: Penalty = Field(title="处理")
    told: str = Field(title="告知内容", min_length=4, max_length=300, description="What the member reads.")
    note: str = Field("", title="内部备注", max_length=500, description="For staff alone.")
    order_id: str | None = Field(None, title="相关订单", pattern=r"^[A-Z0-9]{4,32}$")


class LiftIn(Body):
    """How a violation ends."""

    to: Literal["SERVED", "WITHDRAWN"] = Field(
        title="结果", description="WITHDRAWN: it was none; conditions no longer see it."
    )
    reason: Reason


class AppealIn(Body):
    """The member's word."""

    text: str = Field(title="申诉内容", min_length=4, max_length=500)


class OwnViolationOut(Out):
    """A violation as the member reads it."""

    violation_id: str
    kind: Kind
    kind_title: str
    penalty: Penalty
    penalty_title: str
    told: str
    recorded_at: datetime
    state: ViolationState
    state_title: str
    ended_at: datetime | None
    ended_reason: str | None
    appeal: str | None
    appealed_at: datetime | None
    can_appeal: bool


class OwnViolationsOut(Out):
    """All of mine, last first."""

    items: list[OwnViolationOut]
    next: str | None = None


class ViolationOut(OwnViolationOut):
    """A violation as staff see it."""

    member_id: str
    nickname: str
    note: str
    order_id: str | None
    recorded_by: str
    ended_by: str | None


class ViolationsAsked(Paging):
    """Staff look through one state at a time."""

    state: ViolationState = Field("OPEN", title="状态")


class ViolationsOut(Out):
    """One page of violations."""

    items: list[ViolationOut]
    next: str | None


class RegionIn(Body):
    """A province, a city of it, or a county of that."""

    province: RegionName = Field(title="省")
    city: RegionName | None = Field(None, title="市")
    county: RegionName | None = Field(None, title="区县")


class GrantTerritoryIn(RegionIn):
    """A region for a distributor."""

    member_id: MemberId
    passed_on: bool = Field(False, title="转交", description="Take it over from the present holder.")
    reason: Reason


class ReleaseTerritoryIn(RegionIn):
    """A region taken back."""

    reason: Reason


class RegionAsked(Paging):
    """One region."""

    province: RegionName
    city: RegionName | None = None
    county: RegionName | None = None


class TerritoriesAsked(Paging):
    """Held regions of one level."""

    level: RegionLevel = Field("PROVINCE", title="级别")


class TerritoryOut(Out):
    """A region and its holder."""

    region: str = Field(description="Names from the province down, joined by `/`.")
    level: RegionLevel
    member_id: str
    nickname: str
    is_earning: bool = Field(description="The holder is an active distributor.")
    since: datetime


class TerritoriesOut(Out):
    """One page of regions."""

    items: list[TerritoryOut]
    next: str | None = None


class OwnTerritoryOut(Out):
    """A region I hold."""

    region: str
    level: RegionLevel
    since: date


class OwnTerritoriesOut(Out):
    """All of mine."""

    items: list[OwnTerritoryOut]
    next: str | None = None


class TerritoryChangeOut(Out):
    """One line of a region's history."""

    change_id: str
    at: datetime
    step: TerritoryStep
    member_id: str | None
    member_before: str | None
    by: str
    reason: str


class TerritoryChangesOut(Out):
    """One page of a region's history, last first."""

    items: list[TerritoryChangeOut]
    next: str | None
