"""What staff may bring in by a file: new products, and parcels of many orders (G6, P1, O3)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation
from typing import Literal

from pydantic import ValidationError

from chalicelib.catalog import store as catalog
from chalicelib.catalog.add_product import add_product
from chalicelib.catalog.check_product import check_product
from chalicelib.catalog.rules import Product, Sku
from chalicelib.catalog.schemas import ProductIn
from chalicelib.jobs.rules import Kind
from chalicelib.kernel.config import config
from chalicelib.kernel.errors import Invalid
from chalicelib.kernel.ids import derived_id
from chalicelib.kernel.money import Fen
from chalicelib.kernel.wording import field_message
from chalicelib.orders import store as orders
from chalicelib.orders.describe import EXPRESS_COMPANIES, STATUS_TEXT
from chalicelib.orders.schemas import ShipIn
from chalicelib.orders.ship import Shipment, ship

ImportName = Literal["products", "parcels"]
Row = dict[str, str]


@dataclass(frozen=True)
class Thing:
    """Rows that belong together, the first one's number as people see it in the file, and a name."""

    number: int
    name: str
    rows: Sequence[Row]


@dataclass(frozen=True)
class ImportList:
    """One kind of file. ``check`` and ``do`` raise ``DomainError`` with what is wrong with one thing; ``do``
    is given a key of the file's and the thing's own, and doing it again meets itself."""

    kind: Kind
    header: Sequence[str]
    things: Callable[[Sequence[Row]], list[Thing]]
    check: Callable[[Thing], object]
    do: Callable[[Thing, str], object]


def import_lists() -> dict[ImportName, ImportList]:
    """Every file, by its name at the door."""
    return _LISTS


def _products_of(rows: Sequence[Row]) -> list[Thing]:
    """Rows with one title after each other are the articles of one product."""
    found: list[Thing] = []
    for number, row in enumerate(rows, start=2):
        if found and found[-1].name == row["商品名称"]:
            found[-1] = replace(found[-1], rows=(*found[-1].rows, row))
        else:
            found.append(Thing(number, row["商品名称"], (row,)))
    return found


def _draft(thing: Thing) -> Product:
    """The product as it would be; it has no pictures yet and waits off the shelf."""
    first = thing.rows[0]
    category = next((one for one in catalog.categories() if one.name == first["分类"]), None)
    if category is None:
        raise Invalid(f"没有“{first['分类']}”这个分类，请先添加，或改成已有的分类名称。")
    skus = [
        {
            "name": row["规格"] or "默认",
            "price_fen": _fen(row, "售价"),
            "market_price_fen": _fen(row, "划线价", is_needed=False),
            "cost_fen": _fen(row, "成本价", is_needed=False) or 0,
            "weight_g": _whole(row, "重量（克）"),
        }
        for row in thing.rows
    ]
    given = {
        "title": thing.name,
        "subtitle": first["副标题"],
        "category_id": category.category_id,
        "skus": skus,
    }
    try:
        whole = ProductIn.model_validate(given)
    except ValidationError as wrong:
        raise Invalid(_first_problem(wrong)) from None
    product = Product(
        product_id="",
        title=whole.title,
        subtitle=whole.subtitle,
        category_id=whole.category_id,
        picture_urls=(),
        description=(),
        is_on_shelf=False,
        freight_template_id=None,
        skus=tuple(_sku_of(one) for one in skus),
    )
    check_product(product, public_url=config().public_url)
    return product


def _sku_of(given: dict[str, str | int | None]) -> Sku:
    market = given["market_price_fen"]
    return Sku(
        sku_id="",
        name=str(given["name"]),
        price_fen=Fen(int(given["price_fen"] or 0)),
        market_price_fen=None if market is None else Fen(int(market)),
        cost_fen=Fen(int(given["cost_fen"] or 0)),
        weight_g=int(given["weight_g"] or 0),
    )


def _add(thing: Thing, key: str) -> Product:
    product_id = derived_id("PR", key)
    return catalog.find(product_id) or add_product(replace(_draft(thing), product_id=product_id))


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
    text = row[name] or "0"
    if not text.isascii() or not text.isdigit() or len(text) > 9:
        raise Invalid(f"“{name}”要填整数。")
    return int(text)


def _parcels_of(rows: Sequence[Row]) -> list[Thing]:
    return [Thing(number, row["订单号"], (row,)) for number, row in enumerate(rows, start=2)]


def _shipment(thing: Thing) -> Shipment:
    row = thing.rows[0]
    codes = {name: code for code, name in EXPRESS_COMPANIES.items()}
    company = codes.get(row["快递公司"], row["快递公司"].upper())
    if company not in EXPRESS_COMPANIES:
        raise Invalid(f"不认识快递公司“{row['快递公司']}”，请填写例如“顺丰速运”。")
    try:
        given = ShipIn.model_validate({"express_company": company, "tracking_number": row["快递单号"]})
    except ValidationError as wrong:
        raise Invalid(f"快递单号：{_first_problem(wrong)}") from None
    return Shipment(given.delivery, given.express_company, given.tracking_number)


def _check_parcel(thing: Thing) -> None:
    shipment, order = _shipment(thing), orders.load(thing.name)
    is_there = any(one.tracking_number == shipment.tracking_number for one in order.parcels)
    if not is_there and not any(line.shippable_quantity for line in order.lines):
        raise Invalid(f"这个订单{STATUS_TEXT[order.status]}，没有可以发的商品。")


def _first_problem(wrong: ValidationError) -> str:
    return field_message(wrong.errors(include_url=False, include_input=False)[0])  # type: ignore[arg-type]


_LISTS: dict[ImportName, ImportList] = {
    "products": ImportList(
        Kind("IMPORT_PRODUCTS", "导入商品", "catalog.edit"),
        ("商品名称", "副标题", "分类", "规格", "售价", "划线价", "成本价", "重量（克）"),
        _products_of,
        _draft,
        _add,
    ),
    "parcels": ImportList(
        Kind("IMPORT_PARCELS", "批量发货", "orders.ship"),
        ("订单号", "快递公司", "快递单号"),
        _parcels_of,
        _check_parcel,
        lambda thing, key: ship(thing.name, _shipment(thing)),
    ),
}
