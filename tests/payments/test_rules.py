"""What may be paid, what WeChat's word is worth, and when it is asked again (P1, P2; invariants 4, 7)."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.distributors.rules import Distributor
from chalicelib.kernel.money import Fen
from chalicelib.orders.rules import Order, Status
from chalicelib.payments import rules
from chalicelib.payments.rules import BalanceHeld, Payment
from chalicelib.wallet.rules import Wallet
from tests.orders.build import AT, line
from tests.orders.build import order as built

UNTIL = AT + timedelta(minutes=30)

SELLER = Distributor("A", "APPROVED", "normal", AT)


def order(*, status: Status = "UNPAID", count: int = 1) -> Order:
    plain = built(*(line(number) for number in range(1, count + 1)), status=status)
    return replace(plain, payer_appid="wx1", payer_openid="o1")


def payment(**more: object) -> Payment:
    plain = Payment("OR1", "PREPAID", Fen(100), "wx1", "o1", "茶", expires_at=UNTIL, reserved_at=AT)
    return replace(plain, **more)  # type: ignore[arg-type]


def test_what_waits_for_money_and_has_time_left_may_be_paid() -> None:
    rules.check_payable(order(), UNTIL - rules.SHORTEST_EXPIRY)
    with pytest.raises(rules.OrderExpired):
        rules.check_payable(order(), UNTIL - rules.SHORTEST_EXPIRY + timedelta(seconds=1))
    for gone in (order(status="PAID"), order(status="CLOSED"), replace(order(), total_fen=Fen(0))):
        with pytest.raises(rules.OrderNotPayable):
            rules.check_payable(gone, AT)


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ({}, None),
        ({"amount_fen": 11_198}, "amount"),
        ({"amount_fen": 11_200}, "amount"),
        ({"currency": "USD"}, "currency"),
        ({"appid": "wx2"}, "appid"),
        ({"openid": "o2"}, "payer"),
    ],
)
def test_a_payment_that_differs_in_anything_is_not_the_orders(
    wrong: dict[str, str | int], why: str | None
) -> None:
    """Invariant 4."""
    told = {"amount_fen": 11_199, "currency": "CNY", "appid": "wx1", "openid": "o1"} | wrong
    assert rules.mismatch(order(), **told) == why  # type: ignore[arg-type]


def test_a_prepay_id_is_signed_again_until_shortly_before_it_dies() -> None:
    last = AT + rules.PREPAY_LIFETIME - rules.PREPAY_MARGIN
    known = payment(prepay_id="wx-prepay", prepaid_at=AT)
    assert known.is_signable(last - timedelta(seconds=1))
    assert not known.is_signable(last)
    assert not payment().is_signable(AT)
    assert not payment(prepay_id="wx-prepay").is_signable(AT)


def test_the_bill_names_the_first_and_how_many() -> None:
    assert rules.describe(order()) == "商品1"
    assert rules.describe(order(count=3)) == "商品1 等3种商品"
    long = replace(order(), lines=(replace(line(), title="长" * 90),))
    assert rules.describe(long) == "长" * rules.MAX_DESCRIPTION


@given(
    checks=st.integers(0, 20),
    minutes=st.integers(0, 90),
    prepaid=st.none() | st.integers(0, 29),
)
def test_wechat_is_asked_again_and_the_last_time_not_before_the_end(
    checks: int, minutes: int, prepaid: int | None
) -> None:
    """Invariant 7: always ahead while there is time, at the end itself, and again after it."""
    at = AT + timedelta(minutes=minutes)
    prepaid_at = None if prepaid is None else AT + timedelta(minutes=prepaid)
    found = rules.next_check(payment(checks=checks, prepaid_at=prepaid_at), at)
    assert found > at
    if at < UNTIL:
        assert found <= UNTIL
        assert checks < len(rules.CHECK_AFTER) or found == UNTIL
    else:
        assert found == at + rules.RETRY_AFTER


@pytest.mark.parametrize(
    ("wallet", "seller", "problem"),
    [
        (Wallet("A", available_fen=Fen(500)), None, None),
        (Wallet("A", available_fen=Fen(500)), SELLER, None),
        (Wallet("A", available_fen=Fen(499)), None, "余额有 ¥4.99，这个订单要付 ¥5.00"),
        (Wallet("A", debt_fen=Fen(70)), None, "还有 ¥0.70 待抵扣"),
        (Wallet("A", available_fen=Fen(500)), replace(SELLER, status="SUSPENDED"), BalanceHeld().detail),
        (
            Wallet("A", available_fen=Fen(500)),
            replace(SELLER, frozen_by=frozenset({"VI1"})),
            BalanceHeld().detail,
        ),
    ],
    ids=["enough", "a distributor's", "a fen short", "a debt", "suspended", "frozen"],
)
def test_the_balance_pays_a_whole_order_or_says_why_not(
    wallet: Wallet, seller: Distributor | None, problem: str | None
) -> None:
    """O1, decision 11."""
    found = rules.balance_problem(wallet, seller, Fen(500))
    assert (found is None) == (problem is None)
    if found is not None and problem is not None:
        assert problem in found.detail
