"""What the doors of this room take and give."""

from datetime import date, datetime
from typing import Literal

from pydantic import Field, model_validator

from chalicelib.commissions.kinds.model import Bps, Cap, FenIn, PlanStatus, Rule
from chalicelib.commissions.rules import BaseName, Exclusion, FormName, Source, State
from chalicelib.kernel.http import Body, Out, Paging, Query
from chalicelib.kernel.money import Fen
from chalicelib.standing.period_of import PeriodKind

MAX_RULES = 30


class CommissionOut(Out):
    """One commission as a list shows it."""

    order_id: str
    payee_id: str
    rule: str = Field(description="The plan's rule, e.g. L1.")
    rule_title: str
    level: int = Field(description="0 is the buyer itself, 1 the nearest upline, -1 outside the chain.")
    state: State
    amount_fen: Fen = Field(description="As credited.")
    clawed_fen: Fen = Field(description="Taken back by refunds.")
    left_fen: Fen
    form: FormName
    units: int = Field(description="Points, coupons or gifts as credited; 0 for cash.")
    left_units: int
    is_held: bool = Field(description="A refund of its order is open.")
    payee: str = Field(description="The payee's name, masked.")
    buyer: str = Field(description="The buyer's name, masked.")
    titles: list[str]
    created_at: datetime
    matures_at: datetime | None
    matured_at: datetime | None
    says: str = Field(description="Where it stands and what it waits for, in one Chinese sentence.")


class CommissionsOut(Out):
    """One page of commissions, newest first."""

    items: list[CommissionOut]
    next: str | None = None


class LineOut(Out):
    """One order line of an explanation."""

    line_no: int
    title: str
    quantity: int
    paid_fen: Fen = Field(description="Money paid for the goods: after discounts, without freight.")
    base_fen: Fen = Field(description="What the ratio was applied to.")
    source: Source
    source_title: str
    rate_bps: int
    fixed_fen: Fen = Field(description="For each piece.")
    wanted_fen: Fen = Field(description="Before the cap.")
    cap_fen: Fen = Field(description="The most that all payees together get on this line.")
    amount_fen: Fen
    refunded_fen: Fen
    clawed_fen: Fen
    says: str


class ExplainedOut(CommissionOut):
    """A commission with everything that explains it (R11)."""

    payee_title: str
    plan_id: str
    plan_version: int
    plan_title: str
    cap_bps: int
    base: BaseName
    excluded: Exclusion | None
    conditions: list[str]
    lines: list[LineOut]
    explanation: list[str]


class ExplainedListOut(Out):
    """The commissions of one order."""

    items: list[ExplainedOut]
    next: str | None = None


class MineAsked(Paging):
    """My commissions, perhaps of one state."""

    state: State | None = Field(None, title="状态")


class ComingOut(Out):
    """What matures next."""

    at: datetime
    amount_fen: Fen
    order_id: str


class CentreOut(Out):
    """The distributor's centre in figures."""

    available_fen: Fen = Field(title="可提现")
    pending_fen: Fen = Field(title="待结算")
    frozen_fen: Fen = Field(title="提现中")
    withdrawn_fen: Fen = Field(title="已提现")
    debt_fen: Fen = Field(title="待还款")
    earned_fen: Fen = Field(title="累计收入")
    today_fen: Fen = Field(title="今日预估", description="Credited today minus taken back today, in China.")
    month_fen: Fen = Field(title="本月预估")
    coming: ComingOut | None = Field(title="下一笔结算")
    says: list[str]


class ProductsAsked(Paging):
    """Products to promote, perhaps of one category."""

    category_id: str | None = Field(None, title="分类", max_length=64)


class PromotableOut(Out):
    """A product with what its promoter may earn on one piece; 推广赚 (P2)."""

    product_id: str
    title: str
    subtitle: str
    picture_url: str | None
    price_fen: Fen
    earn_from_fen: Fen
    earn_to_fen: Fen
    earn_says: str = Field(description="推广赚 ¥1.00 ~ ¥2.00, ready to show.")


class PromotablesOut(Out):
    """One page of products."""

    items: list[PromotableOut]
    next: str | None


class SkuEarnOut(Out):
    """What the promoter may earn on one piece of an article."""

    sku_id: str
    name: str
    price_fen: Fen
    earn_fen: Fen
    source: Source
    source_title: str


class PromotableDetailOut(PromotableOut):
    """A product with each of its articles."""

    skus: list[SkuEarnOut]


class PlanIn(Body):
    """The content of a plan."""

    name: str = Field(title="方案名称", min_length=1, max_length=30)
    rules: tuple[Rule, ...] = Field(title="规则", max_length=MAX_RULES)
    cap_bps: Bps = Field(
        3000, title="佣金上限", description="All payees together, of the money paid for each line."
    )
    caps: tuple[Cap, ...] = Field((), title="方案上限", max_length=8)
    entry_fee_fen: FenIn = Field(0, title="加入费用", description="Only 0 is lawful.")
    note: str = Field("", title="说明", max_length=200)


class NewPlanIn(PlanIn):
    """A new draft."""

    based_on: str | None = Field(None, title="基于方案", pattern=r"^[A-Z0-9]{4,32}$")


class EditPlanIn(PlanIn):
    """An edit of a draft."""

    revision: int = Field(title="修订号", ge=1, description="As it was read.")


class StepPlanIn(Body):
    """Retire a plan as it was read."""

    revision: int = Field(title="修订号", ge=1)


class PublishPlanIn(StepPlanIn):
    """Publish a draft as it was read."""

    starts_at: datetime | None = Field(None, title="开始时间", description="Empty: as soon as may be.")

    @model_validator(mode="after")
    def _has_zone(self) -> "PublishPlanIn":
        if self.starts_at is not None and self.starts_at.tzinfo is None:
            raise ValueError("开始时间需要带时区")
        return self


class PlanOut(Out):
    """One version of the rebate plan."""

    plan_id: str
    version: int
    name: str
    status: PlanStatus
    is_in_force: bool
    rules: tuple[Rule, ...]
    cap_bps: int
    caps: tuple[Cap, ...]
    entry_fee_fen: Fen
    note: str
    based_on: str | None
    revision: int
    created_at: datetime | None
    edited_by: str
    submitted_by: str
    submitted_at: datetime | None
    approved_by: str
    approved_at: datetime | None
    published_at: datetime | None
    starts_at: datetime | None
    ends_at: datetime | None


class TemplateOut(Out):
    """A plan to begin with; ``CHOOSE`` stands where the shop must choose one of its own things."""

    template_id: str
    title: str
    says: str
    plan: PlanIn


class TemplatesOut(Out):
    """Every shipped template."""

    items: list[TemplateOut]


class PlansOut(Out):
    """Every plan, the highest version first."""

    items: list[PlanOut]
    next: str | None = None


class BreachOut(Out):
    """One reason why a plan may not be published."""

    field: str
    rule: str
    reason: str
    mend: str


class CheckOut(Out):
    """Whether a plan may be published."""

    is_compliant: bool
    breaches: list[BreachOut]
    says: list[str] = Field(description="Each rule in one sentence; ids stand for levels and things.")


class DiffAsked(Query):
    """The plan to compare with."""

    to: str = Field(title="对比方案", pattern=r"^[A-Z0-9]{4,32}$")


class DifferenceOut(Out):
    """One field that differs."""

    field: str
    title: str
    before: str
    after: str


class DiffOut(Out):
    """What differs between two plans."""

    items: list[DifferenceOut]


class CommissionsAsked(Paging):
    """Whose commissions staff want to see."""

    payee_id: str = Field(title="分销商", pattern=r"^[A-Za-z0-9_-]{1,64}$")


class MaturedOut(Out):
    """What one run of maturing did."""

    matured: int
    amount_fen: Fen
    left_behind: int


class TreesAsked(Query):
    """How the trees are ordered."""

    by: Literal["headcount", "earned"] = Field("headcount", title="排序")
    limit: int = Field(20, ge=1, le=100)


class TreeOut(Out):
    """One distributor's tree."""

    root_id: str
    name: str
    depth: int = Field(description="Levels that have people; three are counted.")
    headcount: int
    heads: list[int] = Field(description="At level 1, 2, 3.")
    earned_fen: Fen = Field(description="Commission of the root, net of clawbacks.")
    earned_by_level_fen: list[Fen] = Field(description="From own purchases, level 1, 2, 3.")
    sales_fen: int = Field(description="Paid for goods by the root and those below, net of refunds.")
    payout_bps: int = Field(description="Earned out of these sales.")
    other_fen: int = Field(description="Credited for anything but goods sold: by hand only.")
    goods_share_bps: int = Field(description="The part of the income that goods sold have earned.")
    needs_care: bool = Field(
        description="At least 30 people over at least 3 levels (the criminal-law threshold)."
    )


class ComplianceOut(Out):
    """The compliance report (R12)."""

    max_levels: int
    third_level_allowed: bool
    acknowledged_by: str
    acknowledged_on: date | None
    plan: PlanOut | None
    breaches: list[BreachOut] = Field(description="Of the plan in force, by today's levels and settings.")
    promises: list[str]
    trees: list[TreeOut]


class PeriodsAsked(Query):
    """Months, quarters or years."""

    kind: PeriodKind = Field("MONTH", title="周期")


class PeriodOut(Out):
    """One period of the shop."""

    period_id: str
    title: str
    ends_at: datetime
    is_closed: bool
    payees: int
    amount_fen: int = Field(description="The sum of the rows that were put.")


class PeriodsOut(Out):
    """The last twelve, newest first."""

    items: list[PeriodOut]
    next: str | None = None


class PeriodCloseOut(Out):
    """One member's closed period."""

    period_id: str
    title: str
    closed_at: datetime
    plan_id: str
    plan_version: int
    counted: dict[str, int] = Field(description="The period's own figures, as they stood at closing.")
    carried: dict[str, int] = Field(description="What late events of the last closed period brought over.")
    amount_fen: int


class PeriodClosesOut(Out):
    """One page of closed periods."""

    items: list[PeriodCloseOut]
    next: str | None


class PeriodExplainedOut(PeriodCloseOut):
    """A closed period with its rows."""

    items: list[ExplainedOut]


class PeriodsClosedOut(Out):
    """What one run of closing did."""

    payees: int
    amount_fen: int
    left_behind: int
