"""What staff may not set on a product (P1, P2). Pure."""

from collections.abc import Iterable, Iterator, Sequence

from chalicelib.catalog.rules import PICTURE_KEY, Product, Promotion, Sku, picture_urls_of, promotion_of
from chalicelib.kernel.errors import Invalid
from chalicelib.kernel.money import BPS_WHOLE

MAX_SKUS = 50
MAX_PICTURES = 12
MAX_BLOCKS = 60
MAX_DESCRIPTION_LETTERS = 8_000
MAX_PROMOTED_LEVELS = 3
"""A chain has at most three uplines (design §2)."""

Problem = tuple[str, bool, str]
"""A field, whether it is wrong, and what to say then."""


def check_product(product: Product, *, public_url: str) -> None:
    """Refuse what no product may be, or may not be on the shelf.

    Pictures must be ones that were uploaded through us under ``public_url``: a page of the shop never
    loads anything from elsewhere. Raises ``Invalid`` with each wrong field.
    """
    foreign = [url for url in picture_urls_of(product) if not is_ours(url, public_url=public_url)]
    problems = [*_problems(product), ("picture_urls", bool(foreign), "请使用上传的图片。")]
    wrong = {name: said for name, is_wrong, said in problems if is_wrong}
    if wrong:
        raise Invalid(next(iter(wrong.values())), fields=wrong)


def is_ours(picture_url: str, *, public_url: str) -> bool:
    """Whether the picture is one that an upload offer of ours named."""
    base, _, key = picture_url.partition(f"{public_url}/")
    return not base and PICTURE_KEY.fullmatch(key) is not None


def picture_keys(picture_urls: Iterable[str], *, public_url: str) -> list[str]:
    """The objects behind pictures of ours."""
    return [url.removeprefix(f"{public_url}/") for url in picture_urls]


def _problems(product: Product) -> Iterator[Problem]:
    names = [sku.name for sku in product.skus]
    letters = sum(len(block.text or "") for block in product.description)
    is_long = letters > MAX_DESCRIPTION_LETTERS or len(product.description) > MAX_BLOCKS
    yield "skus", not 1 <= len(names) <= MAX_SKUS, f"规格请设置 1 到 {MAX_SKUS} 个。"
    yield "skus.name", len(set(names)) != len(names), "规格名称不能重复。"
    yield "picture_urls", len(product.picture_urls) > MAX_PICTURES, f"图片最多 {MAX_PICTURES} 张。"
    yield "description", is_long, "详情太长了，请精简一些。"
    if product.is_on_shelf:
        yield "picture_urls", not product.picture_urls, "请先上传商品图片，再上架。"
    for sku in product.skus:
        yield from _sku_problems(sku)
        yield from _promotion_problems(promotion_of(product, sku), sku)


def _sku_problems(sku: Sku) -> Iterator[Problem]:
    is_too_dear = any(not 0 < one <= sku.price_fen for one in sku.member_prices_fen.values())
    is_too_cheap = sku.market_price_fen is not None and sku.market_price_fen < sku.price_fen
    yield "skus.price_fen", sku.price_fen <= 0, f"“{sku.name}”的售价应大于 0。"
    yield "skus.member_prices_fen", is_too_dear, f"“{sku.name}”的会员价应大于 0，且不高于售价。"
    yield "skus.market_price_fen", is_too_cheap, f"“{sku.name}”的划线价不能低于售价。"


def _promotion_problems(promotion: Promotion, sku: Sku) -> Iterator[Problem]:
    rates, fixed = promotion.rates_bps, promotion.fixed_fen
    lowest_fen = min([sku.price_fen, *sku.member_prices_fen.values()])
    is_rate_off = _is_off(rates) or sum(rates) > BPS_WHOLE
    is_fixed_off = _is_off(fixed) or sum(fixed) > lowest_fen
    yield "promotion", bool(rates and fixed), "佣金比例和固定金额只能设置一种。"
    yield "promotion.rates_bps", is_rate_off, f"佣金最多 {MAX_PROMOTED_LEVELS} 级，合计不能超过 100%。"
    yield "promotion.fixed_fen", is_fixed_off, f"“{sku.name}”的佣金合计不能超过它的最低售价。"


def _is_off(values: Sequence[int]) -> bool:
    return len(values) > MAX_PROMOTED_LEVELS or any(value < 0 for value in values)
