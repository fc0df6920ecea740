"""What a product is, what it costs whom, and what its delivery costs (P1, P2, O1). Pure."""

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Literal

from chalicelib.kernel.errors import Conflict, Invalid, NotFound
from chalicelib.kernel.money import Fen

MAX_CATEGORIES = 300
MAX_TEMPLATES = 100

PICTURE_KEY = re.compile(r"media/pictures/PC[0-9A-HJKMNP-TV-Z]{26}\.(?:jpg|png|webp)")
"""The only objects a product may show: those that an upload offer of ours named."""

PictureType = Literal["image/jpeg", "image/png", "image/webp"]
PICTURE_ENDINGS: dict[PictureType, str] = {"image/jpeg": "jpg", "image/png": "png", "image/webp": "webp"}
MAX_PICTURE_BYTES = 5 * 1024 * 1024

Order = Literal["manual", "newest", "price_up", "price_down"]
"""How shoppers may sort a list: the shop's own order, newest, cheapest first, dearest first."""

FreightBasis = Literal["PIECE", "WEIGHT"]
Province = Literal[
    "北京市",
    "天津市",
    "河北省",
    "山西省",
    "内蒙古自治区",
    "辽宁省",
    "吉林省",
    "黑龙江省",
    "上海市",
    "江苏省",
    "浙江省",
    "安徽省",
    "福建省",
    "江西省",
    "山东省",
    "河南省",
    "湖北省",
    "湖南省",
    "广东省",
    "广西壮族自治区",
    "海南省",
    "重庆市",
    "四川省",
    "贵州省",
    "云南省",
    "西藏自治区",
    "陕西省",
    "甘肃省",
    "青海省",
    "宁夏回族自治区",
    "新疆维吾尔自治区",
    "台湾省",
    "香港特别行政区",
    "澳门特别行政区",
]
"""As WeChat's address picker writes them."""

Parcel = tuple[str | None, int, int, int]
"""``(template_id, quantity, weight_g of one piece, goods_fen of the line)``."""


@dataclass(frozen=True)
class Promotion:
    """How an article takes part in distribution (P2): ratios or amounts a piece for upline 1 … 3.

    With neither, the distributor's level or the plan decides.
    """

    takes_part: bool = True
    rates_bps: tuple[int, ...] = ()
    fixed_fen: tuple[int, ...] = ()


@dataclass(frozen=True)
class Sku:
    """One article (规格) of a product. ``promotion`` overrides the product's; cost never leaves the shop."""

    sku_id: str
    name: str
    price_fen: Fen
    market_price_fen: Fen | None = None
    member_prices_fen: dict[str, Fen] = field(default_factory=dict)
    """Price by distributor level id (会员价); a level that is not named pays retail."""
    cost_fen: Fen = Fen(0)
    weight_g: int = 0
    promotion: Promotion | None = None


@dataclass(frozen=True)
class Block:
    """A piece of the description: a paragraph or a picture. No markup, so nothing can be smuggled in."""

    text: str | None = None
    picture_url: str | None = None


@dataclass(frozen=True)
class Product:
    """A product with its articles. ``version`` counts edits: of two editors at once, one is refused."""

    product_id: str
    title: str
    subtitle: str
    category_id: str
    picture_urls: tuple[str, ...]
    description: tuple[Block, ...]
    is_on_shelf: bool
    freight_template_id: str | None
    """``None`` is delivered free of charge everywhere."""
    skus: tuple[Sku, ...]
    promotion: Promotion = Promotion()
    limit_per_order: int | None = None
    sort: int = 0
    """The shop's own order, lowest first."""
    version: int = 1
    listed_at: datetime | None = None
    """When it came onto the shelf last; before that, when it was made."""
    words: tuple[str, ...] = ()
    """What search finds it by; kept here so that an edit takes exactly the old ones away."""

    @property
    def price_fen(self) -> Fen:
        """The lowest retail price of its articles."""
        return min(sku.price_fen for sku in self.skus)

    @property
    def member_prices_fen(self) -> dict[str, Fen]:
        """The lowest price of each level that has a price of its own."""
        level_ids = {level_id for sku in self.skus for level_id in sku.member_prices_fen}
        return {one: min(price_of(sku, one) for sku in self.skus) for one in sorted(level_ids)}


@dataclass(frozen=True)
class Card:
    """A product as lists show it."""

    product_id: str
    title: str
    subtitle: str
    category_id: str
    picture_url: str | None
    is_on_shelf: bool
    price_fen: Fen
    market_price_fen: Fen | None
    member_prices_fen: dict[str, Fen]
    sku_count: int
    sort: int
    version: int


@dataclass(frozen=True)
class Category:
    """A category (分类), two levels deep. ``uses`` counts its products and children."""

    category_id: str
    name: str
    parent_id: str | None = None
    picture_url: str | None = None
    sort: int = 0
    is_shown: bool = True
    uses: int = 0


@dataclass(frozen=True)
class FreightRate:
    """The first so many units cost so much, each next so many that much. Units are pieces or grams."""

    first_units: int
    first_fee_fen: int
    next_units: int
    next_fee_fen: int
    free_over_fen: int | None = None
    """From this amount of goods under the template on, delivery is free."""


@dataclass(frozen=True)
class RegionRate:
    """Another rate for some provinces."""

    provinces: tuple[str, ...]
    rate: FreightRate


@dataclass(frozen=True)
class FreightTemplate:
    """What delivery costs where (运费模板). ``uses`` counts its products."""

    template_id: str
    name: str
    basis: FreightBasis
    rate: FreightRate
    regions: tuple[RegionRate, ...] = ()
    no_delivery: tuple[str, ...] = ()
    version: int = 1
    uses: int = 0


class ProductUnknown(NotFound):
    """No such product, or it is not on the shelf and the asker is a shopper."""

    title = "商品不存在"
    detail = "这个商品已经下架，去看看别的吧。"


class ProductEdited(Conflict):
    """Somebody else edited the product after it was opened here."""

    title = "商品刚被修改过"
    detail = "有同事刚刚修改了这个商品，请刷新后再改。"


class ProductOnShelf(Conflict):
    """Only a product that is off the shelf can be deleted."""

    title = "商品还在售"
    detail = "请先下架，再删除商品。"


class SkuForeign(Invalid):
    """The edit names an article that is not of this product, e.g. one that was removed meanwhile."""

    title = "规格已变化"
    detail = "有规格已经不在这个商品里了，请刷新后再改。"


class CategoryUnknown(NotFound):
    title = "没有这个分类"
    detail = "这个分类不存在，请刷新后再选。"


class CategoryInUse(Conflict):
    title = "分类还在使用"
    detail = "分类下还有商品或子分类，请先移走再删除。"


class TemplateUnknown(NotFound):
    title = "没有这个运费模板"
    detail = "这个运费模板不存在，请刷新后再选。"


class TemplateInUse(Conflict):
    title = "运费模板还在使用"
    detail = "还有商品在用这个运费模板，请先给它们换一个。"


class TemplateEdited(Conflict):
    title = "运费模板刚被修改过"
    detail = "有同事刚刚修改了这个运费模板，请刷新后再改。"


class CategoryTooDeep(Invalid):
    title = "分类最多两级"
    detail = "请选择一个一级分类作为上级。"


class TooManyCategories(Conflict):
    title = "分类太多了"
    detail = f"分类最多 {MAX_CATEGORIES} 个，请先删除不用的。"


class TooManyTemplates(Conflict):
    title = "运费模板太多了"
    detail = f"运费模板最多 {MAX_TEMPLATES} 个，请先删除不用的。"


class NoDelivery(Conflict):
    """``facts`` hold the province and the ``template_ids`` that do not deliver there."""

    title = "暂不支持配送"
    detail = "部分商品暂时送不到这个地址，请换一个地址。"


def price_of(sku: Sku, level_id: str | None) -> Fen:
    """What one piece costs a buyer of this distributor level; ``None`` pays retail."""
    if level_id is None:
        return sku.price_fen
    return sku.member_prices_fen.get(level_id, sku.price_fen)


def promotion_of(product: Product, sku: Sku) -> Promotion:
    """The article's own setting where it has one, else the product's. Off for one is off."""
    return product.promotion if sku.promotion is None else sku.promotion


def freight(templates: Mapping[str, FreightTemplate], parcels: Sequence[Parcel], province: str) -> Fen:
    """What delivering these parcels to this province costs.

    Units and goods are summed under each template, each template charges once, and the charges are
    summed. Exact whole fen. Raises ``NoDelivery``.
    """
    groups: dict[str, list[Parcel]] = {}
    for parcel in parcels:
        if parcel[0] is not None:
            groups.setdefault(parcel[0], []).append(parcel)
    refusing = [one for one in groups if is_in(province, templates[one].no_delivery)]
    if refusing:
        detail = f"有商品暂时送不到{province}，请换一个地址，或先移除这些商品。"
        raise NoDelivery(detail, province=province, template_ids=refusing)
    return Fen(sum(_charge(templates[one], group, province) for one, group in groups.items()))


def _charge(template: FreightTemplate, parcels: Sequence[Parcel], province: str) -> int:
    rate = next((one.rate for one in template.regions if is_in(province, one.provinces)), template.rate)
    if rate.free_over_fen is not None and sum(parcel[3] for parcel in parcels) >= rate.free_over_fen:
        return 0
    by_weight = template.basis == "WEIGHT"
    units = sum(quantity * (weight_g if by_weight else 1) for _, quantity, weight_g, _ in parcels)
    beyond = max(0, units - rate.first_units)
    return rate.first_fee_fen + -(-beyond // rate.next_units) * rate.next_fee_fen


def is_in(province: str, provinces: Collection[str]) -> bool:
    """Whether the province is among these, whether or not it is written with 省, 市 or 自治区.

    The first two letters tell all of China's provinces apart.
    """
    return province[:2] in {one[:2] for one in provinces}


def check_template(template: FreightTemplate) -> None:
    """Refuse a template that says two things of one province. Raises ``Invalid``."""
    named = [one[:2] for region in template.regions for one in region.provinces]
    named += [one[:2] for one in template.no_delivery]
    if len(set(named)) != len(named):
        raise Invalid("同一个省份只能出现一次。", fields={"regions": "同一个省份只能出现一次"})


def with_sku_ids(skus: Sequence[Sku], known: Collection[str], new_id: Callable[[], str]) -> tuple[Sku, ...]:
    """The articles of an edit: those without an id get a new one, the others must be known ones.

    An id never changes its meaning, because carts, stock and orders name it. Raises ``SkuForeign``.
    """
    given = tuple(sku if sku.sku_id else replace(sku, sku_id=new_id()) for sku in skus)
    old = [sku.sku_id for sku, made in zip(skus, given, strict=True) if sku is made]
    if len(set(old)) != len(old) or not set(old) <= set(known):
        raise SkuForeign()
    return given


def picture_urls_of(product: Product) -> Iterable[str]:
    """Every picture the product shows, in the gallery and in the description."""
    yield from product.picture_urls
    yield from (block.picture_url for block in product.description if block.picture_url is not None)
