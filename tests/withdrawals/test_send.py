"""Sending to WeChat: one number for ever, repeated, never re-numbered (W3, invariants 15, 23)."""

from datetime import timedelta

import pytest

from chalicelib.wechat.pay_call import PayBusy, PayRefused, PayUnknown
from chalicelib.withdrawals import store
from chalicelib.withdrawals.jobs import pay_out
from chalicelib.withdrawals.post import post
from chalicelib.withdrawals.rules import (
    Outcome,
)
from tests.payments.fakes import WeChatPay
from tests.support.world import Clock
from tests.withdrawals.people import ask, distributor, entry_sums, purse, together, waiting


def test_a_small_request_is_frozen_sent_and_paid(peer: WeChatPay) -> None:
    """W2, W3: automatic below the limit; the bill number is the withdrawal's id; PAYOUT on WeChat's word."""
    member_id = distributor()
    asked = ask(member_id)
    assert (asked.status, purse(member_id)) == ("APPROVED", (45_000, 5_000, 0))
    pay_out()
    sent = store.load(asked.withdrawal_id)
    assert (sent.status, sent.package_info) == ("WAITING", f"package-{asked.withdrawal_id}")
    assert peer.told[asked.withdrawal_id]["openid"] == "o-payee"
    peer.end_transfer(asked.withdrawal_id)
    post(asked.withdrawal_id, Outcome("SUCCESS"))
    assert store.load(asked.withdrawal_id).status == "PAID"
    assert purse(member_id) == (45_000, 0, 0)
    assert entry_sums(f"PAYOUT:{asked.withdrawal_id}") == {f"m:{member_id}:frozen": -5_000, "wx:cash": 5_000}
    assert store.open_id(member_id) is None


@pytest.mark.parametrize("where", ["before", "after"])
def test_a_lost_answer_is_repeated_with_the_same_number(peer: WeChatPay, world: Clock, where: str) -> None:
    """W3, wechat.md §6.9: never re-numbered, paid once, the same parameters."""
    member_id = distributor()
    asked = ask(member_id)
    (peer.fail if where == "before" else peer.lose)("transfer", PayUnknown("timeout"))
    pay_out()
    assert store.load(asked.withdrawal_id).status == "SENDING"
    world.advance(minutes=5)
    pay_out()
    assert store.load(asked.withdrawal_id).status == "WAITING"
    assert list(peer.bills) == [asked.withdrawal_id]


def test_a_definite_refusal_of_the_first_call_gives_the_money_back(peer: WeChatPay) -> None:
    """W3: FAILED → RELEASE."""
    member_id = distributor()
    asked = ask(member_id)
    peer.fail("transfer", PayRefused("NAME_NOT_CORRECT"))
    pay_out()
    ended = store.load(asked.withdrawal_id)
    assert (ended.status, ended.fail_reason, purse(member_id)) == (
        "RETURNED",
        "NAME_NOT_CORRECT",
        (50_000, 0, 0),
    )


def test_a_refusal_after_a_lost_answer_frees_nothing_until_it_is_quiet(peer: WeChatPay, world: Clock) -> None:
    """W3, wechat.md §6.9: 404 and a refused repeat prove nothing while the first call may still arrive."""
    member_id = distributor()
    asked = ask(member_id)
    peer.fail("transfer", PayUnknown("timeout"), *[PayRefused("INVALID_REQUEST") for _ in range(20)])
    pay_out()
    for _ in range(3):
        world.advance(minutes=31)
        pay_out()
    assert (store.load(asked.withdrawal_id).status, purse(member_id)) == ("SENDING", (45_000, 5_000, 0))
    world.advance(hours=2)
    pay_out()
    assert (store.load(asked.withdrawal_id).status, purse(member_id)) == ("RETURNED", (50_000, 0, 0))


@pytest.mark.parametrize(
    "problem", [PayRefused("NOT_ENOUGH"), PayRefused("DAY_RECEIVED_QUOTA_EXCEED"), PayBusy()]
)
def test_trouble_of_the_moment_is_tried_again(peer: WeChatPay, world: Clock, problem: Exception) -> None:
    """W3: our balance, today's limits and 429 return no money; a refusal later is still definite."""
    member_id = distributor()
    asked = ask(member_id)
    peer.fail("transfer", problem)
    pay_out()
    assert store.load(asked.withdrawal_id).status == "SENDING"
    world.advance(minutes=31)
    peer.fail("transfer", PayRefused("NAME_NOT_CORRECT"))
    pay_out()
    assert store.load(asked.withdrawal_id).status == "RETURNED"


def test_a_transfer_that_waits_for_our_balance_waits(peer: WeChatPay, world: Clock) -> None:
    """W3: PROCESSING is neither sent again under another number nor given back."""
    member_id = distributor()
    asked = ask(member_id)
    peer.starting_state = "PROCESSING"
    pay_out()
    world.advance(hours=3)
    pay_out()
    assert (store.load(asked.withdrawal_id).status, purse(member_id)[1]) == ("SENDING", 5_000)
    peer.bills[asked.withdrawal_id]["state"] = "WAIT_USER_CONFIRM"
    world.advance(hours=1)
    pay_out()
    assert store.load(asked.withdrawal_id).status == "WAITING"


def test_two_workers_send_one_transfer(peer: WeChatPay) -> None:
    """W3: overlapping schedules; one number, and each attempt belongs to one worker."""
    ask(distributor())
    together(4, lambda _: pay_out())
    assert len(peer.bills) == 1
    assert peer.calls.count("transfer") == 1


def test_a_bad_one_does_not_stop_the_batch(peer: WeChatPay, capsys: pytest.CaptureFixture[str]) -> None:
    """W3: each withdrawal on its own."""
    members = [distributor(f"o-{number}") for number in range(3)]
    asked = [ask(one) for one in members]
    peer.fail("transfer", RuntimeError("something of our own"))
    assert pay_out() == 3
    states = sorted(store.load(one.withdrawal_id).status for one in asked)
    assert states == ["SENDING", "WAITING", "WAITING"]
    assert '"withdrawal_failed": 1' in capsys.readouterr().out


def test_when_it_is_looked_at_is_bounded(peer: WeChatPay, world: Clock) -> None:
    """Invariant 23: whatever is at WeChat is due within half an hour."""
    waiting(distributor())
    assert list(store.due(world.now() + timedelta(minutes=31), 10))


def test_when_wechat_is_out_of_reach_the_run_ends_early(peer: WeChatPay, world: Clock) -> None:
    """N5: three time-outs in a row are enough; nothing is lost, the rest goes when WeChat is back."""
    for number in range(6):
        ask(distributor(f"o-{number}"))
    peer.fail("transfer", *[PayUnknown("timeout") for _ in range(6)])
    assert pay_out() == 3
    peer.faults.clear()
    world.advance(minutes=5)
    assert pay_out() == 6
    assert len(peer.bills) == 6
