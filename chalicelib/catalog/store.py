"""Reads and writes of products, categories, freight templates, search words and favourites."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime

from pynamodb.expressions.condition import Condition

from chalicelib.catalog.models import CARD, CategoryRow, FavouriteRow, ProductRow, TemplateRow, WordRow
from chalicelib.catalog.rules import (
    Block,
    Card,
    Category,
    CategoryInUse,
    CategoryUnknown,
    FreightTemplate,
    Order,
    Product,
    ProductEdited,
    ProductUnknown,
    TemplateEdited,
    TemplateInUse,
    TemplateUnknown,
)
from chalicelib.catalog.words import head, words
from chalicelib.kernel.clock import rfc3339
from chalicelib.kernel.config import config
from chalicelib.kernel.dynamo import Write, delete, put, put_new, update
from chalicelib.kernel.paging import Page, page

_CATEGORIES = "categories"
_TEMPLATES = "templates"
_BY: dict[Order, str] = {"manual": "manual", "newest": "newest", "price_up": "price", "price_down": "price"}


# -- products -----------------------------------------------------------------------------------


def find(product_id: str) -> Product | None:
    """The product as it stands now, on the shelf or off, or ``None``."""
    row = ProductRow.find(product_id)
    return None if row is None else _product(row)


def load(product_id: str) -> Product:
    """The product, on the shelf or off. Raises ``ProductUnknown``."""
    found = find(product_id)
    if found is None:
        raise ProductUnknown()
    return found


def load_many(product_ids: Iterable[str]) -> dict[str, Product]:
    """Those products that exist, on the shelf or off, as they stand now; one batch read a hundred."""
    wanted = sorted(set(product_ids))
    rows = ProductRow.batch_get(wanted, consistent_read=True) if wanted else ()
    return {row.product_id: _product(row) for row in rows}


def cards(product_ids: Iterable[str]) -> dict[str, Card]:
    """Those products that exist, as lists show them."""
    wanted = sorted(set(product_ids))
    rows = ProductRow.batch_get(wanted, attributes_to_get=["product_id", *CARD]) if wanted else ()
    return {row.product_id: _card(row) for row in rows}


def listed(
    *,
    is_on_shelf: bool = True,
    category: Category | None = None,
    order: Order = "manual",
    limit: int = 20,
    cursor: str | None = None,
) -> Page[Card]:
    """Products of this shelf and category (a main one with all below it), in this order.

    Read from an index, so a change shows within about a second.
    """
    kind = "all" if category is None else "main" if category.parent_id is None else "sub"
    found = page(
        getattr(ProductRow, f"{kind}_{_BY[order]}"),
        _shelf(is_on_shelf, category.category_id if category else None),
        limit=limit,
        cursor=cursor,
        newest_first=order in ("newest", "price_down"),
    )
    return found.map(_card)


def add_product(product: Product, category: Category) -> list[Write]:
    """Put a new product with its search words."""
    row = _row(product, category)
    return [put_new(row), *_words_changed((), row.words, product.product_id), *_uses_changed(None, product)]


def replace_product(before: Product, after: Product, category: Category) -> list[Write]:
    """Put the product over the one read as ``before``; words that no longer apply go away with it.

    The commit raises ``ProductEdited`` when somebody else edited it meanwhile.
    """
    row = _row(replace(after, version=before.version + 1), category)
    return [
        put(row, ProductRow.version == before.version, ProductEdited),
        *_words_changed(before.words, row.words, after.product_id),
        *_uses_changed(before, after),
    ]


def remove_product(product: Product) -> list[Write]:
    """Take the product and its words away; the commit raises ``ProductEdited`` as above."""
    return [
        delete(
            ProductRow, (product.product_id,), ProductRow.version == product.version, otherwise=ProductEdited
        ),
        *_words_changed(product.words, (), product.product_id),
        *_uses_changed(product, None),
    ]


def _product(row: ProductRow) -> Product:
    return row.as_value(
        Product,
        picture_urls=tuple(map(_url, row.pictures)),
        description=tuple(_block(block, _url) for block in row.description),
    )


def _card(row: ProductRow) -> Card:
    return row.as_value(Card, picture_url=_url(row.cover) if row.cover else None)


def _row(product: Product, category: Category) -> ProductRow:
    assert category.category_id == product.category_id, "the category of another product"
    pictures = tuple(map(_key, product.picture_urls))
    kept = replace(
        product,
        description=tuple(_block(block, _key) for block in product.description),
        words=words(product.title, product.subtitle),
    )
    is_sub = category.parent_id is not None
    return ProductRow.of_value(
        kept,
        pictures=pictures,
        cover=pictures[0] if pictures else None,
        price_fen=product.price_fen,
        market_price_fen=min(product.skus, key=lambda sku: sku.price_fen).market_price_fen,
        member_prices_fen=product.member_prices_fen,
        sku_count=len(product.skus),
        on_all=_shelf(product.is_on_shelf, None),
        on_main=_shelf(product.is_on_shelf, category.parent_id or category.category_id),
        on_sub=_shelf(product.is_on_shelf, category.category_id) if is_sub else None,
        by_manual=f"{product.sort:06d}",
        by_newest=rfc3339(product.listed_at) if product.listed_at else "0",
        by_price=f"{product.price_fen:013d}",
    )


def _shelf(is_on_shelf: bool, category_id: str | None) -> str:
    shelf = "ON" if is_on_shelf else "OFF"
    return shelf if category_id is None else f"{shelf}#{category_id}"


def _url(key: str) -> str:
    return f"{config().public_url}/{key}"


def _key(url: str) -> str:
    return url.removeprefix(f"{config().public_url}/")


# -- search -------------------------------------------------------------------------------------


def products_with(word: str, *, below: str, limit: int) -> list[str]:
    """Ids of products with exactly this word, the highest (newest) below ``below`` first."""
    condition = WordRow.entry.between(f"{word}#", f"{word}#{below}")
    rows = WordRow.query(head(word), condition, scan_index_forward=False, limit=limit)
    return [product_id for row in rows if (product_id := row.entry.partition("#")[2]) < below]


def products_with_words_like(beginning: str, *, limit: int) -> list[str]:
    """Ids of products with words that begin so, of at most ``limit`` entries, highest first."""
    rows = WordRow.query(head(beginning), WordRow.entry.startswith(beginning), limit=limit)
    return sorted({row.entry.partition("#")[2] for row in rows}, reverse=True)


def _words_changed(before: Iterable[str], after: Iterable[str], product_id: str) -> list[Write]:
    gone = [word for word in before if word not in set(after)]
    come = [word for word in after if word not in set(before)]
    return [delete(WordRow, (head(word), f"{word}#{product_id}")) for word in gone] + [
        put(WordRow(head(word), f"{word}#{product_id}")) for word in come
    ]


# -- categories ---------------------------------------------------------------------------------


def categories() -> list[Category]:
    """Every category in the shop's order, main and sub mixed."""
    rows = CategoryRow.query(_CATEGORIES, consistent_read=True)
    return sorted((_category(row) for row in rows), key=lambda one: (one.sort, one.category_id))


def find_category(category_id: str) -> Category | None:
    """The category, or ``None``."""
    row = CategoryRow.find(_CATEGORIES, category_id)
    return None if row is None else _category(row)


def load_category(category_id: str) -> Category:
    """The category. Raises ``CategoryUnknown``."""
    found = find_category(category_id)
    if found is None:
        raise CategoryUnknown()
    return found


def add_category(category: Category) -> list[Write]:
    """Put a new category; below a main one, which must be there."""
    picture = _key(category.picture_url) if category.picture_url else None
    row = CategoryRow.of_value(category, shelf=_CATEGORIES, picture=picture)
    if category.parent_id is None:
        return [put_new(row)]
    return [put_new(row), _category_used(category.parent_id, 1, CategoryRow.parent_id.does_not_exist())]


def change_category(category: Category) -> Write:
    """Set name, picture, order and whether it is shown; a category never moves to another parent."""
    row = CategoryRow
    picture = row.picture.set(_key(category.picture_url)) if category.picture_url else row.picture.remove()
    actions = [
        row.name.set(category.name),
        picture,
        row.sort.set(category.sort),
        row.is_shown.set(category.is_shown),
    ]
    return update(
        row, (_CATEGORIES, category.category_id), actions, row.name.exists(), otherwise=CategoryUnknown
    )


def remove_category(category: Category) -> list[Write]:
    """Take it away; the commit raises ``CategoryInUse`` while products or children are in it."""
    key = (_CATEGORIES, category.category_id)
    gone = delete(CategoryRow, key, CategoryRow.uses == 0, otherwise=CategoryInUse)
    return [gone] if category.parent_id is None else [gone, _category_used(category.parent_id, -1)]


def _category(row: CategoryRow) -> Category:
    return row.as_value(Category, picture_url=_url(row.picture) if row.picture else None)


def _category_used(category_id: str, by: int, condition: Condition | None = None) -> Write:
    there = CategoryRow.name.exists()
    return update(
        CategoryRow,
        (_CATEGORIES, category_id),
        [CategoryRow.uses.add(by)],
        there if condition is None else there & condition,
        otherwise=CategoryUnknown,
    )


# -- freight templates --------------------------------------------------------------------------


def freight_templates(template_ids: Iterable[str]) -> dict[str, FreightTemplate]:
    """Those templates that exist, by id, as they stand now."""
    wanted = [(_TEMPLATES, one) for one in sorted(set(template_ids))]
    rows = TemplateRow.batch_get(wanted, consistent_read=True) if wanted else ()
    return {row.template_id: row.as_value(FreightTemplate) for row in rows}


def all_freight_templates() -> list[FreightTemplate]:
    """Every template, oldest first."""
    rows = TemplateRow.query(_TEMPLATES, consistent_read=True)
    return [row.as_value(FreightTemplate) for row in rows]


def load_freight_template(template_id: str) -> FreightTemplate:
    """The template. Raises ``TemplateUnknown``."""
    row = TemplateRow.find(_TEMPLATES, template_id)
    if row is None:
        raise TemplateUnknown()
    return row.as_value(FreightTemplate)


def add_freight_template(template: FreightTemplate) -> Write:
    """Put a new template."""
    return put_new(TemplateRow.of_value(template, shelf=_TEMPLATES))


def replace_freight_template(before: FreightTemplate, after: FreightTemplate) -> Write:
    """Put the template over the one read as ``before``; the commit raises ``TemplateEdited``.

    It does so too when a product came to it or left it meanwhile, since the uses are in the same row.
    """
    row = TemplateRow.of_value(replace(after, version=before.version + 1, uses=before.uses), shelf=_TEMPLATES)
    unchanged = (TemplateRow.version == before.version) & (TemplateRow.uses == before.uses)
    return put(row, unchanged, TemplateEdited)


def remove_freight_template(template_id: str) -> Write:
    """Take it away; the commit raises ``TemplateInUse`` while products use it."""
    condition = TemplateRow.uses == 0
    return delete(TemplateRow, (_TEMPLATES, template_id), condition, otherwise=TemplateInUse)


def _template_used(template_id: str, by: int) -> Write:
    return update(
        TemplateRow,
        (_TEMPLATES, template_id),
        [TemplateRow.uses.add(by)],
        TemplateRow.name.exists(),
        otherwise=TemplateUnknown,
    )


def _uses_changed(before: Product | None, after: Product | None) -> list[Write]:
    """Count the product out of what it used and into what it uses; so nothing in use can be deleted."""
    old_category, new_category = (one and one.category_id for one in (before, after))
    old_template, new_template = (one and one.freight_template_id for one in (before, after))
    writes = []
    if old_category != new_category:
        writes += [_category_used(one, by) for one, by in ((old_category, -1), (new_category, 1)) if one]
    if old_template != new_template:
        writes += [_template_used(one, by) for one, by in ((old_template, -1), (new_template, 1)) if one]
    return writes


# -- favourites ---------------------------------------------------------------------------------


def favourites(member_id: str, *, limit: int, cursor: str | None) -> Page[str]:
    """Ids of the products this member marked, last first."""
    return page(FavouriteRow.recent, member_id, limit=limit, cursor=cursor).map(lambda row: row.product_id)


def is_favourite(member_id: str, product_id: str) -> bool:
    """Whether this member marked this product."""
    return FavouriteRow.find(member_id, product_id) is not None


def mark_favourite(member_id: str, product_id: str, at: datetime) -> Write:
    """Mark the product; marking again moves it to the top."""
    return put(FavouriteRow(member_id, product_id, added_at=at))


def unmark_favourite(member_id: str, product_id: str) -> Write:
    """Take the mark away, if there is one."""
    return delete(FavouriteRow, (member_id, product_id))


def _block(block: Block, turn: Callable[[str], str]) -> Block:
    return replace(block, picture_url=turn(block.picture_url)) if block.picture_url else block
