"""Asking for money: once, within limits, frozen in one commit (W2, invariants 13, 14, 17, 22)."""

from collections.abc import Callable

import pytest

from chalicelib.kernel.errors import Conflict, KeyReused
from chalicelib.members.block import block
from chalicelib.members.rules import MemberBlocked
from chalicelib.withdrawals import store
from chalicelib.withdrawals.jobs import pay_out
from chalicelib.withdrawals.post import post
from chalicelib.withdrawals.rules import (
    AmountOutOfRange,
    BalanceTooLow,
    NoWeChatWallet,
    OneAtATime,
    Outcome,
    OverDailyLimit,
    OverMonthlyLimit,
    RealNameNeeded,
    Withdrawal,
)
from tests.payments.fakes import WeChatPay
from tests.support.world import Clock, dump, dump_all
from tests.withdrawals.people import ask, distributor, purse, together, waiting


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


def test_twenty_requests_at_once_never_exceed_what_is_there(peer: WeChatPay) -> None:
    """Invariant 14: 6,000 from 10,000, twenty times at once, is accepted once."""
    member_id = distributor(available_fen=10_000)
    outcomes = together(20, lambda number: ask(member_id, 6_000, f"request-{number}"))
    accepted = [one for one in outcomes if isinstance(one, Withdrawal)]
    assert len(accepted) == 1
    assert all(isinstance(one, Withdrawal | Conflict) for one in outcomes)
    assert purse(member_id) == (4_000, 6_000, 0)


def test_the_same_request_at_once_is_one(peer: WeChatPay) -> None:
    """Invariant 22: same key, eight threads, one answer."""
    member_id = distributor()
    outcomes = together(8, lambda _: ask(member_id))
    assert {one.withdrawal_id for one in outcomes if isinstance(one, Withdrawal)} == {
        outcomes[0].withdrawal_id
    }
    assert len(outcomes) == 8 and purse(member_id) == (45_000, 5_000, 0)
