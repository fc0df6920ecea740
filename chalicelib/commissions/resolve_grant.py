"""Which ratio or amount counts for one payee on one article (P2, R1)."""

from collections.abc import Sequence

from chalicelib.catalog.rules import Product, Promotion, Sku, promotion_of
from chalicelib.commissions.rules import Grant, Source
from chalicelib.kernel.money import Fen


def resolve_grant(
    product: Product, sku: Sku, level: int, *, level_rates_bps: Sequence[int], rule_rate_bps: int
) -> Grant:
    """The first that is set: SKU amount, SKU ratios, product amount, product ratios, the distributor
    level's ratios, the rule's own.

    The first set list decides as a whole: an upline it does not name gets nothing from it. Level 0,
    the buyer itself, takes what level 1 takes. Amounts are for each piece. Pure.
    """
    if not promotion_of(product, sku).takes_part:
        return Grant("OFF")
    place = max(level, 1) - 1
    for promotion, fixed_source, rate_source in _promotions(product, sku):
        if promotion.fixed_fen:
            return Grant(fixed_source, fixed_fen=Fen(_at(promotion.fixed_fen, place)))
        if promotion.rates_bps:
            return Grant(rate_source, _at(promotion.rates_bps, place))
    if level_rates_bps:
        return Grant("LEVEL", _at(level_rates_bps, place))
    return Grant("PLAN", rule_rate_bps)


def _promotions(product: Product, sku: Sku) -> list[tuple[Promotion, Source, Source]]:
    found: list[tuple[Promotion, Source, Source]] = [(product.promotion, "PRODUCT_FIXED", "PRODUCT_RATE")]
    if sku.promotion is not None:
        found.insert(0, (sku.promotion, "SKU_FIXED", "SKU_RATE"))
    return found


def _at(values: Sequence[int], place: int) -> int:
    return values[place] if place < len(values) else 0
