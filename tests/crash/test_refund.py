"""Refunds survive a death at every call: one refund at WeChat, one clawback (O4, invariants 8, 11)."""

from collections.abc import Callable

import pytest

from chalicelib.commissions import store as commissions
from chalicelib.commissions.mature import mature
from chalicelib.orders import store as orders
from chalicelib.orders.move_refund import Refund, Slice
from chalicelib.orders.reserve_refund import reserve_refund
from chalicelib.payments.jobs import look_at_refund, send_refunds
from chalicelib.payments.post_refund import post_refund
from chalicelib.payments.send_refund import send_refund
from chalicelib.wallet import store as wallet
from chalicelib.wechat.pay_call import PayRefused, PayUnknown
from tests.crash.harness import kills, survives
from tests.crash.street import Street
from tests.payments import shop
from tests.support.world import Clock

ROUNDS = 2


@pytest.fixture
def who(peer: Street) -> shop.People:
    shop.stock()
    return shop.people()


@pytest.fixture
def sweep(world: Clock) -> Callable[[], None]:
    """Let the scheduled function run, hours later."""

    def run() -> None:
        world.advance(minutes=125)
        send_refunds()

    return run


@pytest.fixture
def reserved(who: shop.People, peer: Street) -> Refund:
    """Two of three units of line 1, agreed to and not yet sent."""
    order = shop.paid_order(peer, who)
    return shop.reserved(order.order_id, Slice(1, 2))


@kills(reserve_refund, send_refund)
def test_agreeing(who: shop.People, peer: Street, world: Clock, sweep: Callable[[], None]) -> None:
    """Reserved and sent by the same person's click, or by the sweeper after a death."""
    order = shop.paid_order(peer, who)
    refund_id = shop.ask(order.order_id, Slice(1, 2)).refund_id

    def act() -> None:
        reserve_refund(refund_id)
        state = send_refund(refund_id)
        if state is not None:
            post_refund(state)

    assert survives(peer, world, act, sweep=sweep, rounds=ROUNDS) >= 16
    assert list(peer.refunds) == [refund_id]


@pytest.mark.parametrize("lost", [0, 1])
@kills(send_refund)
def test_sending(reserved: Refund, peer: Street, world: Clock, sweep: Callable[[], None], lost: int) -> None:
    """Dead at any point, and with WeChat's answer lost on top: one refund of one number."""
    peer.lose("refund", *[PayUnknown("timeout")] * lost)
    assert survives(peer, world, lambda: send_refund(reserved.refund_id), sweep=sweep, rounds=ROUNDS) >= 8
    assert list(peer.refunds) == [reserved.refund_id]


@kills(send_refund, post_refund)
def test_sending_what_is_refused(
    reserved: Refund, peer: Street, world: Clock, sweep: Callable[[], None]
) -> None:
    """FAILED in the end, whether or not the process lived to hear the first refusal."""
    peer.fail("refund", *[PayRefused("INVALID_REQUEST") for _ in range(50)])
    survives(peer, world, lambda: look_at_refund(reserved.refund_id), sweep=sweep, rounds=ROUNDS)
    assert orders.load_refund(reserved.refund_id).status == "FAILED"


@pytest.mark.parametrize("state", ["SUCCESS", "CLOSED"])
@kills(post_refund)
def test_posting(reserved: Refund, peer: Street, world: Clock, sweep: Callable[[], None], state: str) -> None:
    """Sums, stock, clawbacks and journal in one commit."""
    send_refund(reserved.refund_id)
    notice = peer.end_refund(reserved.refund_id, state)
    assert survives(peer, world, lambda: post_refund(notice), sweep=sweep, rounds=ROUNDS) >= 8
    clawed = sum(row.clawed_fen for row in commissions.of_order(reserved.order_id))
    assert clawed == (666 + 332 if state == "SUCCESS" else 0)


@kills(post_refund)
def test_posting_after_maturing(
    who: shop.People, peer: Street, world: Clock, sweep: Callable[[], None]
) -> None:
    """A late clawback takes available and makes a debt, once."""
    order = shop.paid_order(peer, who)
    shop.received(order.order_id)
    world.advance(days=7, minutes=1)
    mature()
    shop.spend(who.a, 500)
    refund = shop.reserved(order.order_id, Slice(1, 3))
    send_refund(refund.refund_id)
    notice = peer.end_refund(refund.refund_id)
    survives(peer, world, lambda: post_refund(notice), sweep=sweep, rounds=ROUNDS)


@kills(post_refund)
def test_finding_an_end_that_was_never_notified(
    reserved: Refund, peer: Street, world: Clock, sweep: Callable[[], None]
) -> None:
    """The sweeper asks, then posts."""
    send_refund(reserved.refund_id)
    peer.end_refund(reserved.refund_id)
    world.advance(minutes=6)
    survives(peer, world, lambda: look_at_refund(reserved.refund_id), sweep=sweep, rounds=ROUNDS)
    assert orders.load_refund(reserved.refund_id).status == "POSTED"


@kills(reserve_refund, post_refund)
def test_giving_back_to_the_balance(
    who: shop.People, peer: Street, world: Clock, sweep: Callable[[], None]
) -> None:
    """Decision 11: agreed and back by one click, or by the sweeper after a death; WeChat has no part."""
    order = shop.paid_by_balance(who)
    refund_id = shop.ask(order.order_id, Slice(1, 2)).refund_id

    def act() -> None:
        reserve_refund(refund_id)
        state = send_refund(refund_id)
        if state is not None:
            post_refund(state)

    survives(peer, world, act, sweep=sweep, rounds=ROUNDS, money_commits=2)
    assert orders.load_refund(refund_id).status == "POSTED" and not peer.refunds
    assert wallet.find(who.c).available_fen == 6_666
