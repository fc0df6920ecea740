"""Price a basket for a member (O1)."""

from collections.abc import Sequence

from chalicelib.catalog import store as catalog
from chalicelib.distributors import store as distributors
from chalicelib.inventory import store as inventory
from chalicelib.orders.price import Quote, Wanted, merged, price


def quote(buyer_id: str, basket: Sequence[Wanted], *, province: str | None) -> Quote:
    """What this basket costs this member now, sent to this province if one is given.

    Nothing is reserved: placing prices it afresh and compares.
    """
    wanted = merged(basket)
    products = catalog.load_many([one.product_id for one in wanted])
    standing = distributors.find(buyer_id)
    templates = {one.freight_template_id for one in products.values() if one.freight_template_id}
    return price(
        wanted,
        products,
        inventory.available([one.sku_id for one in wanted]),
        level_id=standing.level_id if standing and standing.is_active else None,
        templates=catalog.freight_templates(sorted(templates)) if province else {},
        province=province,
    )
