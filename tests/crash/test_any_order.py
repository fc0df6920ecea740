"""Repeats and order (trust A5.4): how it ends is a function of what happened, not of who told us first.

What happened at WeChat is settled before; then its notices, our sweepers and people come in any order,
any number of times. What we refuse WeChat sends again, so in the end everything has come at least once.
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chalicelib.kernel.errors import DomainError
from chalicelib.kernel.ids import derived_id
from chalicelib.orders import store as orders
from chalicelib.orders.cancel import cancel
from chalicelib.orders.close import close
from chalicelib.orders.move_refund import Slice
from chalicelib.orders.reserve_refund import reserve_refund
from chalicelib.orders.rules import Order
from chalicelib.payments.jobs import close_unpaid, find_unnotified, send_refunds
from chalicelib.payments.post_late_refund import post_late_refund
from chalicelib.payments.post_refund import post_refund
from chalicelib.payments.send_refund import send_refund
from chalicelib.payments.settle import late_refund_id, settle
from chalicelib.wechat.pay import RefundNotice
from chalicelib.withdrawals.call_back import call_back
from chalicelib.withdrawals.cancel import cancel as cancel_withdrawal
from chalicelib.withdrawals.jobs import pay_out
from chalicelib.withdrawals.post import post
from chalicelib.withdrawals.rules import Outcome, Withdrawal
from tests.crash.books import Books, Snapshot, books, difference
from tests.crash.harness import Act
from tests.crash.street import Street
from tests.payments import shop
from tests.support import nightly
from tests.support.world import Clock
from tests.withdrawals.people import ask, distributor

sequences = settings(
    max_examples=nightly.pick(5, 300),
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


class Scene:
    """What may come, by name; ``in_turn`` is all of it in the order it is meant to come."""

    def __init__(self, peer: Street, world: Clock, events: Mapping[str, Act], in_turn: Sequence[str]) -> None:
        self.peer, self.world, self.events, self.in_turn = peer, world, events, in_turn
        self.start = Snapshot.take(peer, world)
        self.expected = self.ends([])

    def ends(self, names: Sequence[str]) -> Books:
        """The books when these came first and then everything did."""
        self.start.restore(self.peer, self.world)
        for name in (*names, *self.in_turn):
            with suppress(DomainError):
                self.events[name]()
        return books(self.peer)

    def assert_ends_alike(self, names: Sequence[str]) -> None:
        found = self.ends(names)
        assert found == self.expected, difference(found, self.expected)


def some_of(*names: str) -> st.SearchStrategy[list[str]]:
    """Any of these, in any order, as often as may be."""
    return st.lists(st.sampled_from(names), max_size=10)


def _sweepers(world: Clock) -> Act:
    def run() -> None:
        world.advance(minutes=16)
        for job in (find_unnotified, close_unpaid, send_refunds):
            job()

    return run


def _ended(peer: Street, number: str, post_it: Callable[[RefundNotice], object]) -> Act:
    """The notice of a refund, as soon as WeChat knows of it."""

    def run() -> None:
        if number in peer.refunds:
            post_it(peer.end_refund(number))

    return run


@pytest.fixture
def order(peer: Street) -> Order:
    """Paid at WeChat while it was open here, and nobody has told us."""
    shop.stock()
    made = shop.place(shop.people())
    shop.bought(peer, made)
    return made


@pytest.fixture
def refunded(order: Order, peer: Street, world: Clock) -> Scene:
    """The buyer was quicker than everybody who closes; then two units go back."""
    order_id, refund_id = order.order_id, derived_id("RF", order.order_id, "STANNA", "refund-1")

    def staff_agree() -> None:
        assert shop.ask(order_id, Slice(1, 2)).refund_id == refund_id
        reserve_refund(refund_id)

    events: dict[str, Act] = {
        "paid notice": lambda: settle(peer.paid(order_id)),
        "buyer cancels": lambda: cancel(orders.load(order_id), reason="BUYER"),
        "sweepers": _sweepers(world),
        "staff agree": staff_agree,
        "send": lambda: send_refund(refund_id),
        "refund notice": _ended(peer, refund_id, post_refund),
    }
    in_turn = ("paid notice", "staff agree", "send", "sweepers", "refund notice", "paid notice", "sweepers")
    return Scene(peer, world, events, in_turn)


@sequences
@given(names=some_of("paid notice", "buyer cancels", "sweepers", "staff agree", "send", "refund notice"))
def test_paid_cancelled_and_refunded(refunded: Scene, names: list[str]) -> None:
    """Invariants 5, 6, 8, 11. The refund's notice may come before our note that it was sent, and the paid
    notice long after both."""
    refunded.assert_ends_alike(names)


@pytest.fixture
def late(order: Order, peer: Street, world: Clock) -> Scene:
    """Closed here although WeChat took the money (wechat.md §6.7)."""
    close(order.order_id, reason="BUYER")
    order_id, number = order.order_id, late_refund_id(order.order_id)
    events: dict[str, Act] = {
        "paid notice": lambda: settle(peer.paid(order_id)),
        "buyer cancels": lambda: cancel(orders.load(order_id), reason="BUYER"),
        "sweepers": _sweepers(world),
        "refund notice": _ended(peer, number, post_late_refund),
    }
    in_turn = ("paid notice", "sweepers", "sweepers", "refund notice", "paid notice", "sweepers")
    return Scene(peer, world, events, in_turn)


@sequences
@given(names=some_of("paid notice", "buyer cancels", "sweepers", "refund notice"))
def test_money_that_came_too_late(late: Scene, names: list[str]) -> None:
    """Found by a sweeper and sent back, its refund may be told before the payment itself is."""
    late.assert_ends_alike(names)


@pytest.fixture(params=["SUCCESS", "FAIL", "CANCELLED"])
def transfer(request: pytest.FixtureRequest, peer: Street, world: Clock) -> Scene:
    """A transfer that has ended at WeChat, one way or another, and nobody has told us."""
    asked = ask(distributor())
    pay_out()
    if request.param == "CANCELLED":  # WeChat cancels for nobody but us
        cancel_withdrawal(asked.member_id, asked.withdrawal_id)
    peer.end_transfer(asked.withdrawal_id, request.param)
    outcome = Outcome(request.param, amount_fen=asked.amount_fen, openid="o-payee")

    def sweeper() -> None:
        world.advance(minutes=70)
        pay_out()

    events: dict[str, Act] = {
        "notice": lambda: post(asked.withdrawal_id, outcome),
        "member cancels": lambda: _called_back(asked),
        "sweeper": sweeper,
    }
    return Scene(peer, world, events, ("notice", "sweeper", "sweeper"))


def _called_back(asked: Withdrawal) -> None:
    """As the member's own door does it."""
    found = cancel_withdrawal(asked.member_id, asked.withdrawal_id)
    outcome = call_back(found) if found.status == "CANCELING" else None
    if outcome is not None:
        post(asked.withdrawal_id, outcome)


@sequences
@given(names=some_of("notice", "member cancels", "sweeper"))
def test_a_transfer_that_ended_while_we_cancelled(transfer: Scene, names: list[str]) -> None:
    """Invariants 15, 16: what WeChat did decides, not whether its notice, our question or the cancelling
    came first; PAYOUT or RELEASE, once."""
    transfer.assert_ends_alike(names)
