"""Coupons and gifts survive a death at every call: given once, counted once (A1, A3; invariant 18)."""

from datetime import timedelta

import pytest

from chalicelib.kernel import clock
from chalicelib.marketing import store
from chalicelib.marketing.allot_coupons import allot_coupons
from chalicelib.marketing.change_campaign import change_campaign
from chalicelib.marketing.change_gift import change_gift
from chalicelib.marketing.claim_by_code import claim_by_code
from chalicelib.marketing.claim_coupon import claim_coupon
from chalicelib.marketing.claim_gift import claim_gift
from chalicelib.marketing.end_due import end_due
from chalicelib.marketing.exchange_points import exchange_points
from chalicelib.marketing.hand_on import hand_on
from chalicelib.marketing.rules import Allotment
from chalicelib.marketing.save_campaign import save_campaign
from chalicelib.marketing.save_gift import save_gift
from chalicelib.marketing.send_coupons import send_coupons
from chalicelib.marketing.ship_gift import ship_gift
from chalicelib.orders import store as orders
from chalicelib.orders.cancel import cancel
from chalicelib.orders.place import place
from chalicelib.orders.redeem import Redeem
from chalicelib.payments.settle_free import settle_free
from chalicelib.wallet import store as wallet
from tests.conftest import Policy
from tests.crash.harness import Act, Case, Cases, assert_killed, is_whole, kills, survives
from tests.crash.story import give_gift, order_of_nothing
from tests.crash.street import Street
from tests.marketing import campaigns
from tests.orders.shop import HOME, Shop
from tests.support.world import Clock

REDEEMED = 5
"""Points that pay a part."""


def _allotted(shop: Shop, template_id: str) -> Allotment:
    ends_at = clock.now() + timedelta(days=3)
    return allot_coupons(template_id, shop.b, 3, ends_at=ends_at, by="ST1", key="allot-1")


by_key = Cases()


@by_key.of(save_campaign)
def making_a_campaign(shop: Shop) -> Act:
    return campaigns.campaign


@by_key.of(save_gift)
def making_a_gift(shop: Shop) -> Act:
    return campaigns.gift


@by_key.of(claim_coupon)
def claiming_a_coupon(shop: Shop) -> Act:
    made = campaigns.campaign(limit=2)
    return lambda: claim_coupon(shop.c, made.template_id, key="claim-0001")


@by_key.of(allot_coupons)
def allotting_coupons(shop: Shop) -> Act:
    made, ends_at = campaigns.campaign(), clock.now() + timedelta(days=3)
    return lambda: allot_coupons(made.template_id, shop.b, 3, ends_at=ends_at, by="ST1", key="allot-1")


@by_key.of(claim_by_code)
def claiming_by_code(shop: Shop) -> Act:
    code = _allotted(shop, campaigns.campaign(limit=2).template_id).code
    return lambda: claim_by_code(shop.c, code)


@by_key.of(send_coupons)
def sending_coupons(shop: Shop) -> Act:
    """A commit for each member; the same key goes on."""
    made = campaigns.campaign()
    return lambda: send_coupons(made.template_id, [shop.a, shop.c], by="ST1", key="send-1")


@by_key.of(hand_on)
def handing_a_coupon_on(shop: Shop) -> Act:
    made = campaigns.campaign()
    send_coupons(made.template_id, [shop.b], by="ST1", key="send-1")
    (own,) = store.coupons_of(shop.b, "UNUSED", limit=5, cursor=None).items
    return lambda: hand_on(shop.b, own.coupon_id)


@by_key.of(claim_gift)
def claiming_a_gift(shop: Shop) -> Act:
    claim_id = give_gift(shop.c)
    return lambda: claim_gift(shop.c, claim_id, HOME)


@by_key.of(ship_gift)
def sending_a_gift(shop: Shop) -> Act:
    claim_id = give_gift(shop.c)
    claim_gift(shop.c, claim_id, HOME)
    return lambda: ship_gift(shop.c, claim_id, company="SF", tracking_number="SF1")


@by_key.of(end_due)
def telling_of_what_ends_soon(shop: Shop) -> Act:
    """The notice and the mark are two commits; told once all the same (N2)."""
    campaigns.coupon(shop.c, days=1)
    return end_due


@pytest.mark.parametrize("case", by_key, ids=lambda case: case.name)
def test_what_is_repeated_happens_once(case: Case, shop: Shop, peer: Street, world: Clock) -> None:
    """The coupon, its stock and its count are one commit, and the same key finds it."""
    survives(peer, world, case.prepare(shop), money_commits=0)
    assert_killed(case.verbs)


@kills(exchange_points)
def test_exchanging_points(shop: Shop, peer: Street, world: Clock) -> None:
    """Points and coupon are one commit, and the same key finds it (W6)."""
    campaigns.points(shop.c, 100)
    made = campaigns.campaign(limit=2, points_price=30)
    survives(peer, world, lambda: exchange_points(shop.c, made.template_id, key="exchange-1"))
    assert wallet.find_points(shop.c).available == 70


@kills(change_campaign)
def test_changing_a_campaign(shop: Shop, peer: Street, world: Clock) -> None:
    made = campaigns.campaign()

    def change() -> None:
        change_campaign(
            made.template_id, version=1, status="ACTIVE", quantity=200, limit_per_member=2, is_claimable=True
        )

    is_whole(peer, world, change)


@kills(change_gift)
def test_changing_a_gift(shop: Shop, peer: Street, world: Clock) -> None:
    made = campaigns.gift()
    is_whole(peer, world, lambda: change_gift(made.gift_id, version=1, quantity=20, status="ACTIVE"))


@kills(place)
def test_placing_with_coupon_and_points(shop: Shop, peer: Street, world: Clock) -> None:
    """O1: stock, coupon and points are held with the order, in one commit."""
    coupon = campaigns.coupon(shop.c)
    campaigns.points(shop.c, 100)
    survives(peer, world, lambda: shop.place(redeem=Redeem(coupon.coupon_id, REDEEMED)))
    assert wallet.find_points(shop.c).available == 100 - REDEEMED


@kills(cancel)
def test_what_paid_comes_back_once(shop: Shop, peer: Street, world: Clock) -> None:
    """Invariants 18, 19, 21: coupon, points and stock, when the order dies."""
    coupon = campaigns.coupon(shop.c)
    campaigns.points(shop.c, 100)
    order = shop.place(redeem=Redeem(coupon.coupon_id, REDEEMED))
    survives(peer, world, lambda: cancel(orders.load(order.order_id), reason="BUYER"))
    assert wallet.find_points(shop.c).available == 100
    assert store.load_coupon(shop.c, coupon.coupon_id).status == "UNUSED"
    assert shop.left(shop.tea) == 10


@kills(settle_free)
def test_paying_nothing(shop: Shop, peer: Street, world: Clock, policies: Policy) -> None:
    """Invariant 6 without WeChat: an order that coupon and points have paid."""
    policies.put("points", max_share_bps=10_000)
    order = order_of_nothing(shop)
    survives(peer, world, lambda: settle_free(order), money_commits=1)
    assert orders.load(order).status == "PAID"
