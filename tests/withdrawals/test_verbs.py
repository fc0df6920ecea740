"""Withdrawals on real tables: asked once, audited, sent once, ended once (W2, W3, invariants 13–16)."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from chalicelib.kernel import settings
from chalicelib.kernel.errors import Conflict, KeyReused
from chalicelib.kernel.money import Fen
from chalicelib.members.block import block
from chalicelib.members.rules import MemberBlocked
from chalicelib.wallet import store as wallet
from chalicelib.wallet.rules import Wallet
from chalicelib.wechat.pay_call import PayBusy, PayRefused, PayUnknown
from chalicelib.withdrawals import store
from chalicelib.withdrawals.approve import approve
from chalicelib.withdrawals.cancel import cancel
from chalicelib.withdrawals.jobs import pay_out
from chalicelib.withdrawals.post import post
from chalicelib.withdrawals.reject import reject
from chalicelib.withdrawals.request import request
from chalicelib.withdrawals.rules import (
    AmountOutOfRange,
    ApprovedAlready,
    BalanceTooLow,
    NoWeChatWallet,
    OneAtATime,
    Outcome,
    OverDailyLimit,
    OverMonthlyLimit,
    RealNameNeeded,
    TooLateToCancel,
    TransferMismatch,
    Withdrawal,
    WithdrawalMovedOn,
    WithdrawalUnknown,
)
from tests.payments.fakes import WeChatPay, installed
from tests.support.world import Clock, dump, dump_all
from tests.withdrawals.people import distributor, earn, owe


@pytest.fixture
def peer(world: Clock) -> Iterator[WeChatPay]:
    with installed() as made:
        yield made


@pytest.fixture
def policy(world: Clock) -> Iterator[Callable[..., None]]:
    """Set the withdrawal rules; back to the defaults afterwards."""

    def put(**changes: object) -> None:
        settings.install(lambda name: changes if name == "withdrawals" else None)

    yield put
    settings.install(None)


def ask(member_id: str, amount_fen: int = 5_000, key: str = "request-1", **more: str) -> Withdrawal:
    return request(member_id, Fen(amount_fen), key=key, **more)


def waiting(member_id: str, amount_fen: int = 5_000, key: str = "request-1") -> Withdrawal:
    asked = ask(member_id, amount_fen, key)
    pay_out()
    found = store.load(asked.withdrawal_id)
    assert found.status == "WAITING"
    return found


def purse(member_id: str) -> tuple[int, int, int]:
    held: Wallet = wallet.find(member_id)
    return held.available_fen, held.frozen_fen, held.debt_fen


def entry_sums(entry_id: str) -> dict[str, int]:
    return {one.account: one.amount_fen for one in wallet.load_entry(entry_id).postings}


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


def test_the_same_key_asks_once(peer: WeChatPay) -> None:
    """Invariant 22, design §5: same key and content give the first answer, other content is refused."""
    member_id = distributor()
    first = ask(member_id)
    before = dump_all()
    assert ask(member_id) == first
    with pytest.raises(KeyReused):
        ask(member_id, 6_000)
    assert dump_all() == before


def test_the_first_answer_comes_again_even_when_the_rules_have_changed(
    peer: WeChatPay, policy: Callable[..., None]
) -> None:
    """Invariant 22: a retry is an answer, not a new decision."""
    member_id = distributor()
    first = ask(member_id)
    policy(min_fen=6_000)
    assert ask(member_id) == first


def test_refused_requests_change_nothing(peer: WeChatPay, policy: Callable[..., None]) -> None:
    """Invariant 17, W2: minimum, maximum, balance, daily and monthly limit, one at a time."""
    member_id = distributor(available_fen=8_000)
    before = dump_all()
    refusals: list[tuple[dict[str, object], int, type[Exception]]] = [
        ({}, 999, AmountOutOfRange),
        ({}, 20_001, AmountOutOfRange),
        ({}, 8_001, BalanceTooLow),
        ({"daily_fen": 20_000, "monthly_fen": 20_000, "max_fen": 5_000}, 5_001, AmountOutOfRange),
    ]
    for rules, amount_fen, refusal in refusals:
        policy(**rules)
        with pytest.raises(refusal):
            ask(member_id, amount_fen)
    assert dump_all() == before


def test_limits_count_what_left_and_not_what_came_back(
    peer: WeChatPay, policy: Callable[..., None], world: Clock
) -> None:
    """W2: daily and monthly limits; a withdrawal that failed does not use them up."""
    policy(max_fen=10_000, daily_fen=10_000, monthly_fen=15_000)
    member_id = distributor()
    first = waiting(member_id, 8_000, "request-1")
    post(first.withdrawal_id, Outcome("FAIL", fail_reason="OVERDUE_CLOSE"))
    second = waiting(member_id, 8_000, "request-2")
    post(second.withdrawal_id, Outcome("SUCCESS"))
    with pytest.raises(OverDailyLimit):
        ask(member_id, 3_000, "request-3")
    world.advance(days=1)
    with pytest.raises(OverMonthlyLimit):
        ask(member_id, 7_001, "request-4")
    assert ask(member_id, 7_000, "request-5").status == "APPROVED"
    assert store.used_fen(member_id, world.now()) == (7_000, 15_000)


def test_one_withdrawal_at_a_time(peer: WeChatPay) -> None:
    """wechat.md §6.10: one open bill a person; free again when it ended."""
    member_id = distributor()
    sent = waiting(member_id)
    with pytest.raises(OneAtATime):
        ask(member_id, 1_000, "request-2")
    post(sent.withdrawal_id, Outcome("SUCCESS"))
    assert ask(member_id, 1_000, "request-2").status == "APPROVED"


def test_the_receiver_is_the_members_own_mini_program_identity(peer: WeChatPay) -> None:
    """Trust A6, withdrawal takeover: without that identity there is nobody to pay."""
    other_app = distributor("o-h5", appid="wx0000000000000002")
    with pytest.raises(NoWeChatWallet):
        ask(other_app)


def test_a_blocked_member_takes_nothing_out(peer: WeChatPay) -> None:
    """M3: blocked is blocked."""
    member_id = distributor()
    block(member_id, reason="违规")
    with pytest.raises(MemberBlocked):
        ask(member_id)


def test_from_2000_yuan_on_the_real_name_is_needed_and_sealed(
    peer: WeChatPay, policy: Callable[..., None]
) -> None:
    """W2, wechat.md §3.6: WeChat compares the name; we keep it unreadable."""
    policy(max_fen=300_000, daily_fen=300_000, auto_below_fen=300_000, two_persons_above_fen=300_000)
    member_id = distributor(available_fen=250_000)
    with pytest.raises(RealNameNeeded):
        ask(member_id, 200_000)
    asked = ask(member_id, 200_000, real_name="王小明")
    assert "王小明" not in "".join(dump("withdrawals"))
    pay_out()
    assert peer.told[asked.withdrawal_id]["user_name"] == "sealed"


def test_a_name_that_is_not_needed_is_not_kept(peer: WeChatPay) -> None:
    """N4: personal data minimal."""
    assert ask(distributor(), 5_000, real_name="王小明").real_name_sealed is None


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
    _together(16, lambda _: post(sent.withdrawal_id, Outcome("SUCCESS")))
    assert purse(member_id) == (45_000, 0, 0)
    assert store.load(sent.withdrawal_id).version == sent.version + 1


def test_twenty_requests_at_once_never_exceed_what_is_there(peer: WeChatPay) -> None:
    """Invariant 14: 6,000 from 10,000, twenty times at once, is accepted once."""
    member_id = distributor(available_fen=10_000)
    outcomes = _together(20, lambda number: ask(member_id, 6_000, f"request-{number}"))
    accepted = [one for one in outcomes if isinstance(one, Withdrawal)]
    assert len(accepted) == 1
    assert all(isinstance(one, Withdrawal | Conflict) for one in outcomes)
    assert purse(member_id) == (4_000, 6_000, 0)


def test_the_same_request_at_once_is_one(peer: WeChatPay) -> None:
    """Invariant 22: same key, eight threads, one answer."""
    member_id = distributor()
    outcomes = _together(8, lambda _: ask(member_id))
    assert {one.withdrawal_id for one in outcomes if isinstance(one, Withdrawal)} == {
        outcomes[0].withdrawal_id
    }
    assert len(outcomes) == 8 and purse(member_id) == (45_000, 5_000, 0)


def test_two_workers_send_one_transfer(peer: WeChatPay) -> None:
    """W3: overlapping schedules; one number, and each attempt belongs to one worker."""
    ask(distributor())
    _together(4, lambda _: pay_out())
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


def test_more_money_may_be_earned_meanwhile(peer: WeChatPay) -> None:
    """The wallet is not locked by an open withdrawal."""
    member_id = distributor()
    sent = waiting(member_id)
    earn(member_id, 700, adjust_id="2")
    post(sent.withdrawal_id, Outcome("FAIL"))
    assert purse(member_id) == (50_700, 0, 0)


def test_when_it_is_looked_at_is_bounded(peer: WeChatPay, world: Clock) -> None:
    """Invariant 23: whatever is at WeChat is due within half an hour."""
    waiting(distributor())
    assert list(store.due(world.now() + timedelta(minutes=31), 10))


def _together(count: int, act: Callable[[int], object]) -> list[object]:
    barrier, found = threading.Barrier(count), [None] * count

    def run(number: int) -> None:
        barrier.wait()
        try:
            found[number] = act(number)  # type: ignore[call-overload]
        except Exception as problem:
            found[number] = problem  # type: ignore[call-overload]

    threads = [threading.Thread(target=run, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return list(found)
