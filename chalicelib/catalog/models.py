"""Tables of this room; only ``catalog.store`` touches them. The index keys are made in the store."""

from pynamodb.attributes import BooleanAttribute, UnicodeAttribute
from pynamodb.indexes import GlobalSecondaryIndex, IncludeProjection, KeysOnlyProjection

from chalicelib.catalog.rules import Block, FreightRate, Promotion, RegionRate, Sku
from chalicelib.kernel.dynamo import (
    FenAttribute,
    IntAttribute,
    Table,
    TimeAttribute,
    ValueAttribute,
    table_name,
)
from chalicelib.kernel.money import Fen

CARD = [
    "title",
    "subtitle",
    "category_id",
    "cover",
    "is_on_shelf",
    "price_fen",
    "market_price_fen",
    "member_prices_fen",
    "sku_count",
    "sort",
    "version",
]
"""What a list shows; the description and the articles stay out of the indexes."""


class _Listed(GlobalSecondaryIndex["ProductRow"]):  # type: ignore[no-untyped-call]
    """Products of one shelf, of one main category on it, or of one category on it, in one order."""


class AllManual(_Listed):  # type: ignore[no-untyped-call]
    """Everything on a shelf, in the shop's own order."""

    class Meta:
        index_name = "all_manual"
        projection = IncludeProjection(CARD)

    on_all = UnicodeAttribute(hash_key=True)
    by_manual = UnicodeAttribute(range_key=True)


class AllNewest(_Listed):  # type: ignore[no-untyped-call]
    """Everything on a shelf, by when it was listed."""

    class Meta:
        index_name = "all_newest"
        projection = IncludeProjection(CARD)

    on_all = UnicodeAttribute(hash_key=True)
    by_newest = UnicodeAttribute(range_key=True)


class AllPrice(_Listed):  # type: ignore[no-untyped-call]
    """Everything on a shelf, by its lowest price."""

    class Meta:
        index_name = "all_price"
        projection = IncludeProjection(CARD)

    on_all = UnicodeAttribute(hash_key=True)
    by_price = UnicodeAttribute(range_key=True)


class MainManual(_Listed):  # type: ignore[no-untyped-call]
    """One main category on a shelf, in the shop's own order."""

    class Meta:
        index_name = "main_manual"
        projection = IncludeProjection(CARD)

    on_main = UnicodeAttribute(hash_key=True)
    by_manual = UnicodeAttribute(range_key=True)


class MainNewest(_Listed):  # type: ignore[no-untyped-call]
    """One main category on a shelf, by when it was listed."""

    class Meta:
        index_name = "main_newest"
        projection = IncludeProjection(CARD)

    on_main = UnicodeAttribute(hash_key=True)
    by_newest = UnicodeAttribute(range_key=True)


class MainPrice(_Listed):  # type: ignore[no-untyped-call]
    """One main category on a shelf, by its lowest price."""

    class Meta:
        index_name = "main_price"
        projection = IncludeProjection(CARD)

    on_main = UnicodeAttribute(hash_key=True)
    by_price = UnicodeAttribute(range_key=True)


class SubManual(_Listed):  # type: ignore[no-untyped-call]
    """One category on a shelf, in the shop's own order."""

    class Meta:
        index_name = "sub_manual"
        projection = IncludeProjection(CARD)

    on_sub = UnicodeAttribute(hash_key=True)
    by_manual = UnicodeAttribute(range_key=True)


class SubNewest(_Listed):  # type: ignore[no-untyped-call]
    """One category on a shelf, by when it was listed."""

    class Meta:
        index_name = "sub_newest"
        projection = IncludeProjection(CARD)

    on_sub = UnicodeAttribute(hash_key=True)
    by_newest = UnicodeAttribute(range_key=True)


class SubPrice(_Listed):  # type: ignore[no-untyped-call]
    """One category on a shelf, by its lowest price."""

    class Meta:
        index_name = "sub_price"
        projection = IncludeProjection(CARD)

    on_sub = UnicodeAttribute(hash_key=True)
    by_price = UnicodeAttribute(range_key=True)


class ProductRow(Table):
    """A product. Pictures are kept as keys of the media bucket, so that the shop may move."""

    class Meta:
        table_name = table_name("products")

    product_id = UnicodeAttribute(hash_key=True)
    title = UnicodeAttribute()
    subtitle = UnicodeAttribute()
    category_id = UnicodeAttribute()
    pictures = ValueAttribute[tuple[str, ...]](tuple[str, ...])
    description = ValueAttribute[tuple[Block, ...]](tuple[Block, ...])
    is_on_shelf = BooleanAttribute()
    freight_template_id = UnicodeAttribute(null=True)
    skus = ValueAttribute[tuple[Sku, ...]](tuple[Sku, ...])
    promotion = ValueAttribute[Promotion](Promotion)
    limit_per_order = IntAttribute(null=True)
    sort = IntAttribute()
    version = IntAttribute()
    listed_at = TimeAttribute(null=True)
    words = ValueAttribute[tuple[str, ...]](tuple[str, ...])

    cover = UnicodeAttribute(null=True)
    price_fen = FenAttribute()
    market_price_fen = FenAttribute(null=True)
    member_prices_fen = ValueAttribute[dict[str, Fen]](dict[str, Fen])
    sku_count = IntAttribute()

    on_all = UnicodeAttribute()
    on_main = UnicodeAttribute()
    on_sub = UnicodeAttribute(null=True)
    by_manual = UnicodeAttribute()
    by_newest = UnicodeAttribute()
    by_price = UnicodeAttribute()
    all_manual = AllManual()
    all_newest = AllNewest()
    all_price = AllPrice()
    main_manual = MainManual()
    main_newest = MainNewest()
    main_price = MainPrice()
    sub_manual = SubManual()
    sub_newest = SubNewest()
    sub_price = SubPrice()


class WordRow(Table):
    """One word of one product: ``entry`` is ``word#product_id``, so a word's products lie in order."""

    class Meta:
        table_name = table_name("product-words")

    head = UnicodeAttribute(hash_key=True)
    entry = UnicodeAttribute(range_key=True)


class CategoryRow(Table):
    """All categories lie under one hash key, so that one query lists them."""

    class Meta:
        table_name = table_name("categories")

    shelf = UnicodeAttribute(hash_key=True)
    category_id = UnicodeAttribute(range_key=True)
    name = UnicodeAttribute()
    parent_id = UnicodeAttribute(null=True)
    picture = UnicodeAttribute(null=True)
    sort = IntAttribute()
    is_shown = BooleanAttribute()
    uses = IntAttribute()


class TemplateRow(Table):
    """All freight templates lie under one hash key."""

    class Meta:
        table_name = table_name("freight-templates")

    shelf = UnicodeAttribute(hash_key=True)
    template_id = UnicodeAttribute(range_key=True)
    name = UnicodeAttribute()
    basis = UnicodeAttribute()
    rate = ValueAttribute[FreightRate](FreightRate)
    regions = ValueAttribute[tuple[RegionRate, ...]](tuple[RegionRate, ...])
    no_delivery = ValueAttribute[tuple[str, ...]](tuple[str, ...])
    version = IntAttribute()
    uses = IntAttribute()


class RecentFavourites(GlobalSecondaryIndex["FavouriteRow"]):  # type: ignore[no-untyped-call]
    """One member's favourites by time."""

    class Meta:
        index_name = "recent"
        projection = KeysOnlyProjection()

    member_id = UnicodeAttribute(hash_key=True)
    added_at = TimeAttribute(range_key=True)


class FavouriteRow(Table):
    """A product that a member marked (收藏)."""

    class Meta:
        table_name = table_name("favourites")

    member_id = UnicodeAttribute(hash_key=True)
    product_id = UnicodeAttribute(range_key=True)
    added_at = TimeAttribute()
    recent = RecentFavourites()
