"""Points and their statement as people read them (W6)."""

from chalicelib.kernel import settings
from chalicelib.kernel.clock import business_day, now
from chalicelib.kernel.money import Fen, Points, yuan
from chalicelib.wallet import store
from chalicelib.wallet.move_points import (
    PointsLine,
    PointsRules,
    PointsWallet,
    last_day,
    left_of,
    title_of_points,
)
from chalicelib.wallet.points_for import CheckInClosed, PointsEarning
from chalicelib.wallet.schemas import CheckInOut, ExpiringOut, PointsLineOut, PointsLinesOut, PointsOut

_SHOWN = 12
"""Nearest last days on the page; later ones are in the sum."""


def show_points(member_id: str) -> PointsOut:
    """The points as they stand, what they are worth, and when they run out."""
    wallet, rules = store.find_points(member_id), settings.read(PointsRules)
    by_day: dict[str, int] = {}
    for lot, points in left_of(wallet, store.lots(member_id)):
        day = last_day(lot.expires_at)
        by_day[day] = by_day.get(day, 0) + points
    return PointsOut(
        available=wallet.available,
        debt=wallet.debt,
        worth_fen=Fen(wallet.available * rules.fen_per_point),
        fen_per_point=rules.fen_per_point,
        max_share_bps=rules.max_share_bps,
        expiring=[ExpiringOut(points=Points(points), last_day=day) for day, points in by_day.items()][
            :_SHOWN
        ],
        says=_says(wallet.available, wallet.debt, rules),
    )


def show_points_lines(member_id: str, *, limit: int, cursor: str | None) -> PointsLinesOut:
    """The statement, newest first."""
    found = store.points_lines(member_id, limit=limit, cursor=cursor)
    return PointsLinesOut(items=[_line(line) for line in found.items], next=found.next)


def show_check_in(wallet: PointsWallet) -> CheckInOut:
    """Today's check-in as this wallet has it."""
    earning, today = settings.read(PointsEarning), business_day(now())
    is_done = wallet.streak.last_day == today
    days = wallet.streak.days if is_done else wallet.streak.on(today)
    points = earning.points_of_day(days)
    to_bonus = -days % earning.streak_days + (0 if is_done else 1) if earning.streak_bonus else None
    return CheckInOut(
        is_open=earning.check_in_points > 0,
        is_checked_in=is_done,
        days_in_a_row=wallet.streak.standing(today),
        points_today=points,
        next_bonus_in_days=to_bonus or (earning.streak_days if earning.streak_bonus else None),
        streak_days=earning.streak_days,
        streak_bonus=Points(earning.streak_bonus),
        says=_check_in_says(is_done, days, points, earning),
    )


def _check_in_says(is_done: bool, days: int, points: int, earning: PointsEarning) -> str:
    if is_done:
        return f"今天已签到，连续 {days} 天，明天再来。"
    if not earning.check_in_points:
        return CheckInClosed.detail
    bonus = "，含连续签到奖励" if days % earning.streak_days == 0 and earning.streak_bonus else ""
    return f"今天签到可得 {points} 积分{bonus}。"


def _says(available: int, debt: int, rules: PointsRules) -> str:
    if debt:
        return f"有订单退款，已用掉的 {debt} 积分会从之后得到的积分里自动抵扣。"
    if available == 0:
        return "暂时没有积分。"
    return f"1 积分可抵 {yuan(rules.fen_per_point)}，下单时直接使用，先过期的先用。"


def _line(line: PointsLine) -> PointsLineOut:
    return PointsLineOut(
        entry_id=line.entry_id,
        kind=line.kind,
        at=line.at,
        title=title_of_points(line),
        pending=line.pending,
        available=line.available,
        debt=Points(-line.debt),
        order_id=line.refs.get("order_id"),
        refund_id=line.refs.get("refund_id"),
    )
