"""A small catalogue for tests, made through the room's own verbs."""

from dataclasses import replace
from typing import Any

from chalicelib.catalog.add_product import add_product
from chalicelib.catalog.rules import Category, FreightRate, FreightTemplate, Product, Sku
from chalicelib.catalog.save_category import save_category
from chalicelib.catalog.save_template import save_template
from chalicelib.catalog.set_shelf import set_shelf
from chalicelib.kernel.money import Fen
from tests.support.world import PICTURE_KEY

PICTURE = f"https://shop.example.com/{PICTURE_KEY}"


def category(name: str = "服饰", parent: Category | None = None, **more: Any) -> Category:
    """A stored category."""
    return save_category(Category("", name, parent.category_id if parent else None, **more))


def draft(category_id: str, title: str = "羽绒服", *, price_fen: int = 10_000, **more: Any) -> Product:
    """A product with one new article, as the console hands it in."""
    made = Product(
        product_id="",
        title=title,
        subtitle="",
        category_id=category_id,
        picture_urls=(PICTURE,),
        description=(),
        is_on_shelf=False,
        freight_template_id=None,
        skus=(Sku("", "默认", Fen(price_fen)),),
    )
    return replace(made, **more)


def on_shelf(category_id: str, title: str = "羽绒服", **more: Any) -> Product:
    """A stored product that shoppers see."""
    made = add_product(draft(category_id, title, **more))
    return set_shelf(made.product_id, is_on_shelf=True, version=made.version)


def template(**more: Any) -> FreightTemplate:
    """A stored freight template: ¥10 for the first piece, ¥2 for each next."""
    rate = FreightRate(first_units=1, first_fee_fen=1_000, next_units=1, next_fee_fen=200)
    return save_template(replace(FreightTemplate("", "快递", "PIECE", rate), **more))
