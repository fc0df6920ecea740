"""Booking the end: PAYOUT xor RELEASE, once, on WeChat's word alone (W3, invariants 15, 16, 22)."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from chalicelib.wechat.pay_call import PayUnknown
from chalicelib.withdrawals import store
from chalicelib.withdrawals.jobs import pay_out
from chalicelib.withdrawals.post import post
from chalicelib.withdrawals.rules import (
    Outcome,
    TransferMismatch,
)
from tests.payments.fakes import WeChatPay
from tests.support.world import Clock, dump_all
from tests.withdrawals.people import ask, distributor, earn, entry_sums, purse, together, waiting


def test_a_fee_stays_with_the_shop(peer: WeChatPay, policy: Callable[..., None]) -> None:
    """W2: fee. The member is sent the rest, the books say where the fee went."""
    policy(fee_bps=60)
    member_id = distributor()
    sent = waiting(member_id, 9_999)
    assert (sent.fee_fen, peer.bills[sent.withdrawal_id]["transfer_amount"]) == (59, 9_940)
    post(sent.withdrawal_id, Outcome("SUCCESS", amount_fen=9_940, openid="o-payee"))
    assert entry_sums(f"PAYOUT:{sent.withdrawal_id}") == {
        f"m:{member_id}:frozen": -9_999,
        "wx:cash": 9_940,
        "shop:fees": 59,
    }


def test_an_expired_confirmation_returns_the_money_without_a_notice(
    peer: WeChatPay, world: Clock, capsys: pytest.CaptureFixture[str]
) -> None:
    """W3, invariant 23: after 24 h WeChat gives up; the sweeper learns it, the alarm sounds at 26 h."""
    member_id = distributor()
    sent = waiting(member_id)
    world.advance(hours=26, minutes=1)
    pay_out()
    assert "withdrawal_stuck" in capsys.readouterr().out
    peer.end_transfer(sent.withdrawal_id, "FAIL", "OVERDUE_CLOSE")
    world.advance(minutes=31)
    pay_out()
    ended = store.load(sent.withdrawal_id)
    assert (ended.status, ended.fail_reason, purse(member_id)) == (
        "RETURNED",
        "OVERDUE_CLOSE",
        (50_000, 0, 0),
    )


def test_a_notice_before_the_answer_is_taken(peer: WeChatPay, world: Clock) -> None:
    """W3: SUCCESS while our own call is still open."""
    member_id = distributor()
    asked = ask(member_id)
    peer.lose("transfer", PayUnknown("timeout"))
    pay_out()
    post(asked.withdrawal_id, Outcome("SUCCESS", amount_fen=5_000, openid="o-payee"))
    world.advance(minutes=5)
    pay_out()
    assert (store.load(asked.withdrawal_id).status, purse(member_id)) == ("PAID", (45_000, 0, 0))


@pytest.mark.parametrize("forged", [{"amount_fen": 5_001}, {"openid": "o-thief"}])
def test_a_notice_of_another_amount_or_receiver_changes_nothing(
    peer: WeChatPay, forged: dict[str, object], capsys: pytest.CaptureFixture[str]
) -> None:
    """Invariant 15: amounts and openid are checked, a difference is an alarm."""
    sent = waiting(distributor())
    before = dump_all()
    with pytest.raises(TransferMismatch):
        post(sent.withdrawal_id, replace(Outcome("SUCCESS", amount_fen=5_000, openid="o-payee"), **forged))
    assert dump_all() == before
    assert '"transfer_mismatch": 1' in capsys.readouterr().out


@pytest.mark.parametrize(
    ("first", "second"), [("SUCCESS", "FAIL"), ("FAIL", "SUCCESS"), ("CANCELLED", "SUCCESS")]
)
def test_it_never_ends_twice(peer: WeChatPay, first: str, second: str) -> None:
    """Invariant 16: PAYOUT xor RELEASE; the same word again is fine, the opposite is an alarm."""
    sent = waiting(distributor())
    post(sent.withdrawal_id, Outcome(first))
    before = dump_all()
    post(sent.withdrawal_id, Outcome(first))
    with pytest.raises(TransferMismatch):
        post(sent.withdrawal_id, Outcome(second))
    assert dump_all() == before


def test_the_same_notice_from_sixteen_threads_pays_out_once(peer: WeChatPay) -> None:
    """Invariants 15, 22, on locked tables."""
    member_id = distributor()
    sent = waiting(member_id)
    together(16, lambda _: post(sent.withdrawal_id, Outcome("SUCCESS")))
    assert purse(member_id) == (45_000, 0, 0)
    assert store.load(sent.withdrawal_id).version == sent.version + 1


def test_more_money_may_be_earned_meanwhile(peer: WeChatPay) -> None:
    """The wallet is not locked by an open withdrawal."""
    member_id = distributor()
    sent = waiting(member_id)
    earn(member_id, 700, adjust_id="2")
    post(sent.withdrawal_id, Outcome("FAIL"))
    assert purse(member_id) == (50_700, 0, 0)
