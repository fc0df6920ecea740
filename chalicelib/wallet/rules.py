"""Wallets, the journal's entries, and what an entry means to one member. Pure.

Accounts are credit-positive: ``wx:cash``, ``shop:sales``, ``shop:commission``, ``shop:fees`` and, for
each member, ``m:{member_id}:pending|available|frozen|debt``. A debt account is never above zero; the
stored ``debt_fen`` is its negative. Points are an asset of their own in the same journal:
``points:issued|spent|expired`` and ``p:{member_id}:pending|available|debt``. Every entry sums to zero in
each asset (invariants 2, 19).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from chalicelib.kernel.clock import SHANGHAI, rfc3339
from chalicelib.kernel.errors import Conflict, Invalid, NotFound
from chalicelib.kernel.money import Fen, Points

Purse = Literal["pending", "available", "frozen", "debt"]
Span = Literal["WEEK", "MONTH", "YEAR"]
"""The last 7 days, the last 30 days, the last 12 months; today included."""
PURSES: tuple[Purse, ...] = ("pending", "available", "frozen", "debt")
EARNING_KINDS = frozenset({"PAID", "CREDIT", "REFUND", "ADJUST", "PERIOD", "TRIM"})
"""Entries that make or take back what a member earned; the others only move it."""
PAYING_KINDS = frozenset({"PAID", "PURCHASE"})
"""Entries that bring an order's money: from WeChat, from the buyer's balance."""
REPAYING_KINDS = frozenset({"REFUND", "REPAY"})
"""Entries that give it back."""
SPENDING_KINDS = frozenset({"PURCHASE", "REPAY"})
"""A member's own money pays an order, or comes back from one (decision 11)."""


@dataclass(frozen=True)
class Wallet:
    """One member's stored balances; all zero for a member who never had any (invariant 13)."""

    member_id: str
    available_fen: Fen = Fen(0)
    frozen_fen: Fen = Fen(0)
    debt_fen: Fen = Fen(0)


@dataclass(frozen=True)
class Posting:
    """One side of an entry."""

    account: str
    amount_fen: Fen


@dataclass(frozen=True)
class PointsPosting:
    """One side of an entry in points; never mixed with money."""

    account: str
    points: Points


@dataclass(frozen=True)
class Entry:
    """One event of the books, put once and never changed. ``refs`` name what it came from."""

    entry_id: str
    kind: str
    at: datetime
    postings: tuple[Posting, ...]
    refs: dict[str, str]
    points: tuple[PointsPosting, ...] = ()


@dataclass(frozen=True)
class Line:
    """What one entry changed for one member; one line of the statement."""

    member_id: str
    entry_id: str
    kind: str
    at: datetime
    refs: dict[str, str]
    pending_fen: Fen = Fen(0)
    available_fen: Fen = Fen(0)
    frozen_fen: Fen = Fen(0)
    debt_fen: Fen = Fen(0)
    """Change of the debt account: below zero when debt grows."""

    @property
    def key(self) -> str:
        """Sorts a member's lines by time; the same for the same entry, so it is put once."""
        return f"{rfc3339(self.at)}#{self.entry_id}"

    @property
    def net_fen(self) -> Fen:
        """What the member's whole claim grew by."""
        return Fen(self.pending_fen + self.available_fen + self.frozen_fen + self.debt_fen)


@dataclass(frozen=True)
class Totals:
    """A member's lines, folded: over all time, of one month, or what one business day earned (``scope``).

    ``earned_fen`` is credited minus taken back, ``withdrawn_fen`` what was paid out, fees included,
    ``spent_fen`` what paid orders of the shop and did not come back, ``taken_fen`` what was taken back
    (above zero), ``matured_fen`` what stopped being pending: available now, or set off against a debt.
    Always: earned = pending + available + frozen + debt account + withdrawn + spent.
    """

    member_id: str
    scope: str
    lines: int = 0
    pending_fen: Fen = Fen(0)
    available_fen: Fen = Fen(0)
    frozen_fen: Fen = Fen(0)
    debt_fen: Fen = Fen(0)
    earned_fen: Fen = Fen(0)
    withdrawn_fen: Fen = Fen(0)
    spent_fen: Fen = Fen(0)
    taken_fen: Fen = Fen(0)
    matured_fen: Fen = Fen(0)

    @property
    def credited_fen(self) -> Fen:
        """What was earned before anything was taken back."""
        return Fen(self.earned_fen + self.taken_fen)


ALL = "ALL"
"""The scope of the totals over all time."""
MONTH = "M#"
"""How the scope of a month begins."""


class WalletMoved(Conflict):
    """The balance is no longer what the decision was made on; decide again."""

    title = "余额有变化"
    detail = "您的余额刚刚有变化，请刷新后再试。"


class EntryUnknown(NotFound):
    """No such entry in the journal."""

    title = "没有这条流水"
    detail = "没有找到这条流水，请检查流水号。"


def account_of(member_id: str, purse: Purse) -> str:
    """The name of a member's account."""
    return f"m:{member_id}:{purse}"


def settle_debt(wallet: Wallet, amount_fen: int) -> tuple[Fen, Fen]:
    """Split incoming money: ``(to_available, to_debt)``; a debt is paid off first (W1)."""
    assert amount_fen >= 0, amount_fen
    to_debt = min(amount_fen, wallet.debt_fen)
    return Fen(amount_fen - to_debt), Fen(to_debt)


def take_from(wallet: Wallet, amount_fen: int) -> tuple[Fen, Fen]:
    """Split a late clawback: ``(from_available, new_debt)``; available never goes below zero (W1)."""
    assert amount_fen >= 0, amount_fen
    from_available = min(amount_fen, wallet.available_fen)
    return Fen(from_available), Fen(amount_fen - from_available)


def turned(wallet: Wallet, *, back_fen: int = 0, taken_fen: int = 0) -> tuple[Wallet, Wallet]:
    """The wallet after money came back to it, then after a clawback too: one refund may do both (W1)."""
    to_available, to_debt = settle_debt(wallet, back_fen)
    full = Wallet(
        wallet.member_id,
        Fen(wallet.available_fen + to_available),
        wallet.frozen_fen,
        Fen(wallet.debt_fen - to_debt),
    )
    from_available, new_debt = take_from(full, taken_fen)
    left = Wallet(
        wallet.member_id,
        Fen(full.available_fen - from_available),
        wallet.frozen_fen,
        Fen(full.debt_fen + new_debt),
    )
    return full, left


def postings_between(before: Wallet, after: Wallet) -> list[tuple[str, int]]:
    """What changed between two states of one wallet, account by account."""
    changed = (
        (account_of(before.member_id, "available"), after.available_fen - before.available_fen),
        (account_of(before.member_id, "debt"), before.debt_fen - after.debt_fen),
    )
    return [posting for posting in changed if posting[1]]


def balanced(postings: Iterable[tuple[str, int]]) -> tuple[Posting, ...]:
    """The postings with each account named once and no zeros.

    Asserts that they sum to zero over at least two accounts (invariant 2).
    """
    sums: dict[str, int] = {}
    for account, amount_fen in postings:
        sums[account] = sums.get(account, 0) + amount_fen
    kept = tuple(Posting(account, Fen(amount)) for account, amount in sums.items() if amount)
    assert sum(posting.amount_fen for posting in kept) == 0, f"an entry that does not balance: {kept}"
    assert len(kept) >= 2, f"an entry of {len(kept)} postings"
    return kept


def balanced_points(postings: Iterable[tuple[str, int]]) -> tuple[PointsPosting, ...]:
    """The same in points: each account once, no zeros, a sum of zero (invariants 2, 19)."""
    return tuple(PointsPosting(one.account, Points(one.amount_fen)) for one in balanced(postings))


def lines_of(entry: Entry) -> tuple[Line, ...]:
    """One line for each member whose accounts the entry touches."""
    changes: dict[str, dict[str, Fen]] = {}
    for posting in entry.postings:
        owner, _, rest = posting.account.partition(":")
        if owner == "m":
            member_id, _, purse = rest.partition(":")
            assert purse in PURSES, posting.account
            changes.setdefault(member_id, {})[f"{purse}_fen"] = posting.amount_fen
    return tuple(
        Line(member_id, entry.entry_id, entry.kind, entry.at, entry.refs, **change)
        for member_id, change in changes.items()
    )


def scopes_of(line: Line) -> tuple[str, ...]:
    """The totals a line counts in: all time, its month, and its business day when something was earned."""
    always = (ALL, month_scope(line.at))
    return (*always, day_scope(line.at)) if line.kind in EARNING_KINDS else always


def day_scope(at: datetime) -> str:
    """The scope of the business day of ``at``, e.g. ``D#2026-11-23``."""
    return f"D#{at.astimezone(SHANGHAI).date().isoformat()}"


def month_scope(at: datetime) -> str:
    """The scope of the month of ``at`` in China, e.g. ``M#2026-11``."""
    return f"{MONTH}{month_of(at)}"


def scopes_in(span: Span, at: datetime) -> tuple[str, ...]:
    """The days or months of a chart that ends with the one of ``at``, oldest first."""
    if span == "YEAR":
        today = at.astimezone(SHANGHAI)
        last = today.year * 12 + today.month - 1
        return tuple(f"{MONTH}{one // 12:04}-{one % 12 + 1:02}" for one in range(last - 11, last + 1))
    days = 7 if span == "WEEK" else 30
    return tuple(day_scope(at - timedelta(days=back)) for back in range(days - 1, -1, -1))


def month_of(at: datetime) -> str:
    """The month in which ``at`` falls in China, e.g. ``2026-11``."""
    return f"{at.astimezone(SHANGHAI):%Y-%m}"


def month_bounds(month: str) -> tuple[datetime, datetime]:
    """The first moment of a month like ``2026-11`` and of the next, in China. Raises ``Invalid``."""
    try:
        start = datetime.strptime(month, "%Y-%m").replace(tzinfo=SHANGHAI)
    except ValueError:
        raise Invalid(fields={"month": "月份的写法是 2026-11"}) from None
    if not 2000 <= start.year < 2100:  # the calendar ends before such a month does
        raise Invalid(fields={"month": "请填写 2000 年到 2099 年之间的月份"})
    year, following = divmod(start.year * 12 + start.month, 12)
    return start, start.replace(year=year, month=following + 1)


def fold(member_id: str, scope: str, lines: Iterable[Line]) -> Totals:
    """What these lines come to."""
    kept = list(lines)
    return Totals(
        member_id,
        scope,
        len(kept),
        Fen(sum(line.pending_fen for line in kept)),
        Fen(sum(line.available_fen for line in kept)),
        Fen(sum(line.frozen_fen for line in kept)),
        Fen(sum(line.debt_fen for line in kept)),
        Fen(sum(line.net_fen for line in kept if line.kind in EARNING_KINDS)),
        Fen(-sum(line.net_fen for line in kept if line.kind == "PAYOUT")),
        Fen(-sum(line.net_fen for line in kept if line.kind in SPENDING_KINDS)),
        Fen(-sum(min(0, line.net_fen) for line in kept if line.kind in EARNING_KINDS)),
        Fen(-sum(line.pending_fen for line in kept if line.kind == "MATURE")),
    )


def title_of(line: Line) -> str:
    """What happened, in the member's words."""
    if line.kind == "REFUND" and line.pending_fen == 0:
        return "订单退款，扣回已结算的佣金"
    if line.kind == "ADJUST" and "reason" in line.refs:
        return f"人工调整：{line.refs['reason']}"
    return _TITLES.get(line.kind, "其他变动")


_TITLES = {
    "PAID": "推广佣金，待结算",
    "CREDIT": "推广佣金，待结算",
    "PURCHASE": "余额支付订单",
    "REPAY": "订单退款，退回余额",
    "REFUND": "订单退款，扣回佣金",
    "PERIOD": "周期返利，待结算",
    "MATURE": "佣金已结算，可以提现",
    "TRIM": "超出活动上限的部分，不再发放",
    "RESERVE": "申请提现",
    "PAYOUT": "提现到账",
    "RELEASE": "提现退回",
    "ADJUST": "人工调整",
}
