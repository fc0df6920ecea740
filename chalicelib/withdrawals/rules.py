"""What may be withdrawn, who must agree, which step may follow which. Pure.

A withdrawal's id is its bill number at WeChat for ever (invariant 15). Its states and edges::

    AUDIT -> APPROVED -> SENDING -> WAITING -> PAYING -> PAID
      |         |           |          |          |
      |         |           |       CANCELING     |
      v         v           v          v          v
    REJECTED  CANCELLED   RETURNED  CANCELLED  RETURNED        (these give the money back, once)
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

from chalicelib.kernel import settings
from chalicelib.kernel.clock import SHANGHAI, business_day
from chalicelib.kernel.errors import Conflict, Invalid, NotFound
from chalicelib.kernel.money import BPS_WHOLE, Fen, share, yuan

Status = Literal[
    "AUDIT",
    "APPROVED",
    "SENDING",
    "WAITING",
    "PAYING",
    "CANCELING",
    "PAID",
    "RETURNED",
    "REJECTED",
    "CANCELLED",
]
"""Waits for staff; waits to be sent; told to WeChat, answer open; waits for the member's tap in
WeChat; confirmed, money on its way; being called back; received; failed or expired; refused by
staff; called off by the member."""

EDGES: dict[Status, frozenset[Status]] = {
    "AUDIT": frozenset({"AUDIT", "APPROVED", "REJECTED", "CANCELLED"}),
    "APPROVED": frozenset({"SENDING", "CANCELLED"}),
    "SENDING": frozenset({"SENDING", "WAITING", "PAYING", "CANCELING", "PAID", "RETURNED"}),
    "WAITING": frozenset({"PAYING", "CANCELING", "PAID", "RETURNED"}),
    "PAYING": frozenset({"PAID", "RETURNED"}),
    "CANCELING": frozenset({"PAYING", "PAID", "RETURNED", "CANCELLED"}),
    "PAID": frozenset(),
    "RETURNED": frozenset(),
    "REJECTED": frozenset(),
    "CANCELLED": frozenset(),
}
ENDED: frozenset[Status] = frozenset({"PAID", "RETURNED", "REJECTED", "CANCELLED"})
AT_WECHAT: frozenset[Status] = frozenset({"SENDING", "WAITING", "PAYING", "CANCELING"})

CONFIRM_WITHIN = timedelta(hours=24)
"""WeChat gives an unconfirmed transfer up after this (wechat.md §3.6)."""
STUCK_AFTER = timedelta(hours=26)
"""Later than this after sending, a transfer must have ended (invariant 23)."""
QUIET_AFTER = timedelta(hours=2)
"""An attempt whose answer was lost cannot turn up at WeChat any more after this long."""
NAME_NEEDED_FROM_FEN = 200_000
SMALLEST_TRANSFER_FEN = 10

LATER_REFUSALS = {
    "NOT_ENOUGH",
    "DAY_RECEIVED_QUOTA_EXCEED",
    "TRANSFER_QUOTA_EXCEED",
    "QUOTA_EXCEED",
    "RULE_LIMIT",
    "ACCOUNT_ERROR",
    "SIGN_ERROR",
    "NO_AUTH",
    "APPID_MCHID_NOT_MATCH",
}
"""Refusals that are about our account, its balance or today's limits, not about this withdrawal."""


@settings.declare("withdrawals", "提现规则")
@dataclass(frozen=True)
class WithdrawalRules:
    """Limits of W2. ``allowed_weekdays``: 1 is Monday, 7 is Sunday."""

    min_fen: int = 1_000
    max_fen: int = 20_000
    fee_bps: int = 0
    daily_fen: int = 200_000
    monthly_fen: int = 2_000_000
    auto_below_fen: int = 10_000
    two_persons_above_fen: int = 100_000
    allowed_weekdays: tuple[int, ...] = (1, 2, 3, 4, 5, 6, 7)
    remark: str = "推广佣金"

    def fee_of(self, amount_fen: int) -> Fen:
        """What the shop keeps of this amount."""
        return share(amount_fen, self.fee_bps)

    def is_open(self, at: datetime) -> bool:
        """Whether the shop pays out on this day in Shanghai."""
        return at.astimezone(SHANGHAI).isoweekday() in self.allowed_weekdays

    @property
    def days_text(self) -> str:
        """``每天``, or the days by name."""
        days = sorted(set(self.allowed_weekdays))
        return "每天" if len(days) == 7 else "、".join(f"周{'一二三四五六日'[day - 1]}" for day in days)

    def check(self) -> None:
        """Raises ``ValueError`` in Chinese when these limits contradict each other."""
        if not 0 < self.min_fen <= self.max_fen <= 10**9:
            raise ValueError("最低金额应大于 0，且不超过最高金额")
        if not 0 <= self.fee_bps < BPS_WHOLE:
            raise ValueError("手续费率应在 0 到 100% 之间")
        if self.min_fen - share(self.min_fen, self.fee_bps) < SMALLEST_TRANSFER_FEN:
            raise ValueError("扣除手续费后，最低到账金额不能少于 0.10 元")
        if not self.max_fen <= self.daily_fen <= self.monthly_fen:
            raise ValueError("应满足：单笔最高 ≤ 每日限额 ≤ 每月限额")
        if not 0 <= self.auto_below_fen <= self.two_persons_above_fen:
            raise ValueError("免审金额不能超过双人审核金额")
        if not self.allowed_weekdays or not set(self.allowed_weekdays) <= set(range(1, 8)):
            raise ValueError("请至少选择一个可提现的日子（1 为周一，7 为周日）")
        if not 1 <= len(self.remark) <= 32:
            raise ValueError("转账备注为 1 到 32 个字")


@dataclass(frozen=True)
class Step:
    """One line of a withdrawal's history. ``actor``: a member's or staff id, ``rule`` or ``wechat``."""

    at: datetime
    status: Status
    actor: str
    note: str = ""


@dataclass(frozen=True)
class Withdrawal:
    """One withdrawal; ``version`` counts its changes, so that each step is taken once.

    ``in_flight_at`` is when an attempt was made whose answer we have not seen, ``unknown_at`` the
    last earlier attempt whose answer was never seen. ``sent_at`` is the first attempt.
    """

    withdrawal_id: str
    member_id: str
    status: Status
    version: int
    amount_fen: Fen
    fee_fen: Fen
    appid: str
    openid: str
    remark: str
    approvals_needed: int
    approvals: tuple[str, ...]
    requested_at: datetime
    fingerprint: str
    history: tuple[Step, ...]
    real_name_sealed: str | None = None
    sent_at: datetime | None = None
    in_flight_at: datetime | None = None
    unknown_at: datetime | None = None
    attempts: int = 0
    transfer_bill_number: str | None = None
    package_info: str | None = None
    fail_reason: str | None = None
    reason: str | None = None
    ended_at: datetime | None = None

    @property
    def paid_fen(self) -> Fen:
        """What reaches the member."""
        return Fen(self.amount_fen - self.fee_fen)

    @property
    def confirm_until(self) -> datetime | None:
        """When WeChat gives the transfer up."""
        return self.sent_at + CONFIRM_WITHIN if self.sent_at else None


@dataclass(frozen=True)
class Outcome:
    """How a transfer stands at WeChat. A notice also says to whom and how much."""

    state: str
    transfer_bill_number: str | None = None
    package_info: str | None = None
    fail_reason: str | None = None
    amount_fen: int | None = None
    openid: str | None = None


class WithdrawalUnknown(NotFound):
    """No such withdrawal, or somebody else's."""

    title = "没有这笔提现"
    detail = "没有找到这笔提现记录。"


class AmountOutOfRange(Invalid):
    """Below the minimum, or above the maximum of one withdrawal."""

    title = "金额不在范围内"


class NotToday(Conflict):
    """The shop pays out on other weekdays."""

    title = "今天不能提现"


class OverDailyLimit(Conflict):
    """The member's limit of the day is reached."""

    title = "今天的额度用完了"
    detail = "您今天的提现额度不够了，请明天再来，或减少金额。"


class OverMonthlyLimit(Conflict):
    """The member's limit of the month is reached."""

    title = "本月的额度用完了"
    detail = "您本月的提现额度不够了，请下个月再来，或减少金额。"


class BalanceTooLow(Conflict):
    """More than is available (invariant 14)."""

    title = "可提现余额不足"
    detail = "可提现余额不足，请减少金额后再试。"


class OneAtATime(Conflict):
    """WeChat wants at most one open bill per person (wechat.md §6.10)."""

    title = "有一笔提现正在进行"
    detail = "请等上一笔提现完成后再申请。"


class NoWeChatWallet(Conflict):
    """The member never signed in to the mini-program, so there is nobody to pay to."""

    title = "请先在小程序登录"
    detail = "钱会转到您的微信零钱，请先用微信打开小程序登录一次。"


class RealNameNeeded(Invalid):
    """From 2,000 yuan on WeChat checks the receiver's real name."""

    title = "需要真实姓名"
    detail = "单笔到账满 2000 元，需要填写您的微信实名姓名。"


class WithdrawalMovedOn(Conflict):
    """Somebody or WeChat was quicker."""

    title = "状态已变化"
    detail = "这笔提现的状态刚刚有变化，请刷新后再试。"


class TooLateToCancel(Conflict):
    """Being sent this very minute, or already confirmed."""

    title = "现在不能取消"
    detail = "这笔提现正在处理，暂时不能取消，请稍后刷新查看。"


class ApprovedAlready(Conflict):
    """The second approval must come from another person (trust A6.5)."""

    title = "您已审核过"
    detail = "大额提现需要两位不同的工作人员审核，请由另一位同事审核。"


class TransferMismatch(Conflict):
    """WeChat's notice speaks of another amount or receiver than ours; nothing is changed."""

    title = "转账与提现不符"
    detail = "转账信息与提现不符，已记录待核对。"


def check_amount(rules: WithdrawalRules, amount_fen: int, at: datetime) -> None:
    """Raises ``AmountOutOfRange`` or ``NotToday``."""
    if amount_fen < rules.min_fen:
        raise _out_of_range(f"每笔最低提现 {yuan(rules.min_fen)}。")
    if amount_fen > rules.max_fen:
        raise _out_of_range(f"每笔最高提现 {yuan(rules.max_fen)}，可以分几次提现。")
    if not rules.is_open(at):
        raise NotToday(f"提现开放时间为{rules.days_text}，请到时再来。")


def _out_of_range(detail: str) -> AmountOutOfRange:
    return AmountOutOfRange(detail, fields={"amount_fen": detail})


def approvals_needed(rules: WithdrawalRules, amount_fen: int) -> int:
    """How many persons must agree: none, one, or two different ones (W2)."""
    if amount_fen < rules.auto_below_fen:
        return 0
    return 2 if amount_fen > rules.two_persons_above_fen else 1


def periods(at: datetime) -> tuple[str, str]:
    """The business day and month whose limits a request counts against."""
    day = business_day(at).isoformat()
    return f"DAY#{day}", f"MONTH#{day[:7]}"


def stepped(withdrawal: Withdrawal, to: Status, at: datetime, *, actor: str, note: str = "") -> Withdrawal:
    """The withdrawal one step further along a listed edge (invariant 5), with its line of history."""
    assert to in EDGES[withdrawal.status], f"{withdrawal.status} -> {to}"
    return replace(
        withdrawal,
        status=to,
        version=withdrawal.version + 1,
        history=(*withdrawal.history, Step(at, to, actor, note)),
        ended_at=at if to in ENDED else None,
        package_info=None if to in ENDED else withdrawal.package_info,
    )


def attempted(withdrawal: Withdrawal, at: datetime) -> Withdrawal:
    """The withdrawal as it is written down before WeChat is told of it, or told again."""
    if withdrawal.status == "APPROVED":
        withdrawal = stepped(withdrawal, "SENDING", at, actor="rule")
    else:
        assert withdrawal.status == "SENDING"
        withdrawal = replace(withdrawal, version=withdrawal.version + 1)
    return replace(
        withdrawal,
        sent_at=withdrawal.sent_at or at,
        unknown_at=withdrawal.in_flight_at or withdrawal.unknown_at,
        in_flight_at=at,
        attempts=withdrawal.attempts + 1,
    )


def step_for(withdrawal: Withdrawal, outcome: Outcome) -> Status | None:
    """The status that WeChat's state moves this withdrawal to; ``None`` when it stays.

    Raises ``Contradiction`` when WeChat says the opposite of what our books say: that is never
    booked, only reported.
    """
    status, state = withdrawal.status, outcome.state
    if status not in AT_WECHAT:
        if (status, state) in _AGREE or (status in ENDED and state in _ON_THE_WAY):
            return None
        raise Contradiction(f"{status} here, {state} at WeChat")
    wanted = _wanted(status, outcome)
    return None if wanted is None or wanted == status else wanted


def _wanted(status: Status, outcome: Outcome) -> Status | None:
    if outcome.state == "SUCCESS":
        return "PAID"
    if outcome.state == "FAIL":
        return "RETURNED"
    if outcome.state == "CANCELLED":
        return "CANCELLED" if status == "CANCELING" else "RETURNED"
    if outcome.state == "TRANSFERING":
        return "PAYING"
    if outcome.state == "CANCELING":
        return None if status == "PAYING" else "CANCELING"
    if outcome.state == "WAIT_USER_CONFIRM" and status == "SENDING" and outcome.package_info:
        return "WAITING"
    return None


class Contradiction(Exception):
    """Our books and WeChat's disagree about how a transfer ended (invariants 15, 16)."""


_AGREE = {("PAID", "SUCCESS"), ("RETURNED", "FAIL"), ("RETURNED", "CANCELLED"), ("CANCELLED", "CANCELLED")}
_ON_THE_WAY = {"ACCEPTED", "PROCESSING", "WAIT_USER_CONFIRM", "TRANSFERING", "CANCELING"}
"""Late echoes of states before the end."""


def is_definite(withdrawal: Withdrawal, at: datetime) -> bool:
    """Whether a refusal of the attempt under way proves that WeChat holds no such bill.

    It does for the first attempt. After an attempt whose answer was lost it does only once that
    attempt is too old to turn up any more (wechat.md §6.9).
    """
    return withdrawal.unknown_at is None or at - withdrawal.unknown_at >= QUIET_AFTER


def look_again(withdrawal: Withdrawal, at: datetime) -> datetime:
    """When to ask WeChat about this withdrawal again."""
    if withdrawal.status == "CANCELING":
        return at + timedelta(minutes=1)
    if withdrawal.status == "SENDING":
        return at + timedelta(minutes=min(30, 2 ** min(withdrawal.attempts, 5)))
    until = withdrawal.confirm_until or at
    return min(at + timedelta(minutes=30), max(until, at) + timedelta(minutes=5))
