"""The most that any coupon may take off one piece of an article (R12, for the publish guards)."""

from chalicelib.catalog import store as catalog
from chalicelib.catalog.rules import Product
from chalicelib.kernel.clock import now
from chalicelib.kernel.money import Fen
from chalicelib.marketing import store
from chalicelib.marketing.rules import Goods, Terms, deepest


def deepest_coupon(product: Product, price_fen: int) -> Fen:
    """Over every campaign whose coupons may still be used; a stopped one's live on in people's hands."""
    category = catalog.find_category(product.category_id)
    above = {category.parent_id} if category and category.parent_id else set()
    category_ids = frozenset({product.category_id, *above})
    return deepest(_offers_in_force(), Goods(product.product_id, category_ids, Fen(price_fen)))


def _offers_in_force() -> list[Terms]:
    at = now()
    return [
        one.terms for one in store.campaigns() if one.validity.ends_at is None or one.validity.ends_at > at
    ]
