"""Prepay, settle, close and the return of late money survive a death at every call (O2, trust A5.3)."""

from collections.abc import Callable
from contextlib import suppress

import pytest

from chalicelib.kernel.errors import DomainError
from chalicelib.orders import store as orders
from chalicelib.orders.close import close
from chalicelib.payments import store
from chalicelib.payments.jobs import close_unpaid, find_unnotified, look_at_payment, send_refunds
from chalicelib.payments.post_late_refund import post_late_refund
from chalicelib.payments.prepay import prepay
from chalicelib.payments.settle import late_refund_id, settle
from tests.crash.harness import survives
from tests.payments import shop
from tests.payments.fakes import WeChatPay
from tests.support.world import Clock


@pytest.fixture
def who(peer: WeChatPay) -> shop.People:
    shop.stock()
    return shop.people()


@pytest.fixture
def sweep(world: Clock) -> Callable[[], None]:
    """Let the scheduled functions run past the order's expiry."""

    def run() -> None:
        for _ in range(4):
            world.advance(minutes=11)
            find_unnotified()
            close_unpaid()
            send_refunds()

    return run


def test_paying(who: shop.People, peer: WeChatPay, world: Clock, sweep: Callable[[], None]) -> None:
    """Before the money: whatever dies, WeChat knows one order of one content, closed in the end."""
    order = shop.place(who)

    def act() -> None:
        prepay(who.c, order.order_id, via="mp")

    assert survives(peer, world, act, sweep=sweep) >= 10
    assert orders.load(order.order_id).status == "CLOSED"


def test_settling(who: shop.People, peer: WeChatPay, world: Clock, sweep: Callable[[], None]) -> None:
    """Invariant 6. One read, one transaction: four points, all of them harmless."""
    order = shop.place(who)
    paid = shop.bought(peer, order)
    assert survives(peer, world, lambda: settle(paid), sweep=sweep) == 4
    assert orders.load(order.order_id).status == "PAID"


def test_settling_what_only_the_sweeper_will_find(
    who: shop.People, peer: WeChatPay, world: Clock, sweep: Callable[[], None]
) -> None:
    """Invariant 7: the notice kills the process each time, and never comes again."""
    order = shop.place(who)
    shop.bought(peer, order)
    world.advance(minutes=1)
    survives(peer, world, lambda: _look(order.order_id), sweep=sweep)
    assert orders.load(order.order_id).status == "PAID"


def test_settling_late_money(
    who: shop.People, peer: WeChatPay, world: Clock, sweep: Callable[[], None]
) -> None:
    """wechat.md §6.7: booked and on its way back, once."""
    order = shop.place(who)
    paid = shop.bought(peer, order)
    close(order.order_id, reason="BUYER")
    survives(peer, world, lambda: settle(paid), sweep=sweep)
    assert list(peer.refunds) == [late_refund_id(order.order_id)]


def test_returning_late_money(
    who: shop.People, peer: WeChatPay, world: Clock, sweep: Callable[[], None]
) -> None:
    """Sent once under its fixed number, wherever the sender dies."""
    order = shop.place(who)
    paid = shop.bought(peer, order)
    close(order.order_id, reason="BUYER")
    settle(paid)
    assert survives(peer, world, lambda: _look(order.order_id), sweep=sweep) >= 6
    assert peer.calls.count("refund") >= 1 and len(peer.refunds) == 1


def test_posting_the_return_of_late_money(
    who: shop.People, peer: WeChatPay, world: Clock, sweep: Callable[[], None]
) -> None:
    """Out of the books once."""
    order = shop.place(who)
    paid = shop.bought(peer, order)
    close(order.order_id, reason="BUYER")
    settle(paid)
    _look(order.order_id)
    notice = peer.end_refund(late_refund_id(order.order_id))
    assert survives(peer, world, lambda: post_late_refund(notice), sweep=sweep) >= 4
    payment = store.find(order.order_id)
    assert payment is not None and payment.refund_status == "POSTED"


def test_closing_what_is_over(
    who: shop.People, peer: WeChatPay, world: Clock, sweep: Callable[[], None]
) -> None:
    """Closed at WeChat, closed here, stock back once."""
    order = shop.place(who)
    prepay(who.c, order.order_id, via="mp")
    world.advance(minutes=31)
    assert survives(peer, world, lambda: _look(order.order_id), sweep=sweep) >= 10
    assert orders.load(order.order_id).status == "CLOSED"


def _look(order_id: str) -> None:
    with suppress(DomainError):
        look_at_payment(order_id)
