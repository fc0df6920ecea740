"""Withdrawals survive a death at every call (W3, invariants 13–16, 22, 23; trust A5.3)."""

from collections.abc import Callable
from contextlib import suppress

import pytest

from chalicelib.kernel.money import Fen
from chalicelib.wechat.pay_call import PayRefused, PayUnknown
from chalicelib.withdrawals import store
from chalicelib.withdrawals.approve import approve
from chalicelib.withdrawals.ask import ask
from chalicelib.withdrawals.call_back import call_back
from chalicelib.withdrawals.cancel import cancel
from chalicelib.withdrawals.jobs import advance, pay_out
from chalicelib.withdrawals.post import post
from chalicelib.withdrawals.reject import reject
from chalicelib.withdrawals.request import request
from chalicelib.withdrawals.rules import Outcome, Withdrawal
from chalicelib.withdrawals.send import send
from tests.crash.harness import kills, survives
from tests.crash.street import Street
from tests.support.world import Clock
from tests.withdrawals.people import distributor, owe

ROUNDS = 2


@pytest.fixture
def sweep(world: Clock) -> Callable[[], None]:
    """Let the scheduled function run, an hour later."""

    def run() -> None:
        world.advance(minutes=70)
        pay_out()

    return run


def asked(amount_fen: int = 5_000, *, available_fen: int = 50_000) -> Withdrawal:
    return request(distributor(available_fen=available_fen), Fen(amount_fen), key="request-1")


def waiting() -> Withdrawal:
    found = asked()
    pay_out()
    return store.load(found.withdrawal_id)


@kills(request)
def test_asking(peer: Street, world: Clock, sweep: Callable[[], None]) -> None:
    """A lost answer: the client sends the same key again."""
    member_id = distributor()
    assert (
        survives(
            peer, world, lambda: request(member_id, Fen(5_000), key="request-1"), sweep=sweep, rounds=ROUNDS
        )
        >= 6
    )


@kills(approve)
def test_approving(peer: Street, world: Clock, sweep: Callable[[], None]) -> None:
    """One approval, then the payout runs."""
    found = asked(10_000)
    assert (
        survives(peer, world, lambda: approve(found.withdrawal_id, "STANNA"), sweep=sweep, rounds=ROUNDS) >= 4
    )


@kills(reject)
def test_rejecting(peer: Street, world: Clock, sweep: Callable[[], None]) -> None:
    """With a debt that the money pays first."""
    found = asked(10_000, available_fen=10_000)
    owe(found.member_id, 4_000)
    survives(
        peer,
        world,
        lambda: reject(found.withdrawal_id, "STANNA", reason="资料不全"),
        sweep=sweep,
        rounds=ROUNDS,
    )


@kills(send)
def test_sending(peer: Street, world: Clock, sweep: Callable[[], None]) -> None:
    """Dead before or after the attempt is noted, the call, the answer: one bill, one number."""
    found = asked()
    assert survives(peer, world, lambda: advance(found.withdrawal_id), sweep=sweep, rounds=ROUNDS) >= 8
    assert len(peer.bills) == 1


@kills(send, post)
def test_sending_what_is_refused(peer: Street, world: Clock, sweep: Callable[[], None]) -> None:
    """A definite refusal ends as RETURNED whether or not the process lives to hear it."""
    found = asked()
    peer.fail("transfer", *[PayRefused("NAME_NOT_CORRECT") for _ in range(50)])
    survives(peer, world, lambda: advance(found.withdrawal_id), sweep=sweep, rounds=ROUNDS)


@kills(send)
def test_sending_with_lost_answers(peer: Street, world: Clock, sweep: Callable[[], None]) -> None:
    """WeChat takes it and its answer is lost, on top of every death."""
    found = asked()
    peer.lose("transfer", PayUnknown("timeout"))

    def act() -> None:
        with suppress(PayUnknown):
            advance(found.withdrawal_id)

    survives(peer, world, act, sweep=sweep, rounds=ROUNDS)


@pytest.mark.parametrize("state", ["SUCCESS", "FAIL", "CANCELLED"])
@kills(post)
def test_posting_a_notice(peer: Street, world: Clock, sweep: Callable[[], None], state: str) -> None:
    """PAYOUT xor RELEASE, once."""
    sent = waiting()
    peer.end_transfer(sent.withdrawal_id, state)
    outcome = Outcome(state, amount_fen=5_000, openid="o-payee")
    assert survives(peer, world, lambda: post(sent.withdrawal_id, outcome), sweep=sweep, rounds=ROUNDS) >= 4


@pytest.mark.parametrize("state", ["SUCCESS", "FAIL"])
@kills(post)
def test_finding_an_end_that_was_never_notified(
    peer: Street, world: Clock, sweep: Callable[[], None], state: str
) -> None:
    """The sweeper's own walk: ask, then post."""
    sent = waiting()
    peer.end_transfer(sent.withdrawal_id, state)
    world.advance(minutes=31)
    survives(peer, world, lambda: advance(sent.withdrawal_id), sweep=sweep, rounds=ROUNDS)


@kills(ask)
def test_asking_about_one_that_still_waits(peer: Street, world: Clock, sweep: Callable[[], None]) -> None:
    """Nothing to post yet; it is put off, and asked about again."""
    sent = waiting()
    world.advance(minutes=31)
    survives(peer, world, lambda: advance(sent.withdrawal_id), sweep=sweep, rounds=ROUNDS)
    assert store.load(sent.withdrawal_id).status == "WAITING"


@kills(cancel)
def test_cancelling_before_it_is_sent(peer: Street, world: Clock, sweep: Callable[[], None]) -> None:
    """Cancelled once; the payout that runs beside it sends nothing."""
    found = asked()
    survives(peer, world, lambda: cancel(found.member_id, found.withdrawal_id), sweep=sweep, rounds=ROUNDS)
    assert peer.bills == {}


@kills(cancel, call_back)
def test_calling_a_waiting_transfer_back(peer: Street, world: Clock, sweep: Callable[[], None]) -> None:
    """CANCELING here, then at WeChat; the money stays frozen until WeChat says CANCELLED."""
    sent = waiting()

    def act() -> None:
        found = cancel(sent.member_id, sent.withdrawal_id)
        outcome = call_back(found)
        if outcome is not None:
            post(sent.withdrawal_id, outcome)

    survives(peer, world, act, sweep=sweep, rounds=ROUNDS)
    assert store.load(sent.withdrawal_id).status == "CANCELING"
    assert peer.bills[sent.withdrawal_id]["state"] == "CANCELING"
