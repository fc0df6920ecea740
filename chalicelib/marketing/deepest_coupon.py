"""The most that any coupon may take off one piece of an article (R12, for the publish guards)."""

from collections.abc import Callable

from chalicelib.catalog import store as catalog
from chalicelib.catalog.rules import Product
from chalicelib.kernel.clock import now
from chalicelib.kernel.money import Fen
from chalicelib.marketing import store
from chalicelib.marketing.rules import Goods, deepest


def deepest_coupon() -> Callable[[Product, int], Fen]:
    """By article and price, over every campaign whose coupons may still be used; a stopped one's live on in
    people's hands. Campaigns and categories are read here, once, however many articles are asked for."""
    at = now()
    offers = [
        one.terms for one in store.campaigns() if one.validity.ends_at is None or one.validity.ends_at > at
    ]
    above = {one.category_id: one.parent_id for one in catalog.categories()}

    def off(product: Product, price_fen: int) -> Fen:
        parent = above.get(product.category_id)
        category_ids = {product.category_id, *([parent] if parent else [])}
        return deepest(offers, Goods(product.product_id, frozenset(category_ids), Fen(price_fen)))

    return off
