"""Audit by rule, rejection, and calling off (W2, W3, trust A6.5)."""

from collections.abc import Callable

import pytest

from chalicelib.wechat.pay_call import PayUnknown
from chalicelib.withdrawals import store
from chalicelib.withdrawals.approve import approve
from chalicelib.withdrawals.cancel import cancel
from chalicelib.withdrawals.jobs import pay_out
from chalicelib.withdrawals.reject import reject
from chalicelib.withdrawals.rules import (
    ApprovedAlready,
    TooLateToCancel,
    WithdrawalMovedOn,
    WithdrawalUnknown,
)
from tests.payments.fakes import WeChatPay
from tests.support.world import Clock
from tests.withdrawals.people import ask, distributor, entry_sums, owe, purse, waiting


def test_audit_by_one_person(peer: WeChatPay) -> None:
    """W2: from the limit on a person must agree before anything is sent."""
    member_id = distributor()
    asked = ask(member_id, 10_000)
    pay_out()
    assert asked.status == "AUDIT" and peer.calls == []
    approved = approve(asked.withdrawal_id, "STANNA")
    assert approved.status == "APPROVED"
    pay_out()
    assert store.load(asked.withdrawal_id).status == "WAITING"
    with pytest.raises(WithdrawalMovedOn):
        approve(asked.withdrawal_id, "STBERT")


def test_audit_by_two_different_persons(peer: WeChatPay, policy: Callable[..., None]) -> None:
    """W2, trust A6.5: above the second limit one person alone can not let money go."""
    policy(two_persons_above_fen=10_000)
    asked = ask(distributor(), 15_000)
    assert approve(asked.withdrawal_id, "STANNA").status == "AUDIT"
    with pytest.raises(ApprovedAlready):
        approve(asked.withdrawal_id, "STANNA")
    assert approve(asked.withdrawal_id, "STBERT").status == "APPROVED"
    assert [step.actor for step in store.load(asked.withdrawal_id).history[1:]] == ["STANNA", "STBERT"]


def test_a_rejection_gives_the_money_back_and_says_why(peer: WeChatPay) -> None:
    """W2: rejected with reason, RELEASE in the journal."""
    member_id = distributor()
    asked = ask(member_id, 10_000)
    rejected = reject(asked.withdrawal_id, "STANNA", reason="资料不全")
    assert (rejected.status, rejected.reason, purse(member_id)) == ("REJECTED", "资料不全", (50_000, 0, 0))
    assert entry_sums(f"RELEASE:{asked.withdrawal_id}") == {
        f"m:{member_id}:frozen": -10_000,
        f"m:{member_id}:available": 10_000,
    }
    with pytest.raises(WithdrawalMovedOn):
        reject(asked.withdrawal_id, "STBERT", reason="再来一次")


def test_money_that_comes_back_pays_a_debt_first(peer: WeChatPay) -> None:
    """Invariant 13: available and debt never stand together."""
    member_id = distributor(available_fen=10_000)
    asked = ask(member_id, 10_000)
    owe(member_id, 4_000)
    reject(asked.withdrawal_id, "STANNA", reason="资料不全")
    assert purse(member_id) == (6_000, 0, 0)
    assert entry_sums(f"RELEASE:{asked.withdrawal_id}") == {
        f"m:{member_id}:frozen": -10_000,
        f"m:{member_id}:available": 6_000,
        f"m:{member_id}:debt": 4_000,
    }


def test_the_member_may_cancel_before_it_is_sent(peer: WeChatPay) -> None:
    """W3: cancelled at once, money back, WeChat never hears of it."""
    member_id = distributor()
    asked = ask(member_id)
    assert cancel(member_id, asked.withdrawal_id).status == "CANCELLED"
    pay_out()
    assert (purse(member_id), peer.calls) == ((50_000, 0, 0), [])
    with pytest.raises(WithdrawalUnknown):
        cancel("MESOMEBODYELSE", asked.withdrawal_id)


def test_cancelling_a_waiting_transfer_goes_through_wechat(peer: WeChatPay, world: Clock) -> None:
    """W3: only WeChat's CANCELLED frees the money, not our wish."""
    member_id = distributor()
    sent = waiting(member_id)
    assert cancel(member_id, sent.withdrawal_id).status == "CANCELING"
    assert purse(member_id) == (45_000, 5_000, 0)
    world.advance(minutes=2)
    pay_out()
    assert peer.bills[sent.withdrawal_id]["state"] == "CANCELING"
    peer.bills[sent.withdrawal_id]["state"] = "CANCELLED"
    world.advance(minutes=2)
    pay_out()
    assert store.load(sent.withdrawal_id).status == "CANCELLED"
    assert purse(member_id) == (50_000, 0, 0)


def test_a_confirmation_beats_a_cancellation(peer: WeChatPay, world: Clock) -> None:
    """Invariant 16: transfer SUCCESS against our cancel ends as paid."""
    member_id = distributor()
    sent = waiting(member_id)
    peer.end_transfer(sent.withdrawal_id)
    cancel(member_id, sent.withdrawal_id)
    world.advance(minutes=2)
    pay_out()
    assert store.load(sent.withdrawal_id).status == "PAID"
    assert purse(member_id) == (45_000, 0, 0)


def test_it_is_too_late_to_cancel_while_it_is_being_sent(peer: WeChatPay) -> None:
    """W3: an open answer is never cancelled into the dark."""
    member_id = distributor()
    asked = ask(member_id)
    peer.fail("transfer", PayUnknown("timeout"))
    pay_out()
    with pytest.raises(TooLateToCancel):
        cancel(member_id, asked.withdrawal_id)
