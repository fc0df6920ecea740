"""Points and their statement as people read them (W6)."""

from chalicelib.kernel import settings
from chalicelib.kernel.money import Fen, Points, yuan
from chalicelib.wallet import store
from chalicelib.wallet.move_points import PointsLine, PointsRules, last_day, left_of, title_of_points
from chalicelib.wallet.schemas import ExpiringOut, PointsLineOut, PointsLinesOut, PointsOut

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
