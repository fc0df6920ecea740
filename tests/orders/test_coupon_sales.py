"""Statistics of campaigns follow from coupons and orders, each change once, and equal a recount (A1, 22)."""

import random
from datetime import date
from typing import Any

import pytest

from chalicelib.kernel import aws
from chalicelib.kernel.jobs import deliver
from chalicelib.marketing import jobs as marketing_jobs
from chalicelib.marketing import store as marketing
from chalicelib.marketing.end_due import end_due
from chalicelib.marketing.rules import Coupon
from chalicelib.marketing.send_coupons import send_coupons
from chalicelib.marketing.stats_of_coupon import CouponStats
from chalicelib.orders import jobs as orders_jobs
from chalicelib.orders.close import close
from chalicelib.orders.move_refund import Slice
from chalicelib.orders.redeem import Redeem
from scripts.local.rebuild_all import rebuild_all
from tests.commissions.test_jobs import records
from tests.marketing import campaigns
from tests.orders.shop import Shop
from tests.support import api
from tests.support.world import Clock

FOLLOWERS: dict[str, list[Any]] = {
    "coupons": [marketing_jobs.count_for_campaign],
    "orders": [orders_jobs.count_order],
    "refunds": [orders_jobs.count_refund],
}


@pytest.fixture
def coupon(shop: Shop) -> Coupon:
    """Twenty yuan off; C claimed it, A and B were sent one."""
    mine = campaigns.coupon(shop.c)
    send_coupons(mine.template_id, [shop.a, shop.b], by="ST1", key="send-0001")
    return mine


def deliver_all(seed: int | None = None) -> None:
    """Hand every record to the followers; with a seed twice over and shuffled."""
    given = [(table, record) for table in FOLLOWERS for record in records(table)]
    if seed is not None:
        given = given * 2
        random.Random(seed).shuffle(given)
    for table, record in given:
        assert deliver(table, [record], FOLLOWERS[table]) == []


def stats(coupon: Coupon) -> CouponStats:
    return marketing.stats_of([coupon.template_id])[coupon.template_id]


def figures(coupon: Coupon) -> dict[str, int]:
    """Those that are not zero."""
    return {name: number for name, number in stats(coupon).figures.items() if number}


def rebuilt() -> None:
    rebuild_all(since=date(2026, 11, 1), wait=lambda: None, say=lambda line: None)


@pytest.mark.parametrize("seed", [None, 0, 1])
def test_what_was_given_used_and_sold_is_counted(
    shop: Shop, world: Clock, coupon: Coupon, seed: int | None
) -> None:
    """¥110 of goods less ¥20, a third of line 1 refunded; replays and any order add nothing."""
    order = shop.pay(shop.place(redeem=Redeem(coupon.coupon_id)))
    refund = shop.ask(order, Slice(1, 1))
    shop.pay_back(refund)
    deliver_all(seed)
    back_fen = sum(line.amount_fen for line in refund.lines)
    expected = {"given": 3, "claimed": 1, "used": 1, "orders": 1, "off_fen": 2_000}
    assert figures(coupon) == expected | {"sales_fen": 9_000 - back_fen}
    world.advance(days=30)
    while end_due():
        pass
    deliver_all(seed)
    assert figures(coupon) == expected | {"sales_fen": 9_000 - back_fen, "expired": 2}


def test_what_comes_to_nothing_counts_for_nothing(shop: Shop, coupon: Coupon) -> None:
    """Cancelled before it was paid: never an order. Refunded whole: one that was returned."""
    close(shop.place(redeem=Redeem(coupon.coupon_id)).order_id, reason="BUYER")
    deliver_all()
    assert figures(coupon) == {"given": 3, "claimed": 1}
    order = shop.pay(shop.place(key="order-0002", redeem=Redeem(coupon.coupon_id)))
    shop.pay_back(shop.ask(order, Slice(1, 3), Slice(2, 1)))
    deliver_all()
    assert figures(coupon) == {"given": 3, "claimed": 1, "returned": 1}


def test_a_rebuild_says_the_same_and_mends_what_is_wrong(shop: Shop, coupon: Coupon) -> None:
    """From the coupons and orders alone; then beside what was counted; then over what was spoilt."""
    order = shop.pay(shop.place(redeem=Redeem(coupon.coupon_id)))
    shop.pay_back(shop.ask(order, Slice(1, 1)))
    rebuilt()
    from_rows = stats(coupon)
    assert from_rows.orders == 1
    aws.client("dynamodb").delete_item(
        TableName="fenxiao-test-coupon-stats", Key={"template_id": {"S": coupon.template_id}}
    )
    deliver_all()
    assert stats(coupon) == from_rows
    aws.client("dynamodb").update_item(
        TableName="fenxiao-test-coupon-stats",
        Key={"template_id": {"S": coupon.template_id}},
        UpdateExpression="SET sales_fen = :wrong, used = :wrong",
        ExpressionAttributeValues={":wrong": {"N": "77"}},
    )
    rebuilt()
    assert stats(coupon) == from_rows


def test_staff_see_it_on_the_list_and_on_the_campaign(shop: Shop, coupon: Coupon) -> None:
    """Both doors show the same figures; a campaign nobody has a coupon of shows zeros."""
    fresh = campaigns.campaign(key="campaign-2")
    shop.pay(shop.place(redeem=Redeem(coupon.coupon_id)))
    deliver_all()
    token = api.staff_token("marketing.read")
    listed = {
        one["template_id"]: one["stats"]
        for one in api.get("/console/coupon-campaigns", token=token).json["items"]
    }
    alone = api.get(f"/console/coupon-campaigns/{coupon.template_id}", token=token).json["stats"]
    assert alone == listed[coupon.template_id] == stats(coupon).figures
    assert set(listed[fresh.template_id].values()) == {0}
