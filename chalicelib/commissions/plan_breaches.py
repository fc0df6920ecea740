"""Every reason not to publish a plan, against the shop as it is now (R9, R12)."""

from collections.abc import Iterator

from chalicelib.catalog import store as catalog
from chalicelib.catalog.rules import Product
from chalicelib.commissions import forms
from chalicelib.commissions.check_plan import PLAN, Shop, check_plan
from chalicelib.commissions.check_skus import check_skus
from chalicelib.commissions.kinds.facts import Person
from chalicelib.commissions.kinds.model import Breach, Known, Plan
from chalicelib.commissions.rules import Compliance
from chalicelib.distributors import store as distributors
from chalicelib.kernel import settings

_PAGE = 100
"""Articles read at a time; all on the shelf are looked at, however many there are."""


def plan_breaches(plan: Plan) -> tuple[Breach, ...]:
    """The breaches by today's levels, products, coupons and settings; none when it may be published."""
    shop = shop_of(plan)
    found = list(check_plan(plan, shop))
    found += _not_offered(plan)
    if not found:
        found += check_skus(plan, shop, _products(), forms.after_coupons())
    return tuple(found)


def shop_of(plan: Plan) -> Shop:
    """What this plan is held against."""
    levels = distributors.levels()
    named = {one for rule in plan.rules for kind in rule.kinds for one in getattr(kind, "product_ids", ())}
    coupons, gifts = forms.maker_of("COUPON"), forms.maker_of("GIFT")
    known = Known(
        frozenset(levels),
        frozenset(catalog.load_many(named)) if named else frozenset(),
        frozenset(one.category_id for one in catalog.categories()),
        coupons.known() if coupons else None,
        gifts.known() if gifts else None,
    )
    people = [Person("", one.level_id, one.name, one.rates_bps) for one in levels.values()]
    return Shop(people, settings.read(Compliance), known)


def _not_offered(plan: Plan) -> Iterator[Breach]:
    for number, rule in enumerate(plan.rules):
        for place, form in enumerate(rule.forms):
            if form.kind in ("COUPON", "GIFT") and forms.maker_of(form.kind) is None:
                reason = f"“{form.told()}”现在还不能发放。"
                yield Breach(f"rules.{number}.forms.{place}", PLAN, reason, "请先开通，或换一种形式。")


def _products() -> Iterator[Product]:
    cursor: str | None = None
    while True:
        page = catalog.listed(category=None, limit=_PAGE, cursor=cursor)
        found = catalog.load_many(card.product_id for card in page.items)
        yield from (one for one in found.values() if one.is_on_shelf)
        cursor = page.next
        if cursor is None:
            return
