"""What happens to a member's points: earned, spent, given back, taken back, run out (W6). Pure.

Points come in lots with a last day. Spending touches no lot: it only counts in ``used``, and what was
used is set off against the lot that runs out first. So of a lot that runs out, exactly what was not
used by then is lost, whatever the order of events, and checkout writes one item.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal

from chalicelib.kernel import settings
from chalicelib.kernel.clock import SHANGHAI, business_day, rfc3339
from chalicelib.kernel.errors import Conflict, NotFound
from chalicelib.kernel.money import BPS_WHOLE, Points
from chalicelib.wallet.points_for import Streak
from chalicelib.wallet.rules import Entry

PointsPurse = Literal["pending", "available", "debt"]
POINTS_PURSES: tuple[PointsPurse, ...] = ("pending", "available", "debt")
POINTS_ISSUED, POINTS_SPENT, POINTS_EXPIRED = "points:issued", "points:spent", "points:expired"
TELL_DAYS = 7
"""A member is told of points so long before they run out."""
GRACE_DAYS = 1
"""Points whose lot ran out while an unpaid order held them live on for this long."""


@settings.declare("points", "积分")
@dataclass(frozen=True)
class PointsRules:
    """What a point is worth, how much of an order it may pay, and how long it lives (W6)."""

    fen_per_point: int = 100
    """1 point = 1 yuan unless set otherwise."""
    max_share_bps: int = 5_000
    """The most of an order's goods, after coupons, that points may pay."""
    valid_days: int = 365
    two_persons_above: int = 1_000
    """A grant of more points by staff waits for a second person (trust A6.5)."""

    def check(self) -> None:
        """Refuse what nobody could spend or what never ends."""
        if not 1 <= self.fen_per_point <= 100_000:
            raise ValueError("1 积分请设置为 0.01 元到 1,000 元之间。")
        if not 0 <= self.max_share_bps <= BPS_WHOLE:
            raise ValueError("积分最多抵扣的比例请设置在 0 到 100% 之间。")
        if not 1 <= self.valid_days <= 3_650:
            raise ValueError("积分有效期请设置在 1 天到 10 年之间。")
        if self.two_persons_above < 0:
            raise ValueError("需要两人确认的积分数不能小于 0。")


@dataclass(frozen=True)
class PointsWallet:
    """One member's stored points (invariants 13, 19).

    ``used`` counts what was taken and is not yet set off against a lot that ran out, so that always:
    Σ open lots = ``available`` + ``used``. Spending touches no lot.
    """

    member_id: str
    available: Points = Points(0)
    debt: Points = Points(0)
    used: Points = Points(0)
    version: int = 0
    checked_in_on: str | None = None
    """The last business day they looked in; it stands here because that day's points come in one write."""
    streak_days: int = 0

    @property
    def streak(self) -> Streak:
        """Their days in a row."""
        day = self.checked_in_on
        return Streak(date.fromisoformat(day) if day else None, self.streak_days)


@dataclass(frozen=True)
class Lot:
    """Points that came together and run out together. ``lot_id`` names the entry that brought them."""

    member_id: str
    lot_id: str
    points: Points
    expires_at: datetime
    is_told: bool = False
    """Whether the member was told that it runs out soon."""

    @property
    def key(self) -> str:
        """Sorts a member's lots by when they run out; the same for the same entry."""
        return f"{rfc3339(self.expires_at)}#{self.lot_id}"


@dataclass(frozen=True)
class PointsLine:
    """What one entry changed for one member's points; one line of the statement."""

    member_id: str
    entry_id: str
    kind: str
    at: datetime
    refs: dict[str, str]
    pending: Points = Points(0)
    available: Points = Points(0)
    debt: Points = Points(0)
    """Change of the debt account: below zero when debt grows."""

    @property
    def key(self) -> str:
        """Sorts by time; the same for the same entry, so it is put once."""
        return f"{rfc3339(self.at)}#{self.entry_id}"


GrantStatus = Literal["WAITING", "DONE", "REJECTED"]


@dataclass(frozen=True)
class PointsGrant:
    """Points that staff give a member; above a limit a second person agrees first."""

    grant_id: str
    member_id: str
    points: Points
    reason: str
    status: GrantStatus
    asked_by: str
    asked_at: datetime
    decided_by: str | None = None
    decided_at: datetime | None = None
    version: int = 1


class PointsMoved(Conflict):
    """The points are no longer what the decision was made on; decide again."""

    title = "积分有变化"
    detail = "您的积分刚刚有变化，请刷新后再试。"


class GrantUnknown(NotFound):
    title = "没有这笔积分发放"
    detail = "没有找到这笔积分发放，请返回列表刷新。"


class GrantMoved(Conflict):
    """Somebody decided it meanwhile."""

    title = "已经处理过"
    detail = "这笔积分发放已经有人处理了，请刷新查看。"


class GrantNeedsAnother(Conflict):
    """Who asked may not agree as well."""

    title = "需要另一位同事确认"
    detail = "较大的积分发放需要另一位同事确认，不能由发起人自己确认。"


def points_account_of(member_id: str, purse: PointsPurse) -> str:
    """The name of a member's account in points."""
    return f"p:{member_id}:{purse}"


@dataclass(frozen=True)
class PointsMove:
    """One event: the wallet after it, its side of the journal entry, and the lot it brings, if any."""

    wallet: PointsWallet
    postings: tuple[tuple[str, int], ...]
    lot: Lot | None = None


def last_moment(at: datetime, days: int) -> datetime:
    """When points of ``at`` that live ``days`` run out: the midnight in China after their last day."""
    midnight = datetime.combine(business_day(at) + timedelta(days=days + 1), time(), SHANGHAI)
    return midnight.astimezone(UTC)


def last_day(expires_at: datetime) -> str:
    """The last day as people read it, in China: ``2026年11月23日``."""
    day = business_day(expires_at - timedelta(milliseconds=1))
    return f"{day.year}年{day.month}月{day.day}日"


def move_points(wallet: PointsWallet, *, available: int = 0, debt: int = 0, used: int = 0) -> PointsWallet:
    """The wallet with these changes; asserts that nothing is below zero and no debt stands beside points."""
    after = replace(
        wallet,
        available=Points(wallet.available + available),
        debt=Points(wallet.debt + debt),
        used=Points(wallet.used + used),
    )
    assert min(after.available, after.debt, after.used) >= 0, after
    assert not (after.available and after.debt), after
    return after


def earn_points(
    wallet: PointsWallet, points: int, *, lot_id: str, expires_at: datetime, source: str = POINTS_ISSUED
) -> PointsMove:
    """Points come in from ``source``: a debt is paid off first, the rest is a lot."""
    assert points > 0, points
    to_debt = min(points, wallet.debt)
    to_available = points - to_debt
    lot = Lot(wallet.member_id, lot_id, Points(to_available), expires_at) if to_available else None
    after = move_points(wallet, available=to_available, debt=-to_debt)
    return PointsMove(after, _postings(wallet, source, available=to_available, debt=to_debt), lot)


def spend_points(wallet: PointsWallet, points: int) -> PointsMove:
    """Points pay a part of an order. Raises ``PointsMoved`` when there are fewer."""
    assert points > 0, points
    if points > wallet.available:
        raise PointsMoved()
    after = move_points(wallet, available=-points, used=points)
    return PointsMove(after, _postings(wallet, POINTS_SPENT, available=-points))


def unspend_points(wallet: PointsWallet, points: int, *, lot_id: str, at: datetime) -> PointsMove:
    """The order died unpaid: its points live on in their old lots, as if nothing had been spent.

    Those whose lot ran out meanwhile get a day of grace. A debt that came meanwhile is paid first.
    """
    assert points > 0, points
    to_debt = min(points, wallet.debt)
    to_available = points - to_debt
    back = min(to_available, wallet.used)
    late = to_available - back
    lot = Lot(wallet.member_id, lot_id, Points(late), last_moment(at, GRACE_DAYS)) if late else None
    after = move_points(wallet, available=to_available, debt=-to_debt, used=-back)
    return PointsMove(after, _postings(wallet, POINTS_SPENT, available=to_available, debt=to_debt), lot)


def claw_points(wallet: PointsWallet, points: int, *, source: str = POINTS_ISSUED) -> PointsMove:
    """Points that were earned go back to ``source``: from what is available, the rest is a debt (W1)."""
    assert points > 0, points
    from_available = min(points, wallet.available)
    debt = points - from_available
    after = move_points(wallet, available=-from_available, debt=debt, used=from_available)
    return PointsMove(after, _postings(wallet, source, available=-from_available, debt=-debt))


def expire_points(wallet: PointsWallet, lot: Lot) -> PointsMove:
    """The lot runs out: what of it was not used is lost. Without postings when all was used."""
    lost = max(0, lot.points - wallet.used)
    after = move_points(wallet, available=-lost, used=lost - lot.points)
    return PointsMove(after, _postings(wallet, POINTS_EXPIRED, available=-lost) if lost else ())


def left_of(wallet: PointsWallet, lots: Sequence[Lot]) -> list[tuple[Lot, Points]]:
    """What is left of each of the member's lots, the first to run out first; used up ones left out."""
    used, found = int(wallet.used), []
    for lot in sorted(lots, key=lambda one: one.key):
        left = max(0, lot.points - used)
        used = max(0, used - lot.points)
        if left:
            found.append((lot, Points(left)))
    return found


def _postings(
    wallet: PointsWallet, source: str, *, available: int, debt: int = 0
) -> tuple[tuple[str, int], ...]:
    """``debt`` is the change of the debt account: above zero when it is paid off."""
    member_id = wallet.member_id
    sides = (
        (source, -available - debt),
        (points_account_of(member_id, "available"), available),
        (points_account_of(member_id, "debt"), debt),
    )
    return tuple(side for side in sides if side[1])


def points_lines_of(entry: Entry) -> tuple[PointsLine, ...]:
    """One line for each member whose points the entry touches."""
    changes: dict[str, dict[str, Points]] = {}
    for posting in entry.points:
        owner, _, rest = posting.account.partition(":")
        if owner == "p":
            member_id, _, purse = rest.partition(":")
            assert purse in POINTS_PURSES, posting.account
            changes.setdefault(member_id, {})[purse] = posting.points
    return tuple(
        PointsLine(member_id, entry.entry_id, entry.kind, entry.at, entry.refs, **change)
        for member_id, change in changes.items()
    )


def title_of_points(line: PointsLine) -> str:
    """What happened, in the member's words."""
    if line.kind == "REFUND":
        return "订单退款，退还积分" if line.available + line.debt > 0 else "订单退款，扣回积分"
    return _TITLES.get(line.kind, "其他变动")


_TITLES = {
    "PAID": "推广奖励积分，待结算",
    "CREDIT": "推广奖励积分，待结算",
    "PERIOD": "周期奖励积分，待结算",
    "MATURE": "推广奖励积分到账",
    "TRIM": "超出活动上限的部分，不再发放",
    "GRANT": "商家赠送积分",
    "EARN": "消费得积分",
    "CHECKIN": "签到得积分",
    "EXCHANGE": "积分兑换优惠券",
    "SPEND": "下单抵扣",
    "UNSPEND": "订单未付款，积分退回",
    "EXPIRE": "积分过期",
}
