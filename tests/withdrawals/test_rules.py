"""The pure rules of withdrawals: limits, audit, and the only steps there are (W2, W3, invariants 5, 16)."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.kernel.errors import Invalid
from chalicelib.kernel.money import Fen
from chalicelib.kernel.settings import parse
from chalicelib.withdrawals.explain import explain
from chalicelib.withdrawals.rules import (
    AT_WECHAT,
    CONFIRM_WITHIN,
    EDGES,
    ENDED,
    QUIET_AFTER,
    AmountOutOfRange,
    Contradiction,
    NotToday,
    Outcome,
    Status,
    Withdrawal,
    WithdrawalRules,
    approvals_needed,
    attempted,
    check_amount,
    is_definite,
    look_again,
    periods,
    step_for,
    stepped,
)

AT = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
STATES = (
    "ACCEPTED",
    "PROCESSING",
    "WAIT_USER_CONFIRM",
    "TRANSFERING",
    "SUCCESS",
    "FAIL",
    "CANCELING",
    "CANCELLED",
)
FINAL = {"SUCCESS", "FAIL", "CANCELLED"}
statuses = st.sampled_from(sorted(EDGES))


def withdrawal(status: Status = "APPROVED", **changes: object) -> Withdrawal:
    made = Withdrawal(
        withdrawal_id="WD00000000000000000000000001",
        member_id="ME1",
        status=status,
        version=1,
        amount_fen=Fen(5_000),
        fee_fen=Fen(50),
        appid="wx1",
        openid="o1",
        remark="推广佣金",
        approvals_needed=0,
        approvals=(),
        requested_at=AT,
        fingerprint="f",
        history=(),
        sent_at=AT if status in AT_WECHAT else None,
    )
    return replace(made, **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("amount_fen", "needed"),
    [(9_999, 0), (10_000, 1), (100_000, 1), (100_001, 2)],
)
def test_audit_goes_by_amount(amount_fen: int, needed: int) -> None:
    """W2: automatic below a limit, one person from it on, two above another."""
    assert approvals_needed(WithdrawalRules(), amount_fen) == needed


def test_amounts_have_a_floor_and_a_ceiling() -> None:
    """W2: minimum and maximum, both inclusive."""
    rules = WithdrawalRules()
    check_amount(rules, 1_000, AT)
    check_amount(rules, 20_000, AT)
    with pytest.raises(AmountOutOfRange, match=r"¥10\.00"):
        check_amount(rules, 999, AT)
    with pytest.raises(AmountOutOfRange, match=r"¥200\.00"):
        check_amount(rules, 20_001, AT)


def test_allowed_weekdays_are_those_of_shanghai() -> None:
    """W2: allowed days. Sunday 17:00 UTC is Monday in Shanghai."""
    mondays = WithdrawalRules(allowed_weekdays=(1,))
    check_amount(mondays, 1_000, datetime(2026, 11, 22, 17, tzinfo=UTC))
    with pytest.raises(NotToday, match="周一"):
        check_amount(mondays, 1_000, datetime(2026, 11, 22, 15, tzinfo=UTC))


def test_open_days_are_named_unless_it_is_all_of_them() -> None:
    assert WithdrawalRules().days_text == "每天"
    assert WithdrawalRules(allowed_weekdays=(3, 1, 1)).days_text == "周一、周三"


@pytest.mark.parametrize(("amount_fen", "fee_fen"), [(10_000, 60), (199, 1), (166, 0), (1, 0)])
def test_the_fee_is_its_ratio_rounded_in_the_members_favour(amount_fen: int, fee_fen: int) -> None:
    assert WithdrawalRules(fee_bps=60).fee_of(amount_fen) == fee_fen
    assert WithdrawalRules().fee_of(amount_fen) == 0


def test_limits_count_by_business_day_and_month() -> None:
    """W2: a request at 17:00 UTC on the last of the month counts for the next day and month."""
    assert periods(datetime(2026, 11, 30, 17, tzinfo=UTC)) == ("DAY#2026-12-01", "MONTH#2026-12")


@pytest.mark.parametrize(
    "wrong",
    [
        {"min_fen": 0},
        {"min_fen": 30_000},
        {"fee_bps": 10_000},
        {"min_fen": 10, "fee_bps": 1_000},
        {"daily_fen": 10_000},
        {"auto_below_fen": 200_000},
        {"allowed_weekdays": []},
        {"allowed_weekdays": [0]},
        {"remark": ""},
        {"max_fen": 20_000.0},
        {"unknown": 1},
    ],
)
def test_contradicting_settings_are_refused(wrong: dict[str, object]) -> None:
    """G3: settings are validated, with a Chinese sentence."""
    with pytest.raises(Invalid):
        parse("withdrawals", wrong)


@given(status=statuses, state=st.sampled_from(STATES))
def test_wechat_moves_a_withdrawal_only_along_listed_edges(status: Status, state: str) -> None:
    """Invariant 5, for every status and everything WeChat may say."""
    try:
        to = step_for(withdrawal(status), Outcome(state, package_info="p"))
    except Contradiction:
        assert status not in AT_WECHAT
        return
    assert to is None or to in EDGES[status]


@given(outcomes=st.lists(st.sampled_from(STATES), max_size=12))
def test_it_ends_once_whatever_comes_in_whatever_order(outcomes: list[str]) -> None:
    """Invariant 16: PAYOUT xor RELEASE. Only the first final word of WeChat counts."""
    now = withdrawal("SENDING")
    ends = []
    for state in outcomes:
        try:
            to = step_for(now, Outcome(state, package_info="p"))
        except Contradiction:
            continue
        if to is not None:
            now = stepped(now, to, AT, actor="wechat")
            ends += [state] if to in ENDED else []
    finals = [state for state in outcomes if state in FINAL]
    assert ends == finals[:1]
    assert (now.status in ENDED) is bool(finals)


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ("PAID", "FAIL"),
        ("RETURNED", "SUCCESS"),
        ("CANCELLED", "SUCCESS"),
        ("AUDIT", "SUCCESS"),
        ("APPROVED", "FAIL"),
    ],
)
def test_wechat_saying_the_opposite_is_reported(status: Status, state: str) -> None:
    """Invariant 15: a contradiction is never booked."""
    with pytest.raises(Contradiction):
        step_for(withdrawal(status), Outcome(state))


def test_a_waiting_transfer_without_its_package_is_not_yet_waiting() -> None:
    """W3: the member confirms with the package, which only a repeat of the call gives."""
    sending = withdrawal("SENDING")
    assert step_for(sending, Outcome("WAIT_USER_CONFIRM")) is None
    assert step_for(sending, Outcome("WAIT_USER_CONFIRM", package_info="p")) == "WAITING"


def test_a_refusal_proves_nothing_while_an_attempt_is_open() -> None:
    """wechat.md §6.9: only the refusal of the first attempt is definite, or a late enough one."""
    first = attempted(withdrawal(), AT)
    assert is_definite(first, AT)
    second = attempted(first, AT + timedelta(minutes=1))
    assert not is_definite(second, AT + timedelta(minutes=1))
    assert is_definite(second, AT + QUIET_AFTER)


def test_an_answered_attempt_leaves_nothing_open() -> None:
    """NOT_ENOUGH, and then a refusal: nobody has a bill of this number."""
    first = attempted(withdrawal(), AT)
    answered = replace(first, in_flight_at=None)
    assert is_definite(attempted(answered, AT + timedelta(hours=1)), AT + timedelta(hours=1))


@given(
    status=statuses.filter(lambda one: one in AT_WECHAT),
    minutes=st.integers(0, 60 * 48),
    attempts=st.integers(0, 9),
)
def test_the_next_look_is_always_ahead_and_near(status: Status, minutes: int, attempts: int) -> None:
    """Invariant 23: nothing at WeChat is forgotten."""
    at = AT + timedelta(minutes=minutes)
    next_look = look_again(withdrawal(status, attempts=attempts), at)
    assert at < next_look <= at + timedelta(minutes=30)


def test_an_expiry_is_looked_at_soon() -> None:
    """W3: expired confirmations return the money even when the notice is lost."""
    waiting = withdrawal("WAITING")
    until = AT + CONFIRM_WITHIN
    assert look_again(waiting, until - timedelta(minutes=10)) == until + timedelta(minutes=5)


@given(status=statuses, reason=st.sampled_from(["OVERDUE_CLOSE", "SOMETHING_NEW", None]))
def test_every_state_is_explained_in_chinese(status: Status, reason: str | None) -> None:
    """W3: what happens next and until when, in words, also for reasons WeChat adds later."""
    told = explain(withdrawal(status, fail_reason=reason, reason="资料不全"))
    assert told.title and told.next.endswith("。") and "{" not in told.next
    assert (told.until is not None) is (status in ("WAITING", "PAYING", "CANCELING"))


def test_the_settings_we_ship_are_fine_and_what_is_paid_is_less_the_fee() -> None:
    WithdrawalRules().check()
    assert withdrawal().paid_fen == 4_950
