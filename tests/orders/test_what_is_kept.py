"""What buyers keep after the window opens the way to being a distributor, through the streams (D1)."""

import random
from dataclasses import replace
from typing import Any

import pytest

from chalicelib.distributors import jobs as distributor_jobs
from chalicelib.distributors import models
from chalicelib.distributors import store as distributors
from chalicelib.distributors.application import ConditionOpen, Kept
from chalicelib.distributors.apply import apply
from chalicelib.distributors.refold_kept import refold_kept
from chalicelib.kernel.clock import business_day
from chalicelib.kernel.jobs import deliver
from chalicelib.orders import jobs, store
from chalicelib.orders.complete import complete
from chalicelib.orders.move_refund import Slice
from chalicelib.orders.purchase_of import purchase_of
from chalicelib.orders.receive import receive
from chalicelib.orders.recount import recount
from chalicelib.orders.rules import Order
from tests.commissions.test_jobs import records
from tests.conftest import Policy
from tests.crash.story import order_of_nothing
from tests.orders.shop import Shop
from tests.support import world as support
from tests.support.world import Clock

FOLLOWERS: dict[str, list[Any]] = {
    "orders": [jobs.count_what_is_kept],
    "kept-goods": [distributor_jobs.tell_who_may_apply],
}


def deliver_all(seed: int | None = None) -> None:
    """Hand every record to the followers; with a seed twice over and shuffled."""
    for table in FOLLOWERS:
        given = records(table)
        if seed is not None:
            given = given * 2
            random.Random(seed).shuffle(given)
        for record in given:
            assert deliver(table, [record], FOLLOWERS[table]) == []


def kept(shop: Shop) -> Kept:
    return distributors.kept(shop.c, (shop.tea.product_id, shop.samples.product_id))


def wipe(*tables: type[Any]) -> None:
    for model in tables:
        for row in list(model.scan()):
            row.delete()


def goods(*names: str) -> frozenset[str]:
    return frozenset(names)


def received(shop: Shop) -> Order:
    """C has 3 teas for ¥99.99 and samples for ¥10.01."""
    return receive(shop.shipped(shop.paid()))


def completed(order: Order, world: Clock) -> Order:
    world.advance(days=8)
    return complete(store.load(order.order_id))


def may_apply_notices() -> list[str]:
    return [line for line in support.dump("inbox") if "may_apply" in line]


def test_nothing_counts_before_the_window_is_over(shop: Shop, world: Clock, policies: Policy) -> None:
    """Who pays, applies and refunds has gained nothing: paid and received do not count yet."""
    policies.put("join", mode="SPEND", spend_fen=11_000)
    order = received(shop)
    deliver_all()
    assert kept(shop) == Kept()
    with pytest.raises(ConditionOpen, match=r"再消费 ¥110\.00"):
        apply(shop.c, None)
    completed(order, world)
    deliver_all()
    assert kept(shop) == Kept(11_000, goods(shop.tea.product_id, shop.samples.product_id))  # type: ignore[arg-type]
    assert len(may_apply_notices()) == 1
    assert apply(shop.c, None).status == "APPROVED"


def test_what_went_back_does_not_count(shop: Shop, world: Clock, policies: Policy) -> None:
    """D1: netted. The samples went back within the window, two teas by staff long after it."""
    policies.put("join", mode="PRODUCT", product_ids=[shop.samples.product_id])
    order = received(shop)
    shop.pay_back(shop.ask(order, Slice(2, 1)))
    completed(order, world)
    deliver_all()
    assert kept(shop) == Kept(9_999, goods(shop.tea.product_id))  # type: ignore[arg-type]
    with pytest.raises(ConditionOpen):
        apply(shop.c, None)
    shop.pay_back(shop.ask(store.load(order.order_id), Slice(1, 2), key="refund-0002", by="ST1"))
    deliver_all()
    assert kept(shop) == Kept(3_333, goods(shop.tea.product_id))  # type: ignore[arg-type]
    assert not may_apply_notices()


def test_a_line_that_cost_nothing_is_no_purchase(shop: Shop, world: Clock, policies: Policy) -> None:
    """Goods paid by coupon alone open no way."""
    policies.put("points", max_share_bps=10_000)
    free = store.load(order_of_nothing(shop))
    kept_of = purchase_of(replace(free, completed_at=free.placed_at))
    assert kept_of is not None and (kept_of.kept_fen, kept_of.units) == (0, {})


@pytest.mark.parametrize("seed", range(4))
def test_any_order_of_the_changes_ends_in_the_same_sums(shop: Shop, world: Clock, seed: int) -> None:
    """Invariant 22: delivered twice and shuffled; and a rebuild from the orders ends there, too."""
    order = completed(received(shop), world)
    shop.pay_back(shop.ask(order, Slice(1, 1), by="ST1"))
    deliver_all(seed)
    assert kept(shop).spent_fen == 7_667
    seen = sums(shop.c)
    wipe(models.PurchaseRow, models.KeptRow)
    recount(business_day(order.placed_at))
    assert sums(shop.c) == seen
    refold_kept(shop.c)
    assert sums(shop.c) == seen


def test_spoilt_sums_are_folded_again(shop: Shop, world: Clock) -> None:
    completed(received(shop), world)
    deliver_all()
    seen = sums(shop.c)
    wipe(models.KeptRow)
    refold_kept(shop.c)
    assert sums(shop.c) == seen
    refold_kept(shop.a)
    assert sums(shop.c) == seen


def sums(member_id: str) -> list[tuple[str, int, int]]:
    found = distributors.kept_sums(member_id).values()
    return sorted((one.product_id, one.kept_fen, one.units) for one in found)
