"""Prepay, settle, close and the return of late money survive a death at every call (O2, trust A5.3)."""

from collections.abc import Callable
from contextlib import suppress

import pytest

from chalicelib.kernel.errors import DomainError
from chalicelib.orders import store as orders
from chalicelib.orders.close import close
from chalicelib.payments import store
from chalicelib.payments.ask_again import ask_again
from chalicelib.payments.jobs import close_unpaid, find_unnotified, look_at_payment, send_refunds
from chalicelib.payments.pay_from_balance import pay_from_balance
from chalicelib.payments.post_late_refund import post_late_refund
from chalicelib.payments.prepay import prepay
from chalicelib.payments.send_late_refund import send_late_refund
from chalicelib.payments.settle import late_refund_id, settle
from chalicelib.wallet import store as wallet
from tests.crash.harness import kills, survives
from tests.crash.street import Street
from tests.payments import shop
from tests.support.world import Clock

ROUNDS = 3


@pytest.fixture
def who(peer: Street) -> shop.People:
    shop.stock()
    return shop.people()


@pytest.fixture
def sweep(world: Clock) -> Callable[[], None]:
    """Let the scheduled functions run; three times take an order past its expiry."""

    def run() -> None:
        world.advance(minutes=11)
        find_unnotified()
        close_unpaid()
        send_refunds()

    return run


@kills(prepay)
def test_paying(who: shop.People, peer: Street, world: Clock, sweep: Callable[[], None]) -> None:
    """Before the money: whatever dies, WeChat knows one order of one content, closed in the end."""
    order = shop.place(who)

    def act() -> None:
        prepay(who.c, order.order_id, via="mp")

    assert survives(peer, world, act, sweep=sweep, rounds=ROUNDS) >= 10
    assert orders.load(order.order_id).status == "CLOSED"


@kills(settle)
def test_settling(who: shop.People, peer: Street, world: Clock, sweep: Callable[[], None]) -> None:
    """Invariant 6. One read, one transaction: four points, all of them harmless."""
    order = shop.place(who)
    paid = shop.bought(peer, order)
    assert survives(peer, world, lambda: settle(paid), sweep=sweep, rounds=ROUNDS) == 4
    assert orders.load(order.order_id).status == "PAID"


@kills(settle)
def test_settling_what_only_the_sweeper_will_find(
    who: shop.People, peer: Street, world: Clock, sweep: Callable[[], None]
) -> None:
    """Invariant 7: the notice kills the process each time, and never comes again."""
    order = shop.place(who)
    shop.bought(peer, order)
    world.advance(minutes=1)
    survives(peer, world, lambda: _look(order.order_id), sweep=sweep, rounds=ROUNDS)
    assert orders.load(order.order_id).status == "PAID"


@kills(settle)
def test_settling_late_money(who: shop.People, peer: Street, world: Clock, sweep: Callable[[], None]) -> None:
    """wechat.md §6.7: booked and on its way back, once."""
    order = shop.place(who)
    paid = shop.bought(peer, order)
    close(order.order_id, reason="BUYER")
    survives(peer, world, lambda: settle(paid), sweep=sweep, rounds=ROUNDS)
    assert list(peer.refunds) == [late_refund_id(order.order_id)]


@kills(send_late_refund)
def test_returning_late_money(
    who: shop.People, peer: Street, world: Clock, sweep: Callable[[], None]
) -> None:
    """Sent once under its fixed number, wherever the sender dies."""
    order = shop.place(who)
    paid = shop.bought(peer, order)
    close(order.order_id, reason="BUYER")
    settle(paid)
    assert survives(peer, world, lambda: _look(order.order_id), sweep=sweep, rounds=ROUNDS) >= 6
    assert peer.calls.count("refund") >= 1 and len(peer.refunds) == 1


@kills(post_late_refund)
def test_posting_the_return_of_late_money(
    who: shop.People, peer: Street, world: Clock, sweep: Callable[[], None]
) -> None:
    """Out of the books once."""
    order = shop.place(who)
    paid = shop.bought(peer, order)
    close(order.order_id, reason="BUYER")
    settle(paid)
    _look(order.order_id)
    notice = peer.end_refund(late_refund_id(order.order_id))
    assert survives(peer, world, lambda: post_late_refund(notice), sweep=sweep, rounds=ROUNDS) >= 4
    payment = store.find(order.order_id)
    assert payment is not None and payment.refund_status == "POSTED"


@kills(ask_again, close)
def test_closing_what_is_over(
    who: shop.People, peer: Street, world: Clock, sweep: Callable[[], None]
) -> None:
    """Closed at WeChat, closed here, stock back once."""
    order = shop.place(who)
    prepay(who.c, order.order_id, via="mp")
    world.advance(minutes=31)
    assert survives(peer, world, lambda: _look(order.order_id), sweep=sweep, rounds=ROUNDS) >= 10
    assert orders.load(order.order_id).status == "CLOSED"


def _look(order_id: str) -> None:
    with suppress(DomainError):
        look_at_payment(order_id)


@pytest.mark.parametrize("is_announced", [False, True])
@kills(pay_from_balance)
def test_paying_by_balance(
    who: shop.People, peer: Street, world: Clock, sweep: Callable[[], None], is_announced: bool
) -> None:
    """Decision 11: the order and the money in one commit; what was announced is closed at WeChat."""
    order = shop.place(who)
    shop.earn(who.c, 2 * shop.TOTAL_FEN)
    if is_announced:
        prepay(who.c, order.order_id, via="mp")
    survives(
        peer,
        world,
        lambda: pay_from_balance(who.c, order.order_id, key="balance-1"),
        sweep=sweep,
        rounds=ROUNDS,
    )
    assert orders.load(order.order_id).paid_by == "BALANCE"
    assert wallet.find(who.c).available_fen == shop.TOTAL_FEN
