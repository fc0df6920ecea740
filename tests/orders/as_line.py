"""A placed order's line as the file of orders to simulate has it."""

from dataclasses import asdict
from typing import Any

from chalicelib.catalog import store as catalog
from chalicelib.orders.rules import OrderLine


def as_line(line: OrderLine) -> dict[str, Any]:
    """What was bought, for how much, and what the shop says of promoting it."""
    product = catalog.load(line.product_id)
    sku = next(one for one in product.skus if one.sku_id == line.sku_id)
    return {
        "product_id": line.product_id,
        "sku_id": line.sku_id,
        "title": line.title,
        "category_id": product.category_id,
        "quantity": line.quantity,
        "paid_fen": line.paid_fen,
        "list_fen": sku.price_fen * line.quantity,
        "cost_fen": line.cost_fen * line.quantity,
        "promotion": asdict(product.promotion),
        "sku_promotion": asdict(sku.promotion) if sku.promotion else None,
    }
