"""What is said before asking is what asking then does (W2, issue 5)."""

from collections.abc import Callable

import pytest

from chalicelib.kernel.errors import DomainError
from chalicelib.kernel.money import Fen
from chalicelib.withdrawals.explain import arrival, arrival_by_amount
from chalicelib.withdrawals.post import post
from chalicelib.withdrawals.quote import quote
from chalicelib.withdrawals.rules import Outcome, RealNameNeeded, WithdrawalRules
from tests.payments.fakes import WeChatPay
from tests.support import api
from tests.support.world import Clock, dump_all
from tests.withdrawals.people import ask, distributor, waiting

Policy = Callable[..., None]


def asked(member_id: str, query: str) -> api.Answer:
    return api.get(f"/distributor/withdrawal-quote?{query}", token=api.member_token(member_id))


@pytest.mark.parametrize("amount_fen", [999, 1_000, 1_001, 7_777, 8_000, 8_001, 20_000, 20_001])
def test_a_quote_refuses_exactly_what_the_request_would(
    peer: WeChatPay, policy: Policy, amount_fen: int
) -> None:
    """W2: minimum, maximum and balance; fee and amount paid to the fen, rounded as the request does."""
    policy(fee_bps=123)
    member_id = distributor(available_fen=8_000)
    told = quote(member_id, Fen(amount_fen))
    try:
        made = ask(member_id, amount_fen)
    except DomainError as refusal:
        assert told.problem == refusal.detail
        return
    assert told.problem is None
    assert (told.fee_fen, told.paid_fen) == (made.fee_fen, made.paid_fen)
    assert told.arrives == arrival(made.approvals_needed)


def test_limits_of_the_day_and_the_month_are_told_with_what_is_left(
    peer: WeChatPay, policy: Policy, world: Clock
) -> None:
    policy(max_fen=10_000, daily_fen=10_000, monthly_fen=15_000)
    member_id = distributor()
    post(waiting(member_id, 8_000, "request-1").withdrawal_id, Outcome("SUCCESS"))
    assert quote(member_id, Fen(2_000)).problem is None
    assert quote(member_id, Fen(2_001)).problem == "今天还能提现 ¥20.00，请明天再来，或减少金额。"
    world.advance(days=1)
    assert quote(member_id, Fen(7_000)).problem is None
    assert quote(member_id, Fen(7_001)).problem == "本月还能提现 ¥70.00，请下个月再来，或减少金额。"


def test_what_stands_in_the_way_of_any_amount_is_told_first(
    peer: WeChatPay, policy: Policy, world: Clock
) -> None:
    """Nobody to pay to; another one under way; another weekday."""
    assert quote(distributor("o-h5", appid="wx0000000000000002"), Fen(1)).problem is not None
    member_id = distributor()
    policy(allowed_weekdays=[2])  # the world begins on a Monday
    assert quote(member_id, Fen(5_000)).problem == "提现开放时间为周二，请到时再来。"
    world.advance(days=1)
    assert quote(member_id, Fen(5_000)).problem is None
    ask(member_id)
    assert quote(member_id, Fen(1)).problem == "请等上一笔提现完成后再申请。"


def test_the_name_is_needed_by_what_arrives(peer: WeChatPay, policy: Policy) -> None:
    """wechat.md: from 2,000 yuan paid, after the fee."""
    policy(max_fen=300_000, daily_fen=300_000, fee_bps=100)
    member_id = distributor(available_fen=300_000)
    assert not quote(member_id, Fen(202_019)).needs_name
    assert quote(member_id, Fen(202_020)).needs_name
    with pytest.raises(RealNameNeeded) as refused:
        ask(member_id, 202_020)
    assert refused.value.fields == {"real_name": "请填写微信实名姓名"}


def test_when_it_arrives_depends_on_who_must_agree() -> None:
    assert "审核" not in arrival(0) and "两位" in arrival(2)
    assert arrival_by_amount(WithdrawalRules()).startswith("不足 ¥100.00 的，提交后")
    assert arrival_by_amount(WithdrawalRules(auto_below_fen=0)) == arrival(1)
    assert arrival_by_amount(WithdrawalRules(auto_below_fen=30_000)) == arrival(0)


def test_the_door_reads_and_reserves_nothing(peer: WeChatPay, policy: Policy) -> None:
    member_id = distributor()
    before = dump_all()
    told = asked(member_id, "amount_fen=5000")
    assert (told.status, told.json["paid_fen"], told.json["problem"]) == (200, 5_000, None)
    for query in ("", "amount_fen=0", "amount_fen=-1", "amount_fen=1.5", "amount_fen=1&fee_fen=0"):
        assert asked(member_id, query).status == 422
    assert dump_all() == before


def test_limits_say_all_that_a_page_shows_before_an_amount(peer: WeChatPay, policy: Policy) -> None:
    policy(max_fen=10_000, daily_fen=30_000, monthly_fen=40_000, allowed_weekdays=[1, 2, 3, 4, 5])
    token = api.member_token(distributor(available_fen=8_000))
    told = api.get("/distributor/withdrawal-limits", token=token).json
    assert (told["daily_fen"], told["monthly_fen"], told["most_fen"]) == (30_000, 40_000, 8_000)
    assert told["days_says"] == "周一、周二、周三、周四、周五"


def test_a_refused_amount_names_its_field(peer: WeChatPay) -> None:
    """Issue 5: the message stands under the field."""
    token = api.member_token(distributor())
    answer = api.post("/distributor/withdrawals", json={"amount_fen": 999}, token=token, key="request-0001")
    assert answer.json["fields"] == {"amount_fen": "每笔最低提现 ¥10.00。"}
