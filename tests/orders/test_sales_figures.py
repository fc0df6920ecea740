"""An order's life reaches the sales figures of its buyer and uplines through the streams (D2, R5, R8)."""

import json
import random
from dataclasses import replace
from typing import Any

import pytest

from chalicelib.commissions.rules import OUTSIDE, Payee, Terms
from chalicelib.kernel.jobs import Change, deliver
from chalicelib.orders import jobs, store
from chalicelib.orders.move_refund import Slice
from chalicelib.orders.recount import recount
from chalicelib.orders.sale_events import sale_events
from chalicelib.standing import store as standing
from chalicelib.standing.rebuild import rebuild
from chalicelib.standing.rules import facts_of
from tests.commissions.test_jobs import records
from tests.orders import build
from tests.orders.shop import Shop
from tests.support import world as support
from tests.support.world import Clock

FOLLOWERS: dict[str, list[Any]] = {"orders": [jobs.count_order], "refunds": [jobs.count_refund]}


def deliver_all(seed: int | None = None) -> None:
    """Hand every record to the followers; with a seed twice over and shuffled."""
    given = [(table, record) for table in FOLLOWERS for record in records(table)]
    if seed is not None:
        given = given * 2
        random.Random(seed).shuffle(given)
    for table, record in given:
        assert deliver(table, [record], FOLLOWERS[table]) == []


def figures(member_id: str, scope: str = "ALL") -> tuple[int, int, int, int, int]:
    one = standing.metrics(member_id, scope)
    return one.own_sales_fen, one.team_sales_fen, one.direct_buyers, one.orders, one.own_spend_fen


@pytest.fixture
def sold(shop: Shop, world: Clock) -> Shop:
    """C's order of ¥110 of goods; one third of line 1 is refunded in December."""
    order = shop.paid()
    world.advance(days=10)
    shop.pay_back(shop.ask(order, Slice(1, 1)))
    return shop


def test_goods_paid_count_without_freight_and_refunds_are_netted(sold: Shop) -> None:
    deliver_all()
    assert figures(sold.b) == (7_667, 7_667, 1, 1, 0)
    assert figures(sold.b, "M2026-11") == (11_000, 11_000, 1, 1, 0)
    assert figures(sold.b, "M2026-12") == (-3_333, -3_333, 0, 0, 0)
    assert figures(sold.a) == (0, 7_667, 0, 0, 0)
    assert figures(sold.c) == (7_667, 0, 0, 1, 7_667)


def test_an_order_that_went_back_whole_is_no_order_and_no_buyer(sold: Shop, world: Clock) -> None:
    world.advance(minutes=2)  # WeChat refunds one payment once a minute
    order = store.load(store.of_buyer(sold.c, None, limit=1, cursor=None).items[0].order_id)
    sold.pay_back(sold.ask(order, Slice(1, 2), Slice(2, 1), key="refund-0002"))
    assert store.load(order.order_id).close_reason == "REFUNDED"
    deliver_all()
    assert figures(sold.b) == figures(sold.a) == figures(sold.c) == (0, 0, 0, 0, 0)


@pytest.mark.parametrize("seed", range(2))
def test_replays_in_any_order_add_nothing(sold: Shop, seed: int) -> None:
    """Invariant 22."""
    deliver_all(seed)
    assert figures(sold.b) == (7_667, 7_667, 1, 1, 0)


def test_an_unpaid_order_counts_for_nobody(shop: Shop) -> None:
    shop.place()
    deliver_all()
    assert support.dump("metrics") == []


def test_what_the_stream_lost_is_counted_again_from_the_orders(sold: Shop, world: Clock) -> None:
    """The script's way: facts from orders and refunds of these days, then the figures from the facts."""
    deliver_all()
    expected = {name: support.dump(name) for name in ("metrics", "metric-facts", "metric-buyers")}
    deliver_nothing_of(expected)
    members = recount(support.START.date())
    assert members == {sold.a, sold.b, sold.c}
    for member_id in members:
        rebuild(member_id)
    assert {name: support.dump(name) for name in expected} == expected


def deliver_nothing_of(tables: dict[str, list[str]]) -> None:
    """As if the stream had never told anything: the projection is gone."""
    from moto.dynamodb.models import dynamodb_backends

    (account,) = dynamodb_backends
    for short in tables:
        dynamodb_backends[account]["cn-north-1"].tables[f"fenxiao-test-{short}"].items.clear()
        assert support.dump(short) == []


def test_an_order_from_before_chains_were_kept_counts_for_its_payees(shop: Shop) -> None:
    order = shop.paid()
    (line,) = support.dump("orders")
    image = json.loads(line)
    del image["chain"]
    jobs.count_order(Change("orders", "e1", None, image))
    assert figures(shop.b)[0] == sum(one.paid_fen for one in order.lines)


def test_who_is_paid_for_no_place_above_the_buyer_has_not_sold_to_them() -> None:
    """R5: a buyer without uplines is in nobody's team, though a sharer and a region's holder earn by them."""
    payees = tuple(Payee(name, OUTSIDE, "normal", "R0") for name in ("MESHARER", "MEHOLDER"))
    terms = Terms("PL1", 1, "", 3_000, payees, ())
    for event in sale_events(replace(build.order(), terms=terms)):
        assert event.chain == ()
        assert [(fact.member_id, fact.level) for fact in facts_of(event)] == [("ME1", 0)]
