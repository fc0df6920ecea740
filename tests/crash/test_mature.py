"""Maturing survives a death at every call: each commission once, debt first (invariants 12, 13)."""

import pytest

from chalicelib.commissions.mature import mature
from chalicelib.orders.move_refund import Slice
from chalicelib.payments.post_refund import post_refund
from chalicelib.payments.send_refund import send_refund
from chalicelib.wallet import store as wallet
from tests.crash.harness import kills, survives
from tests.crash.street import Street
from tests.payments import shop
from tests.support.world import Clock


@pytest.fixture
def who(peer: Street, world: Clock) -> shop.People:
    """An order of C whose window is over."""
    shop.stock()
    found = shop.people()
    shop.received(shop.paid_order(peer, found).order_id)
    return found


@kills(mature)
def test_maturing(who: shop.People, peer: Street, world: Clock) -> None:
    """Two payees are two commits; whoever was not reached comes with the next run."""
    world.advance(days=7, minutes=1)
    assert survives(peer, world, mature, sweep=mature, money_commits=2) >= 8
    assert [wallet.find(one).available_fen for one in (who.b, who.a)] == [1_099, 549]


@kills(mature)
def test_maturing_into_a_debt(who: shop.People, peer: Street, world: Clock) -> None:
    """A second order pays off what a refund of the first left owing."""
    world.advance(days=7, minutes=1)
    mature()
    for member_id, amount_fen in ((who.b, 1_099), (who.a, 549)):
        shop.spend(member_id, amount_fen)
    second = shop.paid_order(peer, who, "order-2")
    shop.received(second.order_id)
    _refund_first(peer, who)
    world.advance(days=7, minutes=1)
    survives(peer, world, mature, sweep=mature, money_commits=2)
    assert [(wallet.find(one).available_fen, wallet.find(one).debt_fen) for one in (who.b, who.a)] == [
        (100, 0),
        (50, 0),
    ]


def _refund_first(peer: Street, who: shop.People) -> None:
    order_id = shop.order_id(who)
    refund = shop.reserved(order_id, Slice(1, 3))
    send_refund(refund.refund_id)
    post_refund(peer.end_refund(refund.refund_id))
