"""Coupons and points at checkout: what fits, what it takes off, line by line (O1, W6, A1). Pure.

Price → member price → coupon over the lines it is for → points over what is left → money. Each step is
split by largest remainder, so that the lines sum to it exactly and none falls below zero (invariant 20).
They stand on the order's own lines as a sales discount; freight is always paid in money.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from chalicelib.kernel.money import BPS_WHOLE, Fen, Points, allocate, percent, share, yuan
from chalicelib.marketing.rules import Coupon, Goods, discounts, misfit
from chalicelib.orders.price import Quote, QuoteLine
from chalicelib.wallet.move_points import PointsRules


@dataclass(frozen=True)
class Redeem:
    """What a buyer wants to pay with beside money."""

    coupon_id: str | None = None
    points: int = 0


@dataclass(frozen=True)
class Purse:
    """What the buyer has to pay with beside money, as just read. ``parents`` are of categories."""

    coupons: tuple[Coupon, ...]
    points: Points
    rules: PointsRules
    level_id: str | None
    parents: Mapping[str, str | None]
    at: datetime


@dataclass(frozen=True)
class Choice:
    """A coupon beside this basket: what it would take off, or in words why it does not fit."""

    coupon: Coupon
    off_fen: Fen
    problem: str | None


@dataclass(frozen=True)
class Redeemed:
    """The quote after coupon and points, and what else the buyer could choose."""

    quote: Quote
    coupon: Coupon | None
    choices: tuple[Choice, ...]
    best_coupon_id: str | None
    max_points: Points
    coupon_problem: str | None
    points_problem: str | None
    points_says: str


def redeem(quoted: Quote, wanted: Redeem, purse: Purse) -> Redeemed:
    """Take the wanted coupon and points off the quote, as far as they fit.

    A coupon that does not fit takes off nothing, points beyond the most are left out; the problems say
    why, and placing refuses them.
    """
    goods = [_goods(line, purse.parents) for line in quoted.lines]
    choices = tuple(_choice(one, goods, purse) for one in purse.coupons)
    fitting = [one for one in choices if one.problem is None]
    best = min(
        fitting, key=lambda one: (-one.off_fen, one.coupon.expires_at, one.coupon.coupon_id), default=None
    )
    chosen = next((one for one in choices if one.coupon.coupon_id == wanted.coupon_id), None)
    coupon = chosen.coupon if chosen is not None and chosen.problem is None else None
    after = quoted if coupon is None else _with_coupon(quoted, discounts(coupon.terms, goods))
    most = _most_points(after, purse)
    return Redeemed(
        quote=_with_points(after, min(wanted.points, most), purse.rules.fen_per_point),
        coupon=coupon,
        choices=choices,
        best_coupon_id=best.coupon.coupon_id if best else None,
        max_points=most,
        coupon_problem=_coupon_problem(wanted, chosen),
        points_problem=f"本单最多可用 {most} 积分" if wanted.points > most else None,
        points_says=_says(after, most, purse),
    )


def _goods(line: QuoteLine, parents: Mapping[str, str | None]) -> Goods:
    if line.product is None:
        return Goods("", frozenset(), Fen(0))
    own = line.product.category_id
    above = parents.get(own)
    return Goods(line.product.product_id, frozenset({own, above} if above else {own}), line.goods_fen)


def _choice(coupon: Coupon, goods: Sequence[Goods], purse: Purse) -> Choice:
    if coupon.status != "UNUSED":
        return Choice(coupon, Fen(0), "这张券已经用过或失效了")
    if not coupon.is_usable(purse.at):
        text = "还没到使用时间" if purse.at < coupon.starts_at else "这张券已经过期了"
        return Choice(coupon, Fen(0), text)
    problem = misfit(coupon.terms, goods, purse.level_id)
    return Choice(coupon, Fen(0) if problem else Fen(sum(discounts(coupon.terms, goods))), problem)


def _coupon_problem(wanted: Redeem, chosen: Choice | None) -> str | None:
    if wanted.coupon_id is None:
        return None
    return "没有找到这张优惠券" if chosen is None else chosen.problem


def _with_coupon(quoted: Quote, parts: Sequence[Fen]) -> Quote:
    lines = tuple(replace(line, coupon_fen=part) for line, part in zip(quoted.lines, parts, strict=True))
    off_fen = Fen(sum(parts))
    return replace(quoted, lines=lines, coupon_fen=off_fen, total_fen=Fen(quoted.total_fen - off_fen))


def _most_points(quoted: Quote, purse: Purse) -> Points:
    net_fen = sum(line.net_fen for line in quoted.lines)
    return Points(min(purse.points, share(net_fen, purse.rules.max_share_bps) // purse.rules.fen_per_point))


def _with_points(quoted: Quote, points: int, fen_per_point: int) -> Quote:
    if points == 0:
        return quoted
    off_fen = Fen(points * fen_per_point)
    parts = allocate(off_fen, [line.net_fen for line in quoted.lines])
    shares = allocate(points, parts)
    lines = tuple(
        replace(line, points_fen=part, points=Points(some))
        for line, part, some in zip(quoted.lines, parts, shares, strict=True)
    )
    assert all(line.net_fen >= 0 for line in lines), lines
    total_fen = Fen(quoted.total_fen - off_fen)
    return replace(quoted, lines=lines, points=Points(points), points_fen=off_fen, total_fen=total_fen)


def _says(quoted: Quote, most: int, purse: Purse) -> str:
    if purse.points == 0:
        return "暂时没有可用的积分。"
    if most == 0:
        return f"您有 {purse.points} 积分，本单金额太小，用不上积分。"
    worth = f"您有 {purse.points} 积分，本单最多可用 {most} 积分，抵 {yuan(most * purse.rules.fen_per_point)}"
    if most < purse.points and purse.rules.max_share_bps < BPS_WHOLE:
        return f"{worth}（积分最多抵商品金额的 {percent(purse.rules.max_share_bps)}）。"
    return f"{worth}。"
