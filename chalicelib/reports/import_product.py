"""One product of a file: its articles a row each, with pictures, freight and stock (G6, P1, S2)."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation
from typing import Any

from pydantic import ValidationError

from chalicelib.catalog import store as catalog
from chalicelib.catalog.add_product import add_product
from chalicelib.catalog.check_product import check_product, picture_keys
from chalicelib.catalog.rules import Product, Sku
from chalicelib.catalog.schemas import ProductIn, SkuIn
from chalicelib.inventory import store as inventory
from chalicelib.inventory.set_stock import Count, set_stock
from chalicelib.kernel.config import config
from chalicelib.kernel.errors import Invalid
from chalicelib.kernel.ids import derived_id
from chalicelib.kernel.money import Fen
from chalicelib.kernel.uploads import demand_pictures
from chalicelib.kernel.wording import field_message

PICTURES, FREIGHT, STOCK = "图片", "运费模板", "库存"
"""Columns that a file may leave out."""
_BETWEEN = re.compile(r"[\s,，;；、|]+")
_MOST_STOCK = 1_000_000
Row = dict[str, str]


@dataclass(frozen=True)
class Thing:
    """Rows that belong together, the first one's number as people see it in the file, and a name."""

    number: int
    name: str
    rows: Sequence[Row]


@dataclass(frozen=True)
class Beside:
    """What came with the file: who brought it, and where its pictures are by their files' names."""

    by: str
    pictures: Mapping[str, str]


def products_of(rows: Sequence[Row]) -> list[Thing]:
    """Rows with one title after each other are the articles of one product."""
    found: list[Thing] = []
    for number, row in enumerate(rows, start=2):
        if found and found[-1].name == row["商品名称"]:
            found[-1] = replace(found[-1], rows=(*found[-1].rows, row))
        else:
            found.append(Thing(number, row["商品名称"], (row,)))
    return found


def needs_of(things: Sequence[Thing]) -> list[str]:
    """Setting stock takes the permission for it."""
    return ["stock.edit"] if any(row.get(STOCK) for thing in things for row in thing.rows) else []


def check_import(thing: Thing, beside: Beside) -> None:
    """Raises ``Invalid`` with what is wrong with the rows; changes nothing."""
    product = _draft(thing, beside)
    demand_pictures(picture_keys(product.picture_urls, public_url=config().public_url), field=PICTURES)


def import_product(thing: Thing, beside: Beside, key: str) -> Product:
    """The product of these rows, off the shelf, then the stock of each article that was never set.

    Doing it again finds the product and goes on with what stock is missing; what somebody counted
    meanwhile stays as it is.
    """
    product_id = derived_id("PR", key)
    product = catalog.find(product_id) or add_product(replace(_draft(thing, beside), product_id=product_id))
    known = inventory.load_many(sku.sku_id for sku in product.skus)
    for sku, row in zip(product.skus, thing.rows, strict=False):
        held = known.get(sku.sku_id)
        if row.get(STOCK) and (held is None or held.version == 0):
            many = _whole(row, STOCK)
            set_stock(Count(product_id, sku.sku_id, many, 0, 0, by=beside.by, reason="从文件导入", key=key))
    return product


def first_problem(wrong: ValidationError) -> str:
    """The first of what pydantic found, in words."""
    return field_message(wrong.errors(include_url=False, include_input=False)[0])  # type: ignore[arg-type]


def _draft(thing: Thing, beside: Beside) -> Product:
    """The product as it would be; it waits off the shelf."""
    first = thing.rows[0]
    category = next((one for one in catalog.categories() if one.name == first["分类"]), None)
    if category is None:
        raise Invalid(f"没有“{first['分类']}”这个分类，请先添加，或改成已有的分类名称。")
    for row in thing.rows:
        if _whole(row, STOCK) > _MOST_STOCK:
            raise Invalid(f"“{STOCK}”最多 {_MOST_STOCK}。")
    whole = _valid(
        {
            "title": thing.name,
            "subtitle": first["副标题"],
            "category_id": category.category_id,
            "picture_urls": [_address(one, beside) for one in _BETWEEN.split(first.get(PICTURES, "")) if one],
            "freight_template_id": _template(first.get(FREIGHT, "")),
            "skus": [_sku(row) for row in thing.rows],
        }
    )
    product = Product(
        product_id="",
        title=whole.title,
        subtitle=whole.subtitle,
        category_id=whole.category_id,
        picture_urls=tuple(whole.picture_urls),
        description=(),
        is_on_shelf=False,
        freight_template_id=whole.freight_template_id,
        skus=tuple(_sku_of(one) for one in whole.skus),
    )
    check_product(product, public_url=config().public_url)
    return product


def _valid(given: dict[str, Any]) -> ProductIn:
    try:
        return ProductIn.model_validate(given)
    except ValidationError as wrong:
        raise Invalid(first_problem(wrong)) from None


def _sku(row: Row) -> dict[str, Any]:
    return {
        "name": row["规格"] or "默认",
        "price_fen": _fen(row, "售价"),
        "market_price_fen": _fen(row, "划线价", is_needed=False),
        "cost_fen": _fen(row, "成本价", is_needed=False) or 0,
        "weight_g": _whole(row, "重量（克）"),
    }


def _sku_of(given: SkuIn) -> Sku:
    market = given.market_price_fen
    return Sku(
        sku_id="",
        name=given.name,
        price_fen=Fen(given.price_fen),
        market_price_fen=None if market is None else Fen(market),
        cost_fen=Fen(given.cost_fen),
        weight_g=given.weight_g,
    )


def _address(text: str, beside: Beside) -> str:
    """A picture's address as it is, or that of the uploaded file of this name."""
    if "/" in text:
        return text
    found = beside.pictures.get(text)
    if found is None:
        raise Invalid(f"没有上传图片“{text}”，请和表格一起选中它，或填写已上传图片的地址。")
    return found


def _template(name: str) -> str | None:
    if not name:
        return None
    for one in catalog.all_freight_templates():
        if one.name == name:
            return one.template_id
    raise Invalid(f"没有“{name}”这个运费模板，请先添加，或留空（包邮）。")


def _fen(row: Row, name: str, *, is_needed: bool = True) -> int | None:
    text = row[name].replace(",", "").removeprefix("¥")
    if not text and not is_needed:
        return None
    try:
        fen = Decimal(text).scaleb(2)
    except InvalidOperation:
        raise Invalid(f"“{name}”要填金额，例如 12.50。") from None
    if not fen.is_finite() or fen != fen.to_integral_value() or not 0 <= fen < 10**12:
        raise Invalid(f"“{name}”要填金额，最多两位小数。")
    return int(fen)


def _whole(row: Row, name: str) -> int:
    text = row.get(name) or "0"
    if not text.isascii() or not text.isdigit() or len(text) > 9:
        raise Invalid(f"“{name}”要填整数。")
    return int(text)
