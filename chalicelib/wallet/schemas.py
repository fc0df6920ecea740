"""What the doors of this room take and give."""

from datetime import datetime

from pydantic import Field

from chalicelib.kernel.days import Day
from chalicelib.kernel.http import Body, Out, Paging, Query
from chalicelib.kernel.money import Fen, Points
from chalicelib.wallet.move_points import GrantStatus
from chalicelib.wallet.rules import Span


class WalletSaysOut(Out):
    """One Chinese sentence for each amount: what it waits for."""

    pending: str
    available: str
    frozen: str
    withdrawn: str
    spent: str
    debt: str


class WalletOut(Out):
    """A member's wallet. ``earned_fen`` = pending + available + frozen + withdrawn + spent - debt, always."""

    pending_fen: Fen = Field(title="待结算")
    available_fen: Fen = Field(title="可提现")
    frozen_fen: Fen = Field(title="提现中")
    withdrawn_fen: Fen = Field(title="已提现", description="Paid out, fees included.")
    spent_fen: Fen = Field(title="已消费", description="Paid orders of the shop; less what came back.")
    debt_fen: Fen = Field(title="待还款")
    earned_fen: Fen = Field(title="累计收入", description="Earned and not taken back.")
    says: WalletSaysOut


class LinesAsked(Paging):
    """A statement may be asked for one month."""

    month: str | None = Field(None, title="月份", pattern=r"^\d{4}-\d{2}$", description="2026-11, in China.")


class LineOut(Out):
    """One line of the statement; the amounts are what each purse grew by."""

    entry_id: str
    kind: str
    month: str
    at: datetime
    title: str
    pending_fen: Fen
    available_fen: Fen
    frozen_fen: Fen
    debt_fen: Fen = Field(description="Above zero when debt grew.")
    order_id: str | None
    refund_id: str | None
    withdrawal_id: str | None


class MonthOut(Out):
    """What a month brought: commission credited minus taken back."""

    month: str
    earned_fen: Fen


class LinesOut(Out):
    """One page of the statement, newest first, with the months it touches."""

    items: list[LineOut]
    months: list[MonthOut]
    next: str | None


class EarningsAsked(Query):
    """How far back the chart goes; it ends today."""

    span: Span = Field("WEEK", title="时间", description="7 days, 30 days, or 12 months.")


class EarnedOut(Out):
    """What a day (``2026-11-23``) or a month (``2026-11``) brought; ``net_fen`` may be below zero."""

    of: str
    credited_fen: Fen = Field(title="入账", description="Commission credited, settled or not.")
    taken_fen: Fen = Field(title="扣回", description="Taken back by refunds and the like; above zero.")
    net_fen: Fen = Field(title="实际收入", description="Credited less taken back.")


class EarningsOut(Out):
    """A chart of earnings, oldest first, every day or month of the span there; and their sums."""

    span: Span
    credited_fen: Fen
    taken_fen: Fen
    net_fen: Fen
    parts: list[EarnedOut]


class MonthLedgerOut(Out):
    """One month of the ledger; days and months end at midnight in China."""

    month: str
    credited_fen: Fen = Field(title="入账")
    taken_fen: Fen = Field(title="扣回", description="Above zero.")
    matured_fen: Fen = Field(title="已结算", description="Became available, or paid off a debt.")
    withdrawn_fen: Fen = Field(title="提现到账", description="Paid out, fees included.")
    spent_fen: Fen = Field(title="余额消费", description="Paid orders of the shop; less what came back.")
    net_fen: Fen = Field(title="实际收入", description="Credited less taken back.")


class LedgerOut(Out):
    """The ledger by month, newest first; months in which nothing moved are left out."""

    items: list[MonthLedgerOut]
    next: str | None


class RebuildIn(Body):
    """How far back lines are looked for in the journal."""

    since: Day | None = Field(
        None, title="从哪天起核对流水", description="Without it only the totals are folded again."
    )


class EntryAsked(Query):
    """An entry by its id, e.g. ``PAID:OR01…``."""

    entry_id: str = Field(title="流水号", min_length=3, max_length=200)


class PostingOut(Out):
    """One side of an entry; what somebody has a claim to is positive."""

    account: str
    amount_fen: Fen


class PointsPostingOut(Out):
    """One side of an entry in points."""

    account: str
    points: Points


class EntryOut(Out):
    """One entry of the journal, in money, in points or in both."""

    entry_id: str
    kind: str
    at: datetime
    postings: list[PostingOut]
    points: list[PointsPostingOut]
    refs: dict[str, str]


class ExpiringOut(Out):
    """Points that can be used up to a day, the last one included."""

    points: Points
    last_day: str


class PointsOut(Out):
    """A member's points and what they are worth today."""

    available: Points = Field(title="可用积分")
    debt: Points = Field(title="待抵扣积分")
    worth_fen: Fen = Field(description="What the available points pay at checkout today.")
    fen_per_point: int
    max_share_bps: int = Field(description="The most of an order's goods that points may pay.")
    expiring: list[ExpiringOut] = Field(description="By last day, the nearest first.")
    says: str


class PointsLineOut(Out):
    """One line of the statement of points; the numbers are what each purse grew by."""

    entry_id: str
    kind: str
    at: datetime
    title: str
    pending: Points
    available: Points
    debt: Points = Field(description="Above zero when debt grew.")
    order_id: str | None
    refund_id: str | None


class PointsLinesOut(Out):
    """One page of the statement of points, newest first."""

    items: list[PointsLineOut]
    next: str | None


class CheckInOut(Out):
    """Checking in today: what it brings, or brought, and how many days in a row there are."""

    is_open: bool = Field(description="Whether the shop has checking in.")
    is_checked_in: bool = Field(description="Today, a business day in China.")
    days_in_a_row: int
    points_today: Points = Field(description="What today brings, or brought.")
    next_bonus_in_days: int | None = Field(description="So many more days in a row to the bonus.")
    streak_days: int
    streak_bonus: Points
    says: str


class GrantIn(Body):
    """Points for a member, and why."""

    points: int = Field(title="积分", ge=1, le=1_000_000)
    reason: str = Field(title="原因", min_length=2, max_length=100, pattern=r"\S")


class GrantOut(Out):
    """Points given by staff. ``WAITING`` needs a second person."""

    grant_id: str
    member_id: str
    points: Points
    reason: str
    status: GrantStatus
    asked_by: str
    asked_at: datetime
    decided_by: str | None
    decided_at: datetime | None


class GrantsAsked(Paging):
    """Grants of one state."""

    status: GrantStatus = Field("WAITING", title="状态")


class GrantsOut(Out):
    """One page of grants, last asked first."""

    items: list[GrantOut]
    next: str | None


class DecisionIn(Body):
    """The second person's word."""

    is_agreed: bool = Field(title="同意发放")
