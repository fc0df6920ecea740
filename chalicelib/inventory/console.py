"""Staff's doors: stock, its movements, and what runs low (S2)."""

from collections.abc import Sequence
from typing import Any

from chalicelib.catalog import store as catalog
from chalicelib.catalog.rules import ProductUnknown
from chalicelib.inventory import rules, store
from chalicelib.inventory.adjust_stock import Adjustment, adjust_stock
from chalicelib.inventory.rules import Stock
from chalicelib.inventory.schemas import (
    AdjustedOut,
    AdjustmentIn,
    CountIn,
    MovementOut,
    MovementsOut,
    StockAsked,
    StockOut,
    StocksOut,
)
from chalicelib.inventory.set_stock import Count, set_stock
from chalicelib.kernel.auth import staff
from chalicelib.kernel.errors import KeyReused
from chalicelib.kernel.http import Ask, Doors, Paging
from chalicelib.kernel.paging import BadCursor

doors = Doors("/console")


@doors.get("/stock", who=staff("catalog.read"), query=StockAsked, returns=StocksOut, errors=(ProductUnknown,))
def read_stock(ask: Ask[Any]) -> StocksOut:
    """The stock of every article of a product."""
    product = catalog.load(ask.query.product_id)
    found = store.load_many(sku.sku_id for sku in product.skus)
    return StocksOut(items=_shown([found[sku.sku_id] for sku in product.skus], product.product_id), next=None)


@doors.get("/low-stock", who=staff("catalog.read"), query=Paging, returns=StocksOut, errors=(BadCursor,))
def list_low_stock(ask: Ask[Any]) -> StocksOut:
    """Articles at or below their warning number."""
    found = store.low(limit=ask.query.limit, cursor=ask.query.next)
    return StocksOut(items=_shown(found.items), next=found.next)


@doors.put(
    "/stock/{sku_id}",
    who=staff("stock.edit"),
    body=CountIn,
    returns=AdjustedOut,
    errors=(ProductUnknown, rules.SkuUnknown, rules.StockMoved),
)
def count_stock(ask: Ask[CountIn]) -> AdjustedOut:
    """Set what is free to sell and the warning number, after counting."""
    given = ask.body
    count = Count(
        product_id=given.product_id,
        sku_id=ask.path["sku_id"],
        available=given.available,
        low_at=given.low_at,
        version=given.version,
        by=ask.who.id,
        reason=given.reason,
    )
    return AdjustedOut.model_validate(set_stock(count))


@doors.post(
    "/stock/{sku_id}/adjustments",
    who=staff("stock.edit"),
    body=AdjustmentIn,
    returns=AdjustedOut,
    status=201,
    takes_key=True,
    errors=(rules.NeverStocked, rules.StockOutOfRange, KeyReused),
)
def book_adjustment(ask: Ask[AdjustmentIn]) -> AdjustedOut:
    """Book goods in or out, while orders go on."""
    given = ask.body
    asked = Adjustment(ask.path["sku_id"], given.change, by=ask.who.id, reason=given.reason, key=ask.key)
    return AdjustedOut.model_validate(adjust_stock(asked))


@doors.get(
    "/stock/{sku_id}/movements",
    who=staff("catalog.read"),
    query=Paging,
    returns=MovementsOut,
    errors=(BadCursor,),
)
def list_movements(ask: Ask[Any]) -> MovementsOut:
    """Every movement of an article, last first."""
    found = store.movements(ask.path["sku_id"], limit=ask.query.limit, cursor=ask.query.next)
    return MovementsOut(items=[MovementOut.model_validate(one) for one in found.items], next=found.next)


def _shown(stocks: Sequence[Stock], of_product: str | None = None) -> list[StockOut]:
    products = catalog.load_many(of_product or one.product_id or "" for one in stocks)
    names = {sku.sku_id: sku.name for product in products.values() for sku in product.skus}
    titles = {product_id: product.title for product_id, product in products.items()}
    return [
        StockOut(
            product_id=product_id,
            title=titles.get(product_id, "（商品已删除）"),
            sku_id=one.sku_id,
            sku_name=names.get(one.sku_id, "（规格已删除）"),
            available=one.available,
            held=one.stocked - one.available,
            stocked=one.stocked,
            low_at=one.low_at,
            version=one.version,
        )
        for one in stocks
        for product_id in [of_product or one.product_id or ""]
    ]
