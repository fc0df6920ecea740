"""What a sale earns whom, and what a refund takes back. Pure.

An order freezes its ``Terms`` when it is placed: who is paid, by which ratio or amount each line, and
from which plan. Payment, refund and maturing then need nothing but the terms and the row, so a
later change of plan, level or upline moves no past money (design §2).
"""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal

from chalicelib.kernel import settings
from chalicelib.kernel.errors import Conflict, Invalid, NotFound
from chalicelib.kernel.money import BPS_WHOLE, Fen, clawback

MAX_LEVELS = 3
"""The engine's limit, whatever a plan or a setting says (R12)."""
LAWFUL_LEVELS = 2
"""What is paid without a recorded legal acknowledgement (R12, trust A0.10)."""

OUTSIDE = -1
"""The level of a payee who is not paid for a place in the buyer's chain: a sharer, a region's holder."""

Source = Literal[
    "SKU_FIXED", "SKU_RATE", "PRODUCT_FIXED", "PRODUCT_RATE", "LEVEL", "PLAN", "OFF", "NONE", "UNMET"
]
"""Where a ratio or an amount comes from. OFF: the product takes no part. NONE: the payee earns nothing.
UNMET: a condition of the rule does not hold."""

FormName = Literal["CASH", "POINTS", "COUPON", "GIFT"]
BaseName = Literal["PAID", "LIST", "PROFIT", "QUANTITY", "METRIC", "COMMISSION"]
CapScope = Literal["LINE", "PRODUCT", "ORDER"]

Exclusion = Literal["NOT_DISTRIBUTOR", "NOT_APPROVED", "DISABLED", "BLOCKED", "CLOSED"]
"""Why an upline in the chain earns nothing; its share stays with the shop, nobody moves up."""

State = Literal["PENDING", "MATURED", "CLAWED", "ZERO"]
"""Credited; turned into available money; taken back whole; never worth anything, kept to explain why."""


@settings.declare("compliance", "合规")
@dataclass(frozen=True)
class Compliance:
    """The third upline level, and rebates on a team's sales, are paid only once somebody has answered for
    them by name (R12)."""

    third_level_allowed: bool = False
    acknowledged_by: str = ""
    """Who gave or obtained the legal opinion."""
    acknowledged_on: date | None = None
    legal_note: str = ""
    team_rebates_allowed: bool = False

    def check(self) -> None:
        """Refuse an acknowledgement without its who and when."""
        if (self.third_level_allowed or self.team_rebates_allowed) and not self._is_answered_for:
            raise ValueError("开放第三级或团队返利之前，请写明由谁、在哪一天确认了法律意见。")

    @property
    def max_levels(self) -> int:
        """How many upline levels may be paid."""
        return MAX_LEVELS if self.third_level_allowed and self._is_answered_for else LAWFUL_LEVELS

    @property
    def may_pay_teams(self) -> bool:
        """Whether a team's sales may be paid for."""
        return self.team_rebates_allowed and self._is_answered_for

    @property
    def _is_answered_for(self) -> bool:
        return bool(self.acknowledged_by.strip() and self.acknowledged_on)


@dataclass(frozen=True)
class Note:
    """One step of a trace: the kind that decided, and what it went by. The kind puts it into words."""

    kind: str
    figures: dict[str, int] = field(default_factory=dict)
    text: str = ""


@dataclass(frozen=True)
class FormTerm:
    """One form of a payee's commission: its share, and for what is not cash, what one unit is worth."""

    form: FormName
    share_bps: int = BPS_WHOLE
    unit_fen: Fen = Fen(0)
    ref: str = ""
    """The coupon's template or the gift."""


@dataclass(frozen=True)
class CapTerm:
    """A cap on the sum of one rule's commissions, or of all (``rule`` is ``None``), in its scope.

    At most ``bps`` of the money paid and at most ``fen``, whichever is set.
    """

    scope: CapScope
    rule: str | None = None
    bps: int | None = None
    fen: Fen | None = None


@dataclass(frozen=True)
class Payee:
    """One person who earns by one rule. Level 0 is the buyer itself, 1 the nearest upline."""

    member_id: str
    level: int
    distributor_level_id: str
    rule: str
    excluded: Exclusion | None = None
    distributor_level_name: str = ""
    rule_title: str = ""
    base: BaseName = "PAID"
    forms: tuple[FormTerm, ...] = ()
    """Empty: all in cash."""
    notes: tuple[Note, ...] = ()
    """Who it is, and which conditions held."""
    bonus_of: tuple[int, ...] = ()
    """Places, among the terms' payees, of those whose commission is the base of this one."""


@dataclass(frozen=True)
class Grant:
    """What one payee gets on one line: a ratio of a base, an amount for each piece, or an exact amount."""

    source: Source
    rate_bps: int = 0
    fixed_fen: Fen = Fen(0)
    base_fen: Fen | None = None
    """``None``: the money paid for the line."""
    exact_fen: Fen | None = None
    notes: tuple[Note, ...] = ()


@dataclass(frozen=True)
class TermLine:
    """One order line's grants, in the order of the terms' payees."""

    line_no: int
    product_id: str
    sku_id: str
    grants: tuple[Grant, ...]


@dataclass(frozen=True)
class Terms:
    """What an order froze. ``plan_id`` is empty when no plan was in force; then there are no payees."""

    plan_id: str
    plan_version: int
    plan_name: str
    cap_bps: int
    payees: tuple[Payee, ...]
    lines: tuple[TermLine, ...]
    caps: tuple[CapTerm, ...] = ()
    claims_first_order: bool = False
    """Somebody is paid because it is the buyer's first order: the placement claims that once."""


@dataclass(frozen=True)
class SaleLine:
    """A paid line. ``goods_paid_fen`` is money paid for the goods: after discounts, without freight (R9)."""

    line_no: int
    title: str
    quantity: int
    goods_paid_fen: Fen


@dataclass(frozen=True)
class Sale:
    """A paid order, as this room needs to know it."""

    order_id: str
    buyer_id: str
    lines: tuple[SaleLine, ...]
    terms: Terms


@dataclass(frozen=True)
class Part:
    """One payee's part of one line, with all that explains it (R11)."""

    line_no: int
    title: str
    quantity: int
    base_fen: Fen
    source: Source
    rate_bps: int
    fixed_fen: Fen
    wanted_fen: Fen
    """Before the cap."""
    cap_fen: Fen
    """The most that all payees together get on this line."""
    amount_fen: Fen
    paid_fen: Fen | None = None
    """Money paid for the line where the base is another: refunds are measured by it."""
    notes: tuple[Note, ...] = ()

    @property
    def net_fen(self) -> Fen:
        """Money paid for the line."""
        return self.base_fen if self.paid_fen is None else self.paid_fen


@dataclass(frozen=True)
class Credit:
    """What one payee earns on one order."""

    payee: Payee
    parts: tuple[Part, ...]

    @property
    def amount_fen(self) -> Fen:
        """Over all lines."""
        return Fen(sum(part.amount_fen for part in self.parts))


@dataclass(frozen=True)
class RefundedLine:
    """Money refunded on a line: in all before this refund and after it, out of ``paid_fen``."""

    paid_fen: Fen
    before_fen: Fen
    after_fen: Fen


@dataclass(frozen=True)
class Commission:
    """One row: what one payee has on one order by one rule in one form.

    ``amount_fen`` is its value in every form; ``units`` counts points, coupons or gifts and is zero for
    cash. ``holds`` are the ids of open refunds.
    """

    order_id: str
    payee_id: str
    rule: str
    level: int
    buyer_id: str
    state: State
    amount_fen: Fen
    created_at: datetime
    plan_id: str
    plan_version: int
    plan_name: str
    cap_bps: int
    parts: tuple[Part, ...]
    distributor_level_id: str = ""
    distributor_level_name: str = ""
    excluded: Exclusion | None = None
    clawed_fen: Fen = Fen(0)
    refunded_fen: Fen = Fen(0)
    """Refunded so far on the lines that earned this payee something; only grows."""
    refunded_by_line: dict[str, int] = field(default_factory=dict)
    holds: frozenset[str] = frozenset()
    matures_at: datetime | None = None
    matured_at: datetime | None = None
    rule_title: str = ""
    base: BaseName = "PAID"
    form: FormName = "CASH"
    share_bps: int = BPS_WHOLE
    unit_fen: Fen = Fen(0)
    units: int = 0
    ref: str = ""
    notes: tuple[Note, ...] = ()
    period_id: str | None = None
    """Of a row that a closed period paid; then there is no order behind ``order_id``."""
    trimmed_fen: Fen = Fen(0)
    """Left unpaid at maturing, because a period's cap or the budget was reached."""
    kept_units: int = 0
    """Units that a refund should have taken back, but that were used already."""

    @property
    def payee_rule(self) -> str:
        """The row's range key."""
        key = f"{self.payee_id}#{self.rule}"
        return key if self.form == "CASH" else f"{key}#{self.form}"

    @property
    def left_fen(self) -> Fen:
        """Credited, not left out by a cap and not taken back."""
        return Fen(self.amount_fen - self.clawed_fen - self.trimmed_fen)

    @property
    def left_units(self) -> int:
        """Units credited minus the floor of the part of the value that is gone."""
        return self.units - clawback(self.units, self.amount_fen, 0, self.amount_fen - self.left_fen)

    def earns_on(self, line_nos: set[int]) -> bool:
        """Whether one of these lines earned this payee anything."""
        return any(part.amount_fen and part.line_no in line_nos for part in self.parts)


@dataclass(frozen=True)
class Tree:
    """One distributor's tree for the compliance report: people below by level, and what it earned (R12).

    ``earned_0_fen`` are own purchases; all amounts are net of what refunds took back.
    """

    root_id: str
    headcount: int
    heads_1: int
    heads_2: int
    heads_3: int
    earned_fen: Fen
    earned_0_fen: Fen
    earned_1_fen: Fen
    earned_2_fen: Fen
    earned_3_fen: Fen

    @property
    def depth(self) -> int:
        """How many levels have people, at most three are counted."""
        return max(
            (place for place in (1, 2, 3) if (0, self.heads_1, self.heads_2, self.heads_3)[place]), default=0
        )


@dataclass(frozen=True)
class Taken:
    """What one refund takes back of one commission, and the running sums after it."""

    taken_fen: Fen
    refunded_fen: Fen
    refunded_by_line: dict[str, int]


class CommissionsMoved(Conflict):
    """A commission or a wallet changed since it was read; load again and decide again."""

    title = "佣金有变化"
    detail = "佣金刚刚有变化，请稍后再试。"


class CommissionUnknown(NotFound):
    """No commission of this member on this order."""

    title = "没有这笔佣金"
    detail = "没有找到这笔佣金，请返回列表刷新。"


class FormNotOffered(Conflict):
    """Nobody hands out this form now; the commission waits."""

    title = "暂时不能发放"
    detail = "这种奖励暂时不能发放，会在开通后自动发放。"


class PlanUnknown(NotFound):
    """No plan of this id."""

    title = "没有这个返利方案"
    detail = "这个返利方案不存在，请返回列表刷新。"


class PlanMovedOn(Conflict):
    """Somebody else edited, published or retired the plan meanwhile."""

    title = "方案已被修改"
    detail = "这个方案刚刚被别人修改过，请刷新后再试。"


class PlanNotDraft(Conflict):
    """A published plan is never changed (R10)."""

    title = "已发布的方案不能修改"
    detail = "已发布的方案不能修改，请以它为基础新建一个草稿。"


class PlanNotCompliant(Invalid):
    """The plan breaks the law or the shop's own cap; ``fields`` say what and how to mend it (R12)."""

    title = "方案不合规"
    detail = "方案不符合合规要求，请按提示修改后再发布。"
