"""Products to share, with what this distributor would earn on them (P2)."""

from chalicelib.catalog import store as catalog
from chalicelib.catalog.rules import Product, ProductUnknown
from chalicelib.commissions import store
from chalicelib.commissions.as_person import as_person
from chalicelib.commissions.estimate import Estimate, bounds, estimate, said
from chalicelib.commissions.explain import SOURCES
from chalicelib.commissions.kinds.facts import Person
from chalicelib.commissions.kinds.model import Plan
from chalicelib.commissions.rules import Compliance
from chalicelib.commissions.schemas import PromotableDetailOut, PromotableOut, PromotablesOut, SkuEarnOut
from chalicelib.distributors import store as distributors
from chalicelib.kernel import settings
from chalicelib.kernel.clock import now
from chalicelib.members import store as members


def promote(
    member_id: str, *, category_id: str | None = None, limit: int = 20, cursor: str | None = None
) -> PromotablesOut:
    """Products on the shelf that earn this distributor something, in the shop's order.

    A page may hold fewer than ``limit``: products that take no part are left out. Raises
    ``CategoryUnknown``.
    """
    category = catalog.load_category(category_id) if category_id else None
    page = catalog.listed(category=category, limit=limit, cursor=cursor)
    products = catalog.load_many(card.product_id for card in page.items)
    plan, promoter = store.plan_at(now()), _promoter(member_id)
    shown = []
    for card in page.items:
        product = products.get(card.product_id)
        if product is None or not product.is_on_shelf:
            continue
        estimates = _estimates(product, plan, promoter)
        if bounds(estimates)[1]:
            shown.append(_shown(product, estimates))
    return PromotablesOut(items=shown, next=page.next)


def promote_one(member_id: str, product_id: str) -> PromotableDetailOut:
    """One product on the shelf with each of its articles. Raises ``ProductUnknown``."""
    product = catalog.load(product_id)
    if not product.is_on_shelf:
        raise ProductUnknown()
    estimates = _estimates(product, store.plan_at(now()), _promoter(member_id))
    skus = [
        SkuEarnOut(
            sku_id=one.sku.sku_id,
            name=one.sku.name,
            price_fen=one.sku.price_fen,
            earn_fen=one.earn_fen,
            source=one.source,
            source_title=SOURCES[one.source],
        )
        for one in estimates
    ]
    return PromotableDetailOut(**vars(_shown(product, estimates)), skus=skus)


def _promoter(member_id: str) -> Person:
    standing = distributors.find(member_id)
    return as_person(member_id, members.find(member_id), standing)


def _estimates(product: Product, plan: Plan | None, promoter: Person) -> tuple[Estimate, ...]:
    depth = settings.read(Compliance).max_levels
    return estimate(product, plan, depth=depth, promoter=promoter, at=now())


def _shown(product: Product, estimates: tuple[Estimate, ...]) -> PromotableOut:
    low_fen, high_fen = bounds(estimates)
    return PromotableOut(
        product_id=product.product_id,
        title=product.title,
        subtitle=product.subtitle,
        picture_url=product.picture_urls[0] if product.picture_urls else None,
        price_fen=product.price_fen,
        earn_from_fen=low_fen,
        earn_to_fen=high_fen,
        earn_says=said(estimates),
    )
