"""Staff's doors: products, categories, freight templates, pictures (P1, P2)."""

from typing import Any

from chalicelib.catalog import rules, store
from chalicelib.catalog.add_product import add_product
from chalicelib.catalog.change_product import change_product
from chalicelib.catalog.offer_upload import offer_upload
from chalicelib.catalog.remove_category import remove_category
from chalicelib.catalog.remove_product import remove_product
from chalicelib.catalog.remove_template import remove_template
from chalicelib.catalog.rules import (
    Block,
    Category,
    FreightRate,
    FreightTemplate,
    Product,
    Promotion,
    RegionRate,
    Sku,
)
from chalicelib.catalog.save_category import save_category
from chalicelib.catalog.save_template import save_template
from chalicelib.catalog.schemas import (
    CardOut,
    CardsOut,
    CategoriesOut,
    CategoryIn,
    CategoryOut,
    ConsoleProductsAsked,
    NewCategoryIn,
    PictureIn,
    PictureOfferOut,
    ProductEditIn,
    ProductIn,
    ProductOut,
    PromotionIn,
    RateIn,
    ShelfIn,
    SkuIn,
    TemplateEditIn,
    TemplateIn,
    TemplateOut,
    TemplatesOut,
)
from chalicelib.catalog.search import search
from chalicelib.catalog.set_shelf import set_shelf
from chalicelib.kernel.auth import staff
from chalicelib.kernel.errors import Invalid
from chalicelib.kernel.http import Ask, Doors, Nothing
from chalicelib.kernel.money import Fen
from chalicelib.kernel.paging import BadCursor

doors = Doors("/console")
_CONTENT_ERRORS = (Invalid, rules.CategoryUnknown, rules.TemplateUnknown, rules.SkuForeign)


# -- products -----------------------------------------------------------------------------------


@doors.get(
    "/products",
    who=staff("catalog.read"),
    query=ConsoleProductsAsked,
    returns=CardsOut,
    errors=(BadCursor, rules.CategoryUnknown),
)
def list_products(ask: Ask[Any]) -> CardsOut:
    """Products by words on every shelf, or by shelf and category."""
    asked = ask.query
    if asked.q:
        found = search(asked.q, limit=asked.limit, cursor=asked.next, only_on_shelf=False)
    else:
        found = store.listed(
            is_on_shelf=asked.shelf == "ON",
            category=store.load_category(asked.category_id) if asked.category_id else None,
            order=asked.sort,
            limit=asked.limit,
            cursor=asked.next,
        )
    return CardsOut(items=[CardOut.model_validate(card) for card in found.items], next=found.next)


@doors.get(
    "/products/{product_id}", who=staff("catalog.read"), returns=ProductOut, errors=(rules.ProductUnknown,)
)
def read_product(ask: Ask[Any]) -> ProductOut:
    """One product with cost and promotion."""
    return ProductOut.model_validate(store.load(ask.path["product_id"]))


@doors.post(
    "/products",
    who=staff("catalog.edit"),
    body=ProductIn,
    returns=ProductOut,
    status=201,
    errors=_CONTENT_ERRORS,
)
def make_product(ask: Ask[ProductIn]) -> ProductOut:
    """Make a product; it waits off the shelf."""
    return ProductOut.model_validate(add_product(_product("", ask.body, version=1)))


@doors.put(
    "/products/{product_id}",
    who=staff("catalog.edit"),
    body=ProductEditIn,
    returns=ProductOut,
    errors=(rules.ProductUnknown, rules.ProductEdited, *_CONTENT_ERRORS),
)
def edit_product(ask: Ask[ProductEditIn]) -> ProductOut:
    """Edit a product; refused when somebody else edited it after it was read."""
    draft = _product(ask.path["product_id"], ask.body, version=ask.body.version)
    return ProductOut.model_validate(change_product(draft))


@doors.post(
    "/products/{product_id}/shelf",
    who=staff("catalog.edit"),
    body=ShelfIn,
    returns=ProductOut,
    errors=(rules.ProductUnknown, rules.ProductEdited, Invalid),
)
def put_on_shelf(ask: Ask[ShelfIn]) -> ProductOut:
    """Put a product on the shelf or take it off."""
    given = ask.body
    return ProductOut.model_validate(
        set_shelf(ask.path["product_id"], is_on_shelf=given.is_on_shelf, version=given.version)
    )


@doors.delete(
    "/products/{product_id}",
    who=staff("catalog.edit"),
    returns=Nothing,
    status=204,
    errors=(rules.ProductUnknown, rules.ProductOnShelf, rules.ProductEdited),
)
def delete_product(ask: Ask[Any]) -> None:
    """Delete a product that is off the shelf."""
    remove_product(ask.path["product_id"])


@doors.post("/pictures", who=staff("catalog.edit"), body=PictureIn, returns=PictureOfferOut, status=201)
def offer_picture(ask: Ask[PictureIn]) -> PictureOfferOut:
    """Get a signed form to upload one picture with."""
    return PictureOfferOut.model_validate(offer_upload(ask.body.content_type))


def _product(product_id: str, given: ProductIn, *, version: int) -> Product:
    return Product(
        product_id=product_id,
        title=given.title,
        subtitle=given.subtitle,
        category_id=given.category_id,
        picture_urls=tuple(given.picture_urls),
        description=tuple(Block(one.text, one.picture_url) for one in given.description),
        is_on_shelf=False,
        freight_template_id=given.freight_template_id,
        skus=tuple(map(_sku, given.skus)),
        promotion=Promotion() if given.promotion is None else _promotion(given.promotion),
        limit_per_order=given.limit_per_order,
        sort=given.sort,
        version=version,
    )


def _sku(given: SkuIn) -> Sku:
    return Sku(
        sku_id=given.sku_id or "",
        name=given.name,
        price_fen=Fen(given.price_fen),
        market_price_fen=None if given.market_price_fen is None else Fen(given.market_price_fen),
        member_prices_fen={level_id: Fen(one) for level_id, one in given.member_prices_fen.items()},
        cost_fen=Fen(given.cost_fen),
        weight_g=given.weight_g,
        promotion=None if given.promotion is None else _promotion(given.promotion),
    )


def _promotion(given: PromotionIn) -> Promotion:
    return Promotion(given.takes_part, tuple(given.rates_bps), tuple(given.fixed_fen))


# -- categories ---------------------------------------------------------------------------------


@doors.get("/categories", who=staff("catalog.read"), returns=CategoriesOut)
def list_categories(ask: Ask[Any]) -> CategoriesOut:
    """Every category, shown or not."""
    return CategoriesOut(items=[CategoryOut.model_validate(one) for one in store.categories()])


@doors.post(
    "/categories",
    who=staff("catalog.edit"),
    body=NewCategoryIn,
    returns=CategoryOut,
    status=201,
    errors=(Invalid, rules.CategoryUnknown, rules.CategoryTooDeep, rules.TooManyCategories),
)
def make_category(ask: Ask[NewCategoryIn]) -> CategoryOut:
    """Make a main category, or one below a main one."""
    return CategoryOut.model_validate(save_category(_category("", ask.body, parent_id=ask.body.parent_id)))


@doors.put(
    "/categories/{category_id}",
    who=staff("catalog.edit"),
    body=CategoryIn,
    returns=CategoryOut,
    errors=(Invalid, rules.CategoryUnknown),
)
def edit_category(ask: Ask[CategoryIn]) -> CategoryOut:
    """Edit a category; it stays under its parent."""
    return CategoryOut.model_validate(save_category(_category(ask.path["category_id"], ask.body)))


@doors.delete(
    "/categories/{category_id}",
    who=staff("catalog.edit"),
    returns=Nothing,
    status=204,
    errors=(rules.CategoryUnknown, rules.CategoryInUse),
)
def delete_category(ask: Ask[Any]) -> None:
    """Delete an empty category."""
    remove_category(ask.path["category_id"])


def _category(category_id: str, given: CategoryIn, *, parent_id: str | None = None) -> Category:
    return Category(category_id, given.name, parent_id, given.picture_url, given.sort, given.is_shown)


# -- freight templates --------------------------------------------------------------------------


@doors.get("/freight-templates", who=staff("catalog.read"), returns=TemplatesOut)
def list_templates(ask: Ask[Any]) -> TemplatesOut:
    """Every freight template."""
    return TemplatesOut(items=[TemplateOut.model_validate(one) for one in store.all_freight_templates()])


@doors.post(
    "/freight-templates",
    who=staff("catalog.edit"),
    body=TemplateIn,
    returns=TemplateOut,
    status=201,
    errors=(Invalid, rules.TooManyTemplates),
)
def make_template(ask: Ask[TemplateIn]) -> TemplateOut:
    """Make a freight template."""
    return TemplateOut.model_validate(save_template(_template("", ask.body, version=1)))


@doors.put(
    "/freight-templates/{template_id}",
    who=staff("catalog.edit"),
    body=TemplateEditIn,
    returns=TemplateOut,
    errors=(Invalid, rules.TemplateUnknown, rules.TemplateEdited),
)
def edit_template(ask: Ask[TemplateEditIn]) -> TemplateOut:
    """Edit a freight template; placed orders keep their freight."""
    draft = _template(ask.path["template_id"], ask.body, version=ask.body.version)
    return TemplateOut.model_validate(save_template(draft))


@doors.delete(
    "/freight-templates/{template_id}",
    who=staff("catalog.edit"),
    returns=Nothing,
    status=204,
    errors=(rules.TemplateUnknown, rules.TemplateInUse),
)
def delete_template(ask: Ask[Any]) -> None:
    """Delete a freight template that no product uses."""
    remove_template(ask.path["template_id"])


def _template(template_id: str, given: TemplateIn, *, version: int) -> FreightTemplate:
    return FreightTemplate(
        template_id=template_id,
        name=given.name,
        basis=given.basis,
        rate=_rate(given.rate),
        regions=tuple(RegionRate(tuple(one.provinces), _rate(one.rate)) for one in given.regions),
        no_delivery=tuple(given.no_delivery),
        version=version,
    )


def _rate(given: RateIn) -> FreightRate:
    return FreightRate(**given.model_dump())
