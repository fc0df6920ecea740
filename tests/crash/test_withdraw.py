"""Withdrawals survive a death at every call (W3, invariants 13–16, 22, 23; trust A5.3)."""

from collections.abc import Callable
from contextlib import suppress

import pytest

from chalicelib.kernel.money import Fen
from chalicelib.wechat.pay_call import PayRefused, PayUnknown
from chalicelib.withdrawals import store
from chalicelib.withdrawals.approve import approve
from chalicelib.withdrawals.cancel import cancel
from chalicelib.withdrawals.jobs import advance, pay_out
from chalicelib.withdrawals.post import post
from chalicelib.withdrawals.reject import reject
from chalicelib.withdrawals.request import request
from chalicelib.withdrawals.rules import Outcome, Withdrawal
from tests.crash.harness import survives
from tests.payments.fakes import WeChatPay
from tests.support.world import Clock
from tests.withdrawals.people import distributor, owe


@pytest.fixture
def sweep(world: Clock) -> Callable[[], None]:
    """Let the scheduled function run for some hours."""

    def run() -> None:
        for _ in range(3):
            world.advance(minutes=70)
            pay_out()

    return run


def asked(amount_fen: int = 5_000, *, available_fen: int = 50_000) -> Withdrawal:
    return request(distributor(available_fen=available_fen), Fen(amount_fen), key="request-1")


def waiting() -> Withdrawal:
    found = asked()
    pay_out()
    return store.load(found.withdrawal_id)


def test_asking(peer: WeChatPay, world: Clock, sweep: Callable[[], None]) -> None:
    """A lost answer: the client sends the same key again."""
    member_id = distributor()
    assert survives(peer, world, lambda: request(member_id, Fen(5_000), key="request-1"), sweep=sweep) >= 6


def test_approving(peer: WeChatPay, world: Clock, sweep: Callable[[], None]) -> None:
    """One approval, then the payout runs."""
    found = asked(10_000)
    assert survives(peer, world, lambda: approve(found.withdrawal_id, "STANNA"), sweep=sweep) >= 4


def test_rejecting(peer: WeChatPay, world: Clock, sweep: Callable[[], None]) -> None:
    """With a debt that the money pays first."""
    found = asked(10_000, available_fen=10_000)
    owe(found.member_id, 4_000)
    survives(peer, world, lambda: reject(found.withdrawal_id, "STANNA", reason="资料不全"), sweep=sweep)


def test_sending(peer: WeChatPay, world: Clock, sweep: Callable[[], None]) -> None:
    """Dead before or after the attempt is noted, the call, the answer: one bill, one number."""
    found = asked()
    assert survives(peer, world, lambda: advance(found.withdrawal_id), sweep=sweep) >= 8
    assert len(peer.bills) == 1


def test_sending_what_is_refused(peer: WeChatPay, world: Clock, sweep: Callable[[], None]) -> None:
    """A definite refusal ends as RETURNED whether or not the process lives to hear it."""
    found = asked()
    peer.fail("transfer", *[PayRefused("NAME_NOT_CORRECT") for _ in range(50)])
    survives(peer, world, lambda: advance(found.withdrawal_id), sweep=sweep)


def test_sending_with_lost_answers(peer: WeChatPay, world: Clock, sweep: Callable[[], None]) -> None:
    """WeChat takes it and its answer is lost, on top of every death."""
    found = asked()
    peer.lose("transfer", PayUnknown("timeout"))

    def act() -> None:
        with suppress(PayUnknown):
            advance(found.withdrawal_id)

    survives(peer, world, act, sweep=sweep)


@pytest.mark.parametrize("state", ["SUCCESS", "FAIL", "CANCELLED"])
def test_posting_a_notice(peer: WeChatPay, world: Clock, sweep: Callable[[], None], state: str) -> None:
    """PAYOUT xor RELEASE, once."""
    sent = waiting()
    peer.end_transfer(sent.withdrawal_id, state)
    outcome = Outcome(state, amount_fen=5_000, openid="o-payee")
    assert survives(peer, world, lambda: post(sent.withdrawal_id, outcome), sweep=sweep) >= 4


@pytest.mark.parametrize("state", ["SUCCESS", "FAIL"])
def test_finding_an_end_that_was_never_notified(
    peer: WeChatPay, world: Clock, sweep: Callable[[], None], state: str
) -> None:
    """The sweeper's own walk: ask, then post."""
    sent = waiting()
    peer.end_transfer(sent.withdrawal_id, state)
    world.advance(minutes=31)
    survives(peer, world, lambda: advance(sent.withdrawal_id), sweep=sweep)


def test_cancelling_before_it_is_sent(peer: WeChatPay, world: Clock, sweep: Callable[[], None]) -> None:
    """Cancelled once; the payout that runs beside it sends nothing."""
    found = asked()
    survives(peer, world, lambda: cancel(found.member_id, found.withdrawal_id), sweep=sweep)
    assert peer.bills == {}


def test_calling_a_waiting_transfer_back(peer: WeChatPay, world: Clock, sweep: Callable[[], None]) -> None:
    """CANCELING here, CANCELING at WeChat; the money stays frozen until WeChat says CANCELLED."""
    sent = waiting()
    survives(peer, world, lambda: cancel(sent.member_id, sent.withdrawal_id), sweep=sweep)
    assert store.load(sent.withdrawal_id).status == "CANCELING"
