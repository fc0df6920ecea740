"""Money out: reserved once, decided once, sent once (W2, W3, invariants 13–16)."""

from collections.abc import Callable
from typing import Any

import pytest

from chalicelib.commissions.mature import mature
from chalicelib.orders.move_refund import Slice
from chalicelib.payments.send_refund import send_refund
from chalicelib.withdrawals import store
from chalicelib.withdrawals.cancel import cancel
from chalicelib.withdrawals.jobs import advance, pay_out
from tests.conftest import Policy
from tests.payments import shop
from tests.payments.fakes import WeChatPay
from tests.payments.signed import deliver
from tests.race.harness import MANY, Together
from tests.race.test_money_in import entries
from tests.race.test_refunds import refund_notice
from tests.support import api
from tests.support.api import Answer
from tests.support.world import Clock
from tests.withdrawals.people import approve_distributor, ask, distributor, purse, waiting

LIST = "/distributor/withdrawals"


def withdraw(member_id: str, amount_fen: int, key: str) -> Answer:
    return api.post(LIST, {"amount_fen": amount_fen}, token=api.member_token(member_id), key=key)


def staff(count: int) -> list[str]:
    """Tokens of so many people who audit withdrawals."""
    return [
        api.staff_token("withdrawals.audit", "withdrawals.read", staff_id=f"STAFF{number}")
        for number in range(count)
    ]


def decide(number: str, how: str, token: str) -> Answer:
    body = {"reason": "资料不全"} if how == "reject" else None
    return api.post(f"/console/withdrawals/{number}/{how}", body, token=token)


def test_sixteen_withdrawals_of_one_balance(together: Together, peer: WeChatPay) -> None:
    """Invariants 13, 14: of 60 from 100 one is accepted, whatever the fifteen others thought they saw."""
    member_id = distributor(available_fen=10_000)
    told = together(
        *[lambda one=one: withdraw(member_id, 6_000, f"request-{one:04}") for one in range(MANY)]  # type: ignore[misc]
    )
    assert told["201"] == 1
    assert told.keys() <= {"201", "409 BALANCE_TOO_LOW", "409 ONE_AT_A_TIME"}
    assert purse(member_id) == (4_000, 6_000, 0)


def test_sixteen_small_withdrawals_at_once(together: Together, peer: WeChatPay) -> None:
    """Invariant 14, W2: there is money for all, and room for one at a time."""
    member_id = distributor(available_fen=50_000)
    told = together(
        *[lambda one=one: withdraw(member_id, 1_000, f"request-{one:04}") for one in range(MANY)]  # type: ignore[misc]
    )
    assert told.keys() <= {"201", "409 ONE_AT_A_TIME", "409 WALLET_MOVED"} and told["201"] == 1
    assert purse(member_id) == (49_000, 1_000, 0)


def test_one_withdrawal_asked_sixteen_times(together: Together, peer: WeChatPay) -> None:
    """Invariant 22: the same key is the same withdrawal."""
    member_id = distributor(available_fen=50_000)
    assert together(*[lambda: withdraw(member_id, 6_000, "request-0001")] * MANY) == {"201": MANY}
    assert (purse(member_id), entries("RESERVE")) == ((44_000, 6_000, 0), 1)


def test_a_withdrawal_and_late_clawbacks(
    together: Together, who: shop.People, peer: WeChatPay, world: Clock
) -> None:
    """Invariant 13: ¥10 of ¥10.99 is asked for while a refund takes its share back; nothing goes below
    zero, and what cannot be taken is a debt that stands beside no money."""
    approve_distributor(who.b)
    order = shop.paid_order(peer, who)
    shop.received(order.order_id)
    world.advance(days=7, minutes=1)
    mature()
    refund = shop.reserved(order.order_id, Slice(1, 2))
    send_refund(refund.refund_id)
    told = together(
        *[lambda one=one: withdraw(who.b, 1_000, f"request-{one:04}") for one in range(8)],  # type: ignore[misc]
        *[lambda: refund_notice(peer, refund.refund_id)] * 8,
    )
    assert told["204"] == 8
    assert told["201"] <= 1
    assert told.keys() <= {"201", "204", "409 BALANCE_TOO_LOW", "409 ONE_AT_A_TIME"}
    clawed = 666
    assert purse(who.b) == ((0, 1_000, clawed - 99) if told["201"] else (1_099 - clawed, 0, 0))


def test_staff_agree_and_refuse_at_once(together: Together, peer: WeChatPay) -> None:
    """Invariants 5, 16: one decision, and the money is either on its way or back."""
    member_id = distributor()
    number = ask(member_id, 15_000).withdrawal_id
    tokens = staff(MANY)
    told = together(
        *[
            lambda one=one, token=token: decide(number, ("approve", "reject")[one % 2], token)  # type: ignore[misc]
            for one, token in enumerate(tokens)
        ]
    )
    assert told == {"200": 1, "409 WITHDRAWAL_MOVED_ON": MANY - 1}
    found = store.load(number)
    assert len(found.history) == 2
    if found.status == "REJECTED":
        assert (purse(member_id), entries("RELEASE")) == ((50_000, 0, 0), 1)
    else:
        assert (found.status, purse(member_id)) == ("APPROVED", (35_000, 15_000, 0))


def test_two_persons_are_two_persons(together: Together, peer: WeChatPay, policies: Policy) -> None:
    """Trust A6.5: of one person tapping eight times and another eight times, each counts once."""
    policies.put("withdrawals", two_persons_above_fen=10_000)
    number = ask(distributor(), 15_000).withdrawal_id
    tokens = staff(2)
    told = together(*[lambda token=token: decide(number, "approve", token) for token in tokens * 8])  # type: ignore[misc]
    assert told.keys() <= {"200", "409 WITHDRAWAL_MOVED_ON", "409 APPROVED_ALREADY"}
    found = store.load(number)
    assert len(found.approvals) == len(set(found.approvals)) == told["200"] >= 1
    for token in tokens:
        decide(number, "approve", token)
    found = store.load(number)
    assert (found.status, sorted(found.approvals)) == ("APPROVED", ["STAFF0", "STAFF1"])


@pytest.mark.parametrize("worker", [pay_out, None], ids=["the schedule", "one at a time"])
def test_sending_sixteen_times(together: Together, peer: WeChatPay, worker: Callable[[], Any] | None) -> None:
    """Invariant 15: one worker has it, WeChat is called once, with one number."""
    member_id = distributor()
    number = ask(member_id).withdrawal_id
    assert together(*[worker or (lambda: advance(number))] * MANY) == {"done": MANY}
    assert (peer.calls.count("transfer"), list(peer.bills)) == (1, [number])
    assert (store.load(number).status, purse(member_id)) == ("WAITING", (45_000, 5_000, 0))


def test_a_cancel_and_the_sending(together: Together, peer: WeChatPay) -> None:
    """Invariant 16: called off before it went, or sent; if sent, WeChat decides and we follow."""
    member_id = distributor()
    number = ask(member_id).withdrawal_id
    told = together(*[lambda: advance(number), lambda: cancel(member_id, number)] * (MANY // 2))
    assert told.keys() <= {"done", "WITHDRAWAL_MOVED_ON", "TOO_LATE_TO_CANCEL"}
    found = store.load(number)
    if found.status == "CANCELLED":
        assert (peer.bills, purse(member_id)) == ({}, (50_000, 0, 0))
    else:
        assert found.status in ("SENDING", "WAITING", "CANCELING")
        assert (list(peer.bills), purse(member_id)) == ([number], (45_000, 5_000, 0))


def test_the_end_told_sixteen_times(together: Together, peer: WeChatPay) -> None:
    """Invariants 15, 16: notice and sweeper book one payout."""
    member_id = distributor()
    number = waiting(member_id).withdrawal_id
    peer.end_transfer(number)
    resource = dict(peer.bills[number])

    def tell() -> Answer:
        return deliver("/wechat/transferred", "MCHTRANSFER.BILL.FINISHED", resource)

    assert together(*[tell] * MANY) == {"204": MANY}
    assert (entries("PAYOUT"), entries("RELEASE"), purse(member_id)) == (1, 0, (45_000, 0, 0))
