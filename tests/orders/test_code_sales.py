"""Orders and sales by the code they came by, refunds netted, each event once (I5)."""

from datetime import timedelta

import pytest

from chalicelib.invites import store as invites
from chalicelib.invites.came_by import came_by
from chalicelib.invites.count_row import CodeStats
from chalicelib.invites.make_code import make_code
from chalicelib.invites.record_scan import record_scan
from chalicelib.kernel.dynamo import commit
from chalicelib.kernel.money import Fen
from chalicelib.members import store as members
from chalicelib.members.rules import new_member
from chalicelib.orders import store
from chalicelib.orders.code_sale import code_sale
from chalicelib.orders.move_refund import Slice
from chalicelib.orders.sale_events import sale_events
from scripts.local.rebuild_all import rebuild_all
from tests.conftest import Policy
from tests.orders.shop import Shop
from tests.orders.test_sales_figures import deliver_all
from tests.support import world as support
from tests.support.world import Clock

BOUND_BY = "TESTCODE"
"""The code that brought C to B in the shop of these tests."""


def brought(code: str) -> tuple[int, int]:
    stats = invites.stats_of([code])[code]
    return stats.orders, stats.sales_fen


@pytest.mark.parametrize("seed", [None, 0, 1])
def test_goods_paid_count_for_the_code_that_bound_the_buyer(
    shop: Shop, world: Clock, seed: int | None
) -> None:
    """¥110 of goods without freight, a third of line 1 refunded; replays add nothing."""
    order = shop.paid()
    world.advance(days=10)
    shop.pay_back(shop.ask(order, Slice(1, 1)))
    deliver_all(seed)
    assert brought(BOUND_BY) == (1, 7_667)


def test_an_order_that_went_back_whole_is_no_order(shop: Shop, world: Clock) -> None:
    order = shop.paid()
    shop.pay_back(shop.ask(order, Slice(1, 3), Slice(2, 1)))
    assert store.load(order.order_id).close_reason == "REFUNDED"
    deliver_all()
    assert brought(BOUND_BY) == (0, 0)


def test_a_link_that_brought_the_purchase_comes_before_the_binding(shop: Shop) -> None:
    """R2, I2: A's link counts, B's binding does not; a dead code leaves the binding's."""
    link = make_code(shop.a, channel="朋友圈").code
    shop.pay(shop.place(share_code=link.lower()))
    shop.pay(shop.place(key="order-0002", share_code="NOSUCH00"))
    deliver_all()
    assert brought(link)[0] == 1
    assert brought(BOUND_BY)[0] == 1
    assert brought(link)[1] == brought(BOUND_BY)[1] == 11_000


def test_an_order_not_paid_counts_for_no_code(shop: Shop) -> None:
    shop.place()
    deliver_all()
    assert brought(BOUND_BY) == (0, 0)


class TestCameBy:
    def test_nobodys_buyer_came_by_none(self, world: Clock) -> None:
        buyer = new_member("MBX", support.START)
        assert came_by(buyer, None, world.now(), share_code=None, sharer_id=None) is None
        assert came_by(buyer, None, world.now(), share_code="OWNCODE0", sharer_id=None) is None

    def test_a_purchase_that_binds_came_by_the_scan_that_waits(
        self, shop: Shop, world: Clock, policies: Policy
    ) -> None:
        """I3: the inviter frozen on the order is not yet the buyer's."""
        policies.put("binding", bind_at="PURCHASE")
        commit(members.put_member(new_member("MBX", world.now() - timedelta(days=3))))
        code = make_code(shop.a).code
        assert record_scan("MBX", code, source="LINK").decision == "WAITING"
        buyer = members.load("MBX")
        assert came_by(buyer, shop.a, world.now(), share_code=None, sharer_id=None) == code

    def test_whom_staff_put_below_an_inviter_came_by_none(self, shop: Shop, world: Clock) -> None:
        buyer = members.load(shop.c)
        commit(members.bind_upline(buyer, (shop.a,), at=world.now(), code=""))
        moved = members.load(shop.c)
        assert came_by(moved, shop.a, world.now(), share_code=None, sharer_id=None) is None


def test_what_the_stream_lost_is_counted_again_from_the_orders(shop: Shop, world: Clock) -> None:
    """A rebuild equals what the stream brings, and brings it where the stream brought nothing."""
    link = make_code(shop.a).code
    shop.pay(shop.place(share_code=link))
    rebuild_all(since=support.START.date(), wait=lambda: None, say=lambda line: None)
    assert brought(link) == (1, 11_000)
    deliver_all()  # the stream tells it once more: the count is doubled, and mended
    (order,) = store.of_buyer(shop.c, None, limit=9, cursor=None).items
    stats = CodeStats(link)
    for event in sale_events(order):
        stats = code_sale(stats, event)
    assert stats == CodeStats(link, orders=1, sales_fen=Fen(11_000))
    rebuild_all(since=support.START.date(), wait=lambda: None, say=lambda line: None)
    assert brought(link) == (1, 11_000)
