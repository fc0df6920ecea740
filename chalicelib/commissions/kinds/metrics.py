"""What steps and choices go by: an order's own figures, or those of a period (R4, R5). Pure."""

from chalicelib.commissions.kinds.facts import Article, Facts, Metric, Unit
from chalicelib.kernel.money import BPS_WHOLE, MAX_FEN, percent, yuan

TITLES: dict[Metric, tuple[str, Unit]] = {
    "ORDER_PAID": ("本单实付金额", "FEN"),
    "ORDER_PROFIT": ("本单毛利", "FEN"),
    "ORDER_MARGIN": ("本单毛利率", "BPS"),
    "LINE_PAID": ("商品实付金额", "FEN"),
    "LINE_PROFIT": ("商品毛利", "FEN"),
    "LINE_MARGIN": ("商品毛利率", "BPS"),
    "OWN_SALES": ("本期个人销售额", "FEN"),
    "TEAM_SALES": ("本期团队销售额", "FEN"),
    "OWN_SPEND": ("本期个人消费额", "FEN"),
    "DIRECT_BUYERS": ("已购买的直接下级", "COUNT"),
    "ORDERS": ("本期订单数", "COUNT"),
}
OF_ORDER: frozenset[Metric] = frozenset({"ORDER_PAID", "ORDER_PROFIT", "ORDER_MARGIN"})
OF_LINE: frozenset[Metric] = frozenset({"LINE_PAID", "LINE_PROFIT", "LINE_MARGIN"})
OF_PERIOD: frozenset[Metric] = frozenset(TITLES) - OF_ORDER - OF_LINE


def value_of(metric: Metric, facts: Facts, article: Article) -> int:
    """The metric of this order, or of this line of it. A margin is floored to basis points."""
    if metric in OF_ORDER:
        paid_fen, profit_fen = facts.paid_fen, facts.profit_fen
    else:
        paid_fen, profit_fen = article.paid_fen, article.profit_fen
    if metric in ("ORDER_PAID", "LINE_PAID"):
        return paid_fen
    if metric in ("ORDER_PROFIT", "LINE_PROFIT"):
        return profit_fen
    return profit_fen * BPS_WHOLE // paid_fen if paid_fen else 0


def shown(metric: Metric, value: int) -> str:
    """The value as people read it."""
    unit = TITLES[metric][1]
    if unit == "FEN":
        return yuan(value)
    return percent(value) if unit == "BPS" else str(value)


def is_of(metric: Metric, rule_is_of_period: bool) -> bool:
    """Whether a rule of this kind of time may go by the metric."""
    return (metric in OF_PERIOD) == rule_is_of_period


def most_of(metric: Metric) -> int | None:
    """The most that the metric can be; ``None`` where nothing bounds it."""
    if TITLES[metric][1] == "BPS":
        return BPS_WHOLE
    return None if metric in OF_PERIOD else MAX_FEN
