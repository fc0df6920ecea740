"""What staff may bring in by a file: new products, and parcels of many orders (G6, P1, O3)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from pydantic import ValidationError

from chalicelib.jobs.rules import Kind
from chalicelib.kernel.errors import Invalid
from chalicelib.orders import store as orders
from chalicelib.orders.describe import EXPRESS_COMPANIES, STATUS_TEXT
from chalicelib.orders.schemas import ShipIn
from chalicelib.orders.ship import Shipment, ship
from chalicelib.reports.import_product import (
    Beside,
    Row,
    Thing,
    check_import,
    first_problem,
    import_product,
    needs_of,
    products_of,
)

ImportName = Literal["products", "parcels"]


@dataclass(frozen=True)
class ImportList:
    """One kind of file. ``check`` and ``do`` raise ``DomainError`` with what is wrong with one thing; ``do``
    is given a key of the file's and the thing's own, and doing it again meets itself. ``needs`` is what these
    things take beyond the kind's own permission."""

    kind: Kind
    header: Sequence[str]
    things: Callable[[Sequence[Row]], list[Thing]]
    check: Callable[[Thing, Beside], object]
    do: Callable[[Thing, Beside, str], object]
    needs: Callable[[Sequence[Thing]], list[str]] = lambda things: []


def import_lists() -> dict[ImportName, ImportList]:
    """Every file, by its name at the door."""
    return _LISTS


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
        raise Invalid(f"快递单号：{first_problem(wrong)}") from None
    return Shipment(given.delivery, given.express_company, given.tracking_number)


def _check_parcel(thing: Thing, beside: Beside) -> None:
    shipment, order = _shipment(thing), orders.load(thing.name)
    is_there = any(one.tracking_number == shipment.tracking_number for one in order.parcels)
    if not is_there and not any(line.shippable_quantity for line in order.lines):
        raise Invalid(f"这个订单{STATUS_TEXT[order.status]}，没有可以发的商品。")


_LISTS: dict[ImportName, ImportList] = {
    "products": ImportList(
        Kind("IMPORT_PRODUCTS", "导入商品", "catalog.edit"),
        ("商品名称", "副标题", "分类", "规格", "售价", "划线价", "成本价", "重量（克）"),
        products_of,
        check_import,
        import_product,
        needs_of,
    ),
    "parcels": ImportList(
        Kind("IMPORT_PARCELS", "批量发货", "orders.ship"),
        ("订单号", "快递公司", "快递单号"),
        _parcels_of,
        _check_parcel,
        lambda thing, beside, key: ship(thing.name, _shipment(thing)),
    ),
}
