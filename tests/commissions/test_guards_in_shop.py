"""The guards against the real shelf, the real coupons, the real makers of rewards (R9, R12)."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from chalicelib import introductions  # noqa: F401 - who gives coupons and gifts
from chalicelib.commissions import forms, plan_breaches
from chalicelib.commissions.kinds.condition_articles import ArticlesCondition
from chalicelib.commissions.kinds.form_coupon import CouponForm
from chalicelib.commissions.kinds.how_first_match import FirstMatchHow, Option
from chalicelib.commissions.kinds.how_fixed import FixedHow
from chalicelib.marketing import store as marketing
from tests.commissions.test_guards import TEN, plan
from tests.marketing import campaigns
from tests.orders.shop import Shop, open_shop
from tests.payments.fakes import installed
from tests.support.world import Clock


@pytest.fixture
def shop(world: Clock) -> Iterator[Shop]:
    with installed() as peer:
        yield open_shop(peer)


def test_every_article_on_the_shelf_is_looked_at(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """Three articles of two products, one product a page: the last page counts like the first."""
    monkeypatch.setattr(plan_breaches, "_PAGE", 1)
    greedy = plan(replace(TEN, how=FixedHow(99_999)), cap_bps=10_000)
    found = plan_breaches.plan_breaches(greedy)
    skus = {sku.sku_id for one in (shop.tea, shop.samples) for sku in one.skus}
    assert {one.field for one in found} == {f"skus.{one}" for one in skus}


def test_campaigns_are_read_once_whatever_the_shelf_holds(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    campaigns.campaign(threshold_fen=0, off_fen=1_000)
    asked: list[str] = []
    real = marketing.campaigns
    monkeypatch.setattr(marketing, "campaigns", lambda: asked.append("") or real())
    assert forms.after_coupons()(shop.samples, shop.samples.skus[0]) == 1
    lowest = forms.after_coupons()
    for one in (shop.tea, shop.samples):
        for sku in one.skus:
            assert 0 <= lowest(one, sku) <= sku.price_fen
    assert len(asked) == 2, "once for each asking, not for each article"


def test_without_anybody_who_gives_coupons_the_price_is_the_price(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(forms, "_read_coupons", None)
    sku = shop.tea.skus[0]
    assert forms.after_coupons()(shop.tea, sku) == sku.price_fen
    monkeypatch.setattr(forms, "_read_coupons", lambda: lambda product, sku: sku.price_fen + 1)
    assert forms.after_coupons()(shop.tea, sku) == sku.price_fen, "never above it"


def test_products_that_a_choice_names_are_looked_up(shop: Shop) -> None:
    """R6: those inside FIRST_MATCH as well; what is unknown is named where it stands."""
    category = shop.tea.category_id
    options = (
        Option((ArticlesCondition((shop.tea.product_id,), (category,)),), 500),
        Option((ArticlesCondition(("PRNONE",), ("CANONE",)),), 300),
    )
    rule = replace(TEN, how=FirstMatchHow(options))
    known = plan_breaches.shop_of(plan(rule)).known
    assert known.product_ids == {shop.tea.product_id} and category in known.category_ids
    fields = {one.field for one in plan_breaches.plan_breaches(plan(rule))}
    inside = "rules.0.how.options.1.conditions.0"
    assert fields == {f"{inside}.product_ids", f"{inside}.category_ids"}


def test_a_form_that_nobody_gives_is_refused(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(forms, "_makers", {})
    rule = replace(TEN, forms=(CouponForm("CT1", 100),))
    (breach,) = plan_breaches.plan_breaches(plan(rule))
    assert (breach.field, "不能发放" in breach.reason) == ("rules.0.forms.0", True)
