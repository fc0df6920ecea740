"""Shoppers' doors: categories, products, search, favourites (P1). Everybody may look without signing in."""

from typing import Any

from chalicelib.catalog import store
from chalicelib.catalog.favour import favour
from chalicelib.catalog.rules import Card, Product, ProductUnknown, Sku, price_of
from chalicelib.catalog.schemas import (
    BlockOut,
    ProductsAsked,
    SearchAsked,
    ShopCardOut,
    ShopCardsOut,
    ShopCategoriesOut,
    ShopCategoryOut,
    ShopProductOut,
    ShopSkuOut,
    ShopSubcategoryOut,
)
from chalicelib.catalog.search import search
from chalicelib.distributors import store as distributors
from chalicelib.kernel.auth import Entrant, anyone, member
from chalicelib.kernel.http import Ask, Doors, Nothing, Paging
from chalicelib.kernel.paging import BadCursor, Page

doors = Doors("/shop")


@doors.get("/categories", who=anyone, returns=ShopCategoriesOut)
def list_categories(ask: Ask[Any]) -> ShopCategoriesOut:
    """The categories, two levels, in the shop's order."""
    shown = [one for one in store.categories() if one.is_shown]
    return ShopCategoriesOut(
        items=[
            ShopCategoryOut(
                category_id=main.category_id,
                name=main.name,
                picture_url=main.picture_url,
                children=[
                    ShopSubcategoryOut.model_validate(one)
                    for one in shown
                    if one.parent_id == main.category_id
                ],
            )
            for main in shown
            if main.parent_id is None
        ]
    )


@doors.get("/products", who=anyone, query=ProductsAsked, returns=ShopCardsOut, errors=(BadCursor,))
def list_products(ask: Ask[Any]) -> ShopCardsOut:
    """What is on the shelf, of one category or all."""
    asked = ask.query
    category = store.find_category(asked.category_id) if asked.category_id else None
    if asked.category_id and category is None:
        return ShopCardsOut(items=[], next=None)
    found = store.listed(category=category, order=asked.sort, limit=asked.limit, cursor=asked.next)
    return _shown(found, ask.who)


@doors.get("/search", who=anyone, query=SearchAsked, returns=ShopCardsOut, errors=(BadCursor,))
def search_products(ask: Ask[Any]) -> ShopCardsOut:
    """What is on the shelf and has every word, newest first."""
    return _shown(search(ask.query.q, limit=ask.query.limit, cursor=ask.query.next), ask.who)


@doors.get("/products/{product_id}", who=anyone, returns=ShopProductOut, errors=(ProductUnknown,))
def read_product(ask: Ask[Any]) -> ShopProductOut:
    """One product that is on the shelf."""
    product = store.load(ask.path["product_id"])
    if not product.is_on_shelf:
        raise ProductUnknown()
    is_favourite = ask.who.kind == "member" and store.is_favourite(ask.who.id, product.product_id)
    return _detail(product, _price_level(ask.who), is_favourite=is_favourite)


@doors.get("/favourites", who=member, query=Paging, returns=ShopCardsOut, errors=(BadCursor,))
def list_favourites(ask: Ask[Any]) -> ShopCardsOut:
    """What I marked and is on the shelf, last first."""
    ids = store.favourites(ask.who.id, limit=ask.query.limit, cursor=ask.query.next)
    cards = store.cards(ids.items)
    on_shelf = [cards[one] for one in ids.items if one in cards and cards[one].is_on_shelf]
    return _shown(Page(on_shelf, ids.next), ask.who)


@doors.put("/favourites/{product_id}", who=member, status=204, returns=Nothing, errors=(ProductUnknown,))
def mark_favourite(ask: Ask[Any]) -> None:
    """Mark a product."""
    favour(ask.who.id, ask.path["product_id"], is_favourite=True)


@doors.delete("/favourites/{product_id}", who=member, status=204, returns=Nothing)
def unmark_favourite(ask: Ask[Any]) -> None:
    """Take the mark away."""
    favour(ask.who.id, ask.path["product_id"], is_favourite=False)


def _price_level(who: Entrant) -> str | None:
    """The level whose prices the viewer pays: an active distributor's own, as at checkout."""
    found = distributors.find(who.id) if who.kind == "member" else None
    return found.level_id if found is not None and found.is_active else None


def _shown(found: Page[Card], who: Entrant) -> ShopCardsOut:
    has_member_prices = any(card.member_prices_fen for card in found.items)
    level_id = _price_level(who) if has_member_prices else None
    return ShopCardsOut(items=[_card(card, level_id) for card in found.items], next=found.next)


def _card(card: Card, level_id: str | None) -> ShopCardOut:
    own_fen = card.member_prices_fen.get(level_id) if level_id else None
    return ShopCardOut(
        product_id=card.product_id,
        title=card.title,
        subtitle=card.subtitle,
        picture_url=card.picture_url,
        price_fen=card.price_fen,
        market_price_fen=card.market_price_fen,
        your_price_fen=_if_below(own_fen, card.price_fen),
        sku_count=card.sku_count,
    )


def _detail(product: Product, level_id: str | None, *, is_favourite: bool) -> ShopProductOut:
    return ShopProductOut(
        product_id=product.product_id,
        title=product.title,
        subtitle=product.subtitle,
        category_id=product.category_id,
        picture_urls=list(product.picture_urls),
        description=[BlockOut.model_validate(block) for block in product.description],
        skus=[_sku(sku, level_id) for sku in product.skus],
        limit_per_order=product.limit_per_order,
        has_free_delivery=product.freight_template_id is None,
        is_favourite=is_favourite,
    )


def _sku(sku: Sku, level_id: str | None) -> ShopSkuOut:
    return ShopSkuOut(
        sku_id=sku.sku_id,
        name=sku.name,
        price_fen=sku.price_fen,
        market_price_fen=sku.market_price_fen,
        your_price_fen=_if_below(price_of(sku, level_id), sku.price_fen),
    )


def _if_below(own_fen: int | None, retail_fen: int) -> int | None:
    return own_fen if own_fen is not None and own_fen < retail_fen else None
