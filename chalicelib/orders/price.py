"""What a basket costs, from the shop's own data alone (O1). Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from chalicelib.catalog import rules as catalog
from chalicelib.catalog.rules import FreightTemplate, Product, Sku
from chalicelib.kernel.money import Fen, Points

Problem = Literal["GONE", "OFF_SHELF", "OVER_LIMIT", "SOLD_OUT", "TOO_FEW_LEFT"]


@dataclass(frozen=True)
class Wanted:
    """So many of a SKU. A client may say no more than this; prices are ours."""

    product_id: str
    sku_id: str
    quantity: int


@dataclass(frozen=True)
class QuoteLine:
    """A line of a quote. ``problem`` says why it cannot be bought, ``left`` how many there are."""

    wanted: Wanted
    product: Product | None
    sku: Sku | None
    price_fen: Fen
    goods_fen: Fen
    left: int
    problem: Problem | None = None
    coupon_fen: Fen = Fen(0)
    points_fen: Fen = Fen(0)
    points: Points = Points(0)

    @property
    def net_fen(self) -> Fen:
        """What is left to pay in money."""
        return Fen(self.goods_fen - self.coupon_fen - self.points_fen)


@dataclass(frozen=True)
class Quote:
    """A basket's price. Without an address there is no freight, and ``total_fen`` leaves it out."""

    lines: tuple[QuoteLine, ...]
    goods_fen: Fen
    freight_fen: Fen | None
    total_fen: Fen
    coupon_fen: Fen = Fen(0)
    points: Points = Points(0)
    points_fen: Fen = Fen(0)

    @property
    def can_place(self) -> bool:
        """Every line can be bought, and the freight is known."""
        return self.freight_fen is not None and not any(line.problem for line in self.lines)


def merged(basket: Sequence[Wanted]) -> tuple[Wanted, ...]:
    """The basket with each SKU once, in the order of first mention."""
    quantities: dict[tuple[str, str], int] = {}
    for one in basket:
        key = one.product_id, one.sku_id
        quantities[key] = quantities.get(key, 0) + one.quantity
    return tuple(Wanted(*key, quantity) for key, quantity in quantities.items())


def price(
    basket: Sequence[Wanted],
    products: Mapping[str, Product],
    available: Mapping[str, int],
    *,
    level_id: str | None,
    templates: Mapping[str, FreightTemplate],
    province: str | None,
) -> Quote:
    """The quote of a merged basket for a buyer of this level, sent to this province.

    A line with a problem costs nothing and weighs nothing. Σ ``goods_fen`` of the lines and the
    freight are exactly ``total_fen``.
    """
    per_product: dict[str, int] = {}
    for one in basket:
        per_product[one.product_id] = per_product.get(one.product_id, 0) + one.quantity
    lines = tuple(
        _line(
            one,
            products.get(one.product_id),
            available.get(one.sku_id, 0),
            level_id=level_id,
            of_product=per_product[one.product_id],
        )
        for one in basket
    )
    goods_fen = Fen(sum(line.goods_fen for line in lines))
    freight_fen = None if province is None else _freight(lines, templates, province)
    return Quote(lines, goods_fen, freight_fen, Fen(goods_fen + (freight_fen or 0)))


def _line(
    wanted: Wanted, product: Product | None, left: int, *, level_id: str | None, of_product: int
) -> QuoteLine:
    sku = next((one for one in product.skus if one.sku_id == wanted.sku_id), None) if product else None
    if product is None or sku is None:
        return QuoteLine(wanted, product, None, Fen(0), Fen(0), 0, "GONE")
    price_fen = catalog.price_of(sku, level_id)
    problem = _problem(product, wanted.quantity, left, of_product)
    goods_fen = Fen(0 if problem else price_fen * wanted.quantity)
    return QuoteLine(wanted, product, sku, price_fen, goods_fen, left, problem)


def _problem(product: Product, quantity: int, left: int, of_product: int) -> Problem | None:
    if not product.is_on_shelf:
        return "OFF_SHELF"
    if product.limit_per_order is not None and of_product > product.limit_per_order:
        return "OVER_LIMIT"
    if left <= 0:
        return "SOLD_OUT"
    return "TOO_FEW_LEFT" if left < quantity else None


def _freight(lines: Sequence[QuoteLine], templates: Mapping[str, FreightTemplate], province: str) -> Fen:
    parcels = [
        (line.product.freight_template_id, line.wanted.quantity, line.sku.weight_g, line.goods_fen)
        for line in lines
        if line.product is not None and line.sku is not None and line.problem is None
    ]
    return catalog.freight(templates, parcels, province)


def problem_text(line: QuoteLine) -> str | None:
    """What is wrong with the line, in words for the buyer."""
    if line.problem is None:
        return None
    limit = line.product.limit_per_order if line.product else None
    return {
        "GONE": "商品已下架",
        "OFF_SHELF": "商品已下架",
        "OVER_LIMIT": f"每单限购 {limit} 件",
        "SOLD_OUT": "已售罄",
        "TOO_FEW_LEFT": f"库存只剩 {line.left} 件",
    }[line.problem]
