"""What withdrawals look like from outside."""

from datetime import datetime
from typing import Literal

from pydantic import Field

from chalicelib.kernel.days import Day
from chalicelib.kernel.http import Body, Out, Paging, Query
from chalicelib.withdrawals.rules import Status

OpenStatus = Literal["AUDIT", "APPROVED", "SENDING", "WAITING", "PAYING", "CANCELING"]


class AskWithdrawal(Body):
    """A member asks for money; to whom it goes is never taken from here."""

    amount_fen: int = Field(gt=0, le=10**12, title="提现金额", description="Fen, before the fee.")
    real_name: str | None = Field(
        default=None,
        min_length=2,
        max_length=30,
        title="真实姓名",
        description="Needed from 2,000 yuan on; WeChat compares it with its own record.",
    )


class ConfirmParams(Out):
    """Handed to ``wx.requestMerchantTransfer`` as it is."""

    mchId: str  # noqa: N815 - WeChat's spelling
    appId: str  # noqa: N815
    package: str


class WithdrawalOut(Out):
    """The member's view."""

    withdrawal_id: str
    status: Status
    title: str
    next: str = Field(description="What happens next, as a Chinese sentence.")
    until: datetime | None
    amount_fen: int
    fee_fen: int
    paid_fen: int
    requested_at: datetime
    ended_at: datetime | None
    can_cancel: bool
    confirm: ConfirmParams | None = Field(description="There while the member may confirm in WeChat.")


class WithdrawalsOut(Out):
    """A page of withdrawals."""

    items: list[WithdrawalOut]
    next: str | None


class LimitsOut(Out):
    """What the member may ask for now."""

    available_fen: int
    min_fen: int
    max_fen: int
    fee_bps: int
    daily_fen: int
    monthly_fen: int
    left_today_fen: int
    left_this_month_fen: int
    most_fen: int = Field(description="The most that one request may be for now.")
    allowed_weekdays: list[int]
    is_allowed_today: bool
    days_says: str = Field(description="每天, or the days by name.")
    arrives: str = Field(description="When money arrives, before an amount is known.")
    name_needed_from_fen: int
    open_withdrawal_id: str | None


class QuoteAsked(Query):
    """How much one thinks of."""

    amount_fen: int = Field(gt=0, le=10**12, title="提现金额", description="Fen, before the fee.")


class QuoteOut(Out):
    """What asking for this amount would come to."""

    amount_fen: int
    fee_fen: int
    paid_fen: int
    needs_name: bool = Field(description="The request needs the real name that WeChat knows.")
    arrives: str = Field(description="When, as a Chinese sentence.")
    problem: str | None = Field(description="What it would be refused for now, in Chinese.")


class AuditQuery(Paging):
    """Staff list: those under way by status, or all of one business day."""

    status: OpenStatus | None = None
    day: Day | None = Field(default=None, description="Asia/Shanghai; today when neither is given.")


class Rejection(Body):
    """Why staff refuse."""

    reason: str = Field(min_length=2, max_length=60, title="原因", description="The member reads it.")


class StepOut(Out):
    """One line of the history."""

    at: datetime
    status: Status
    actor: str
    note: str


class AuditedOut(Out):
    """The staff's view; never the receiver's openid or name."""

    withdrawal_id: str
    member_id: str
    status: Status
    amount_fen: int
    fee_fen: int
    paid_fen: int
    approvals_needed: int
    approvals: list[str]
    requested_at: datetime
    sent_at: datetime | None
    ended_at: datetime | None
    attempts: int
    transfer_bill_number: str | None
    fail_reason: str | None
    reason: str | None
    history: list[StepOut]


class AuditedListOut(Out):
    """A page for staff."""

    items: list[AuditedOut]
    next: str | None
