"""The most that any coupon may take off one piece of an article (R12, for the publish guards)."""

from chalicelib.kernel.clock import now
from chalicelib.kernel.money import Fen
from chalicelib.marketing import store
from chalicelib.marketing.rules import Goods, Terms, deepest


def deepest_coupon(product_id: str, category_ids: frozenset[str], price_fen: int) -> Fen:
    """Over every campaign whose coupons may still be used; a stopped one's live on in people's hands."""
    return deepest(offers_in_force(), Goods(product_id, category_ids, Fen(price_fen)))


def offers_in_force() -> list[Terms]:
    """The terms of those campaigns, read once for many articles; give them to ``rules.deepest``."""
    at = now()
    return [
        one.terms for one in store.campaigns() if one.validity.ends_at is None or one.validity.ends_at > at
    ]
