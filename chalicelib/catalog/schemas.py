"""What the doors of this room take and give. Cost and promotion are in staff's answers alone."""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from chalicelib.catalog.rules import FreightBasis, Order, PictureType, Province
from chalicelib.kernel.http import Body, Out, Paging

PriceFen = Annotated[int, Field(ge=1, le=100_000_000, description="Whole fen, at most a million yuan.")]
FeeFen = Annotated[int, Field(ge=0, le=1_000_000, description="Whole fen.")]
Units = Annotated[int, Field(ge=1, le=1_000_000, description="Pieces, or grams when by weight.")]
LevelId = Annotated[str, Field(pattern=r"^[a-z0-9_-]{1,32}$")]
Id = Annotated[str, Field(pattern=r"^[A-Z]{2}[0-9A-Z]{1,30}$")]
PictureUrl = Annotated[str, Field(min_length=1, max_length=300, description="From an upload offer.")]
Version = Annotated[int, Field(title="版本", ge=1, description="As it was read; another is refused.")]


# -- what shoppers ask and see ------------------------------------------------------------------


class ProductsAsked(Paging):
    """A list of what is on the shelf."""

    category_id: str | None = Field(None, description="A main category includes all below it.")
    sort: Order = "manual"


class SearchAsked(Paging):
    """Words to look for; all must be found."""

    q: str = Field(title="搜索", min_length=1, max_length=60)


class BlockOut(Out):
    """A paragraph or a picture."""

    text: str | None
    picture_url: str | None


class ShopCardOut(Out):
    """A product in a list."""

    product_id: str
    title: str
    subtitle: str
    picture_url: str | None
    price_fen: int = Field(description="The lowest retail price of its articles.")
    market_price_fen: int | None
    your_price_fen: int | None = Field(description="The asking distributor's lowest price, if below retail.")
    sku_count: int


class ShopCardsOut(Out):
    """One page of products. A page may be short while ``next`` still goes on."""

    items: list[ShopCardOut]
    next: str | None


class ShopSkuOut(Out):
    """An article as shoppers see it."""

    sku_id: str
    name: str
    price_fen: int
    market_price_fen: int | None
    your_price_fen: int | None = Field(description="The asking distributor's price, if below retail.")


class ShopProductOut(Out):
    """A product as shoppers see it."""

    product_id: str
    title: str
    subtitle: str
    category_id: str
    picture_urls: list[str]
    description: list[BlockOut]
    skus: list[ShopSkuOut]
    limit_per_order: int | None = Field(description="Pieces of this product in one order.")
    has_free_delivery: bool
    is_favourite: bool


class ShopSubcategoryOut(Out):
    """A category of the second level."""

    category_id: str
    name: str
    picture_url: str | None


class ShopCategoryOut(ShopSubcategoryOut):
    """A main category with those below it."""

    children: list[ShopSubcategoryOut]


class ShopCategoriesOut(Out):
    """The categories that are shown, in the shop's order."""

    items: list[ShopCategoryOut]
    next: str | None = None


# -- what staff give ----------------------------------------------------------------------------


class PromotionIn(Body):
    """How it takes part in distribution; ratios or amounts, or neither to leave it to level and plan."""

    takes_part: bool = Field(True, title="参与分销")
    rates_bps: list[Annotated[int, Field(ge=0, le=10_000)]] = Field(
        [], title="各级佣金比例", max_length=3, description="Basis points for upline 1 … 3."
    )
    fixed_fen: list[FeeFen] = Field([], title="各级固定佣金", max_length=3, description="Fen for each piece.")


class SkuIn(Body):
    """An article; without an id it is new."""

    sku_id: Id | None = None
    name: str = Field(title="规格名称", min_length=1, max_length=40)
    price_fen: PriceFen = Field(title="售价")
    market_price_fen: PriceFen | None = Field(None, title="划线价")
    member_prices_fen: dict[LevelId, PriceFen] = Field(
        {}, title="会员价", max_length=20, description="By distributor level; a level not named pays retail."
    )
    cost_fen: int = Field(0, title="成本价", ge=0, le=100_000_000)
    weight_g: int = Field(0, title="重量（克）", ge=0, le=1_000_000)
    promotion: PromotionIn | None = Field(None, title="单独的分销设置")


class BlockIn(Body):
    """A paragraph or a picture of the description."""

    text: str | None = Field(None, title="文字", min_length=1, max_length=2_000)
    picture_url: PictureUrl | None = Field(None, title="图片")

    @model_validator(mode="after")
    def _is_one_of_both(self) -> "BlockIn":
        if (self.text is None) == (self.picture_url is None):
            raise ValueError("每一段请填写文字或图片中的一种")
        return self


class ProductIn(Body):
    """A product's content. Whether it is on the shelf has its own door."""

    title: str = Field(title="商品名称", min_length=1, max_length=60)
    subtitle: str = Field("", title="副标题", max_length=60)
    category_id: Id = Field(title="分类")
    picture_urls: list[PictureUrl] = Field([], title="图片", max_length=12)
    description: list[BlockIn] = Field([], title="详情", max_length=60)
    freight_template_id: Id | None = Field(None, title="运费模板", description="None: free delivery.")
    skus: list[SkuIn] = Field(title="规格", min_length=1, max_length=50)
    promotion: PromotionIn | None = Field(None, title="分销设置", description="None: by level and plan.")
    limit_per_order: int | None = Field(None, title="每单限购", ge=1, le=999)
    sort: int = Field(0, title="排序", ge=0, le=999_999, description="Lowest first.")


class ProductEditIn(ProductIn):
    """An edit of the product as it was read."""

    version: Version


class ShelfIn(Body):
    """Put it on the shelf, or take it off."""

    is_on_shelf: bool = Field(title="上架")
    version: Version


class CategoryIn(Body):
    """A category's content."""

    name: str = Field(title="分类名称", min_length=1, max_length=20)
    picture_url: PictureUrl | None = Field(None, title="图片")
    sort: int = Field(0, title="排序", ge=0, le=999_999, description="Lowest first.")
    is_shown: bool = Field(True, title="显示")


class NewCategoryIn(CategoryIn):
    """A new category; it stays where it is made."""

    parent_id: Id | None = Field(None, title="上级分类")


class RateIn(Body):
    """The first so many units cost so much, each next so many that much."""

    first_units: Units = Field(title="首件/首重")
    first_fee_fen: FeeFen = Field(title="首费")
    next_units: Units = Field(title="续件/续重")
    next_fee_fen: FeeFen = Field(title="续费")
    free_over_fen: PriceFen | None = Field(None, title="满额包邮")


class RegionIn(Body):
    """Another rate for some provinces."""

    provinces: list[Province] = Field(title="省份", min_length=1, max_length=34)
    rate: RateIn


class TemplateIn(Body):
    """A freight template's content."""

    name: str = Field(title="模板名称", min_length=1, max_length=20)
    basis: FreightBasis = Field(title="计费方式", description="By pieces or by weight in grams.")
    rate: RateIn = Field(title="默认运费")
    regions: list[RegionIn] = Field([], title="指定省份运费", max_length=34)
    no_delivery: list[Province] = Field([], title="不配送省份", max_length=34)


class TemplateEditIn(TemplateIn):
    """An edit of the template as it was read."""

    version: Version


class PictureIn(Body):
    """A picture that staff are about to upload."""

    content_type: PictureType = Field(title="图片类型")


# -- what staff see -----------------------------------------------------------------------------


class ConsoleProductsAsked(Paging):
    """A list for staff: by words on every shelf, or by shelf and category."""

    q: str | None = Field(None, title="搜索", max_length=60)
    shelf: Literal["ON", "OFF"] = Field("ON", title="状态")
    category_id: str | None = Field(None, title="分类")
    sort: Order = Field("newest", title="排序")


class PromotionOut(Out):
    """How it takes part in distribution."""

    takes_part: bool
    rates_bps: list[int]
    fixed_fen: list[int]


class SkuOut(Out):
    """An article as staff see it."""

    sku_id: str
    name: str
    price_fen: int
    market_price_fen: int | None
    member_prices_fen: dict[str, int]
    cost_fen: int
    weight_g: int
    promotion: PromotionOut | None


class ProductOut(Out):
    """A product as staff see it."""

    product_id: str
    title: str
    subtitle: str
    category_id: str
    picture_urls: list[str]
    description: list[BlockOut]
    is_on_shelf: bool
    freight_template_id: str | None
    skus: list[SkuOut]
    promotion: PromotionOut
    limit_per_order: int | None
    sort: int
    version: int


class CardOut(Out):
    """A product in staff's list."""

    product_id: str
    title: str
    subtitle: str
    category_id: str
    picture_url: str | None
    is_on_shelf: bool
    price_fen: int
    market_price_fen: int | None
    sku_count: int
    sort: int
    version: int


class CardsOut(Out):
    """One page of products."""

    items: list[CardOut]
    next: str | None


class CategoryOut(Out):
    """A category as staff see it; ``uses`` counts its products and children."""

    category_id: str
    name: str
    parent_id: str | None
    picture_url: str | None
    sort: int
    is_shown: bool
    uses: int


class CategoriesOut(Out):
    """Every category in the shop's order."""

    items: list[CategoryOut]
    next: str | None = None


class RateOut(Out):
    """A freight rate."""

    first_units: int
    first_fee_fen: int
    next_units: int
    next_fee_fen: int
    free_over_fen: int | None


class RegionOut(Out):
    """Another rate for some provinces."""

    provinces: list[str]
    rate: RateOut


class TemplateOut(Out):
    """A freight template; ``uses`` counts its products."""

    template_id: str
    name: str
    basis: FreightBasis
    rate: RateOut
    regions: list[RegionOut]
    no_delivery: list[str]
    version: int
    uses: int


class TemplatesOut(Out):
    """Every template, oldest first."""

    items: list[TemplateOut]
    next: str | None = None


class PictureOfferOut(Out):
    """Post ``fields`` and then ``file`` as multipart/form-data to ``url``; then use ``picture_url``."""

    url: str
    fields: dict[str, str]
    picture_url: str
    max_bytes: int
