"""Shoppers' door: what is left of a product (S2)."""

from typing import Any

from chalicelib.catalog import store as catalog
from chalicelib.catalog.rules import ProductUnknown
from chalicelib.inventory import store
from chalicelib.inventory.schemas import ShopStockOut, ShopStocksOut
from chalicelib.kernel.auth import anyone
from chalicelib.kernel.http import Ask, Doors

doors = Doors("/shop")


@doors.get("/products/{product_id}/stock", who=anyone, returns=ShopStocksOut, errors=(ProductUnknown,))
def read_stock(ask: Ask[Any]) -> ShopStocksOut:
    """How many of each article can be bought now."""
    product = catalog.load(ask.path["product_id"])
    if not product.is_on_shelf:
        raise ProductUnknown()
    left = store.available(sku.sku_id for sku in product.skus)
    return ShopStocksOut(
        items=[ShopStockOut(sku_id=sku.sku_id, available=left[sku.sku_id]) for sku in product.skus]
    )
