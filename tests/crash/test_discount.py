"""Orders with coupon and points survive a death at every call (invariants 18, 19, 22)."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from chalicelib.commissions import store as commissions
from chalicelib.distributors import store as distributors
from chalicelib.kernel.clock import now
from chalicelib.kernel.dynamo import commit
from chalicelib.kernel.money import Fen
from chalicelib.marketing import store as marketing
from chalicelib.marketing.claim_coupon import claim_coupon
from chalicelib.marketing.end_due import end_due
from chalicelib.orders import store as orders
from chalicelib.orders.close import close
from chalicelib.orders.move_refund import Slice
from chalicelib.orders.redeem import Redeem
from chalicelib.orders.reserve_refund import reserve_refund
from chalicelib.orders.rules import Order
from chalicelib.payments.jobs import close_unpaid, find_unnotified, send_refunds
from chalicelib.payments.post_refund import post_refund
from chalicelib.payments.send_refund import send_refund
from chalicelib.payments.settle_free import settle_free
from chalicelib.wallet import store as wallet
from tests.crash.harness import survives
from tests.crash.street import Street
from tests.marketing import campaigns
from tests.orders.shop import Shop, open_shop
from tests.support.world import Clock


@pytest.fixture
def shop(peer: Street, world: Clock) -> Shop:
    """C has a hundred points and a coupon of twenty yuan."""
    made = open_shop(peer)
    campaigns.points(made.c, 100)
    campaigns.coupon(made.c)
    return made


@pytest.fixture
def coupon_id(shop: Shop) -> str:
    return marketing.usable_coupons(shop.c, now(), 1)[0].coupon_id


@pytest.fixture
def sweep(world: Clock) -> Callable[[], None]:
    """Let the scheduled functions run past the order's expiry."""

    def run() -> None:
        for _ in range(3):
            world.advance(minutes=11)
            find_unnotified()
            close_unpaid()
            send_refunds()

    return run


def placed(shop: Shop, coupon_id: str) -> Order:
    """C's order, by a process that knows no levels and plans yet, so that each run makes the same calls."""
    distributors.forget_levels()
    commissions.forget_plans()
    return shop.place(redeem=Redeem(coupon_id, 30), expected_total_fen=7_200)


def test_placing(shop: Shop, coupon_id: str, peer: Street, world: Clock, sweep: Callable[[], None]) -> None:
    """Wherever it died, the order is there once or not at all, and the sweep gives everything back."""
    assert survives(peer, world, lambda: placed(shop, coupon_id), sweep=sweep) >= 10
    assert wallet.find_points(shop.c).available == 100
    assert marketing.load_coupon(shop.c, coupon_id).status == "UNUSED"


def test_closing(shop: Shop, coupon_id: str, peer: Street, world: Clock, sweep: Callable[[], None]) -> None:
    """Back once, whoever closes it how often."""
    order = placed(shop, coupon_id)
    assert survives(peer, world, lambda: close(order.order_id), sweep=sweep) >= 6
    assert wallet.find_points(shop.c).available == 100


def test_refunding(shop: Shop, coupon_id: str, peer: Street, world: Clock, sweep: Callable[[], None]) -> None:
    """The last refund: money, clawback, points and coupon in one commit."""
    order = shop.pay(placed(shop, coupon_id))
    refund = shop.ask(order, Slice(1, 3), Slice(2, 1))
    reserve_refund(refund.refund_id)
    send_refund(refund.refund_id)
    notice = peer.end_refund(refund.refund_id)
    assert survives(peer, world, lambda: post_refund(notice), sweep=sweep) >= 8
    assert orders.load(order.order_id).status == "CLOSED"
    assert wallet.find_points(shop.c).available == 100
    assert marketing.load_coupon(shop.c, coupon_id).status == "UNUSED"


def test_settling_an_order_of_nothing(
    shop: Shop, coupon_id: str, peer: Street, world: Clock, sweep: Callable[[], None]
) -> None:
    """One read and one transaction, like any payment."""
    order = placed(shop, coupon_id)
    _make_free(order.order_id)
    assert survives(peer, world, lambda: settle_free(order.order_id), sweep=sweep) == 4
    assert orders.load(order.order_id).status == "PAID"


def test_claiming(shop: Shop, peer: Street, world: Clock) -> None:
    """One key is one coupon, and the stock knows it."""
    made = campaigns.campaign(key="campaign-2", quantity=10, days=2)
    act = lambda: claim_coupon(shop.b, made.template_id, key="key-0001")  # noqa: E731
    assert survives(peer, world, act, sweep=end_due) >= 8
    assert sum(marketing.left(made.template_id).values()) == 9


def _make_free(order_id: str) -> None:
    """The same order, its coupon having paid everything."""
    before = orders.load(order_id)
    lines = tuple(
        replace(one, paid_fen=Fen(0), discount_fen=one.goods_fen, coupon_fen=one.goods_fen, points_fen=Fen(0))
        for one in before.lines
    )
    free = replace(before, lines=lines, freight_fen=Fen(0), total_fen=Fen(0), version=before.version + 1)
    commit(orders.replace_order(before, free))
