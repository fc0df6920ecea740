"""A paid notice is booked exactly once, and only when everything agrees (O2, invariants 4, 6, 22)."""

import threading
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from typing import Any

import botocore.client
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chalicelib.commissions import store as commissions
from chalicelib.inventory import store as inventory
from chalicelib.kernel.dynamo import commit
from chalicelib.orders import store as orders
from chalicelib.orders.close import close
from chalicelib.payments import store
from chalicelib.payments.jobs import find_unnotified
from chalicelib.payments.post_late_refund import post_late_refund
from chalicelib.payments.rules import PaymentMismatch, UnknownOrder
from chalicelib.payments.settle import late_refund_id, settle
from chalicelib.wallet import store as wallet
from chalicelib.wechat.pay_call import PayBusy, PayRefused, PayUnknown
from tests.payments import shop
from tests.payments.fakes import WeChatPay
from tests.support.world import Clock, dump_all

FORGERIES: list[tuple[dict[str, Any], str]] = [
    ({"amount_fen": 12_199}, "amount"),
    ({"amount_fen": 12_201}, "amount"),
    ({"currency": "USD"}, "currency"),
    ({"appid": "wx0000000000000002"}, "appid"),
    ({"openid": "o-thief"}, "payer"),
]


def sums(entry_id: str) -> dict[str, int]:
    return {one.account: one.amount_fen for one in wallet.load_entry(entry_id).postings}


def test_a_paid_notice_marks_paid_credits_and_books_at_once(who: shop.People, peer: WeChatPay) -> None:
    """O2 and the figure of the issue: 1099 fen for level 1, 549 for level 2, freight earns nothing."""
    order = shop.place(who)
    paid = shop.bought(peer, order)
    settle(paid, notice_id="EV-1")
    settled = orders.load(order.order_id)
    assert (settled.status, settled.transaction_id) == ("PAID", paid.transaction_id)
    assert sums(f"PAID:{order.order_id}") == {
        "wx:cash": -12_200,
        "shop:sales": 12_200,
        "shop:commission": -1_648,
        f"m:{who.b}:pending": 1_099,
        f"m:{who.a}:pending": 549,
    }
    rows = {row.payee_id: (row.state, row.amount_fen) for row in commissions.of_order(order.order_id)}
    assert rows == {who.b: ("PENDING", 1_099), who.a: ("PENDING", 549)}
    payment = store.find(order.order_id)
    assert payment is not None
    assert (
        payment.status,
        payment.transaction_id,
        payment.openid,
        payment.amount_fen,
        payment.notice_id,
    ) == (
        "PAID",
        paid.transaction_id,
        "o-c",
        12_200,
        "EV-1",
    )


def test_it_is_one_read_and_one_transaction(
    who: shop.People, peer: WeChatPay, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Design §9: two round trips from a verified notice to everybody credited; no shared item in them."""
    paid = shop.bought(peer, shop.place(who))
    calls: list[tuple[str, Any]] = []
    real = botocore.client.BaseClient._make_api_call

    def counted(self: Any, operation: str, parameters: Any) -> Any:
        calls.append((operation, parameters))
        return real(self, operation, parameters)

    monkeypatch.setattr(botocore.client.BaseClient, "_make_api_call", counted)
    settle(paid)
    assert [operation for operation, _ in calls] == ["GetItem", "TransactWriteItems"]
    assert calls[0][1]["ConsistentRead"] is True
    tables = Counter(
        next(iter(item.values()))["TableName"].removeprefix("fenxiao-test-")
        for item in calls[1][1]["TransactItems"]
    )
    assert tables == {"orders": 1, "commissions": 2, "journal": 1, "payments": 1}


@pytest.mark.parametrize(("forged", "reason"), FORGERIES)
def test_a_payment_that_disagrees_is_kept_apart(
    who: shop.People,
    peer: WeChatPay,
    capsys: pytest.CaptureFixture[str],
    forged: dict[str, Any],
    reason: str,
) -> None:
    """Invariant 4, wechat.md §6.3: quarantined, counted, refused; the order is untouched."""
    order = shop.place(who)
    paid = replace(shop.bought(peer, order), **forged)
    before = dump_all()
    for _ in range(2):
        with pytest.raises(PaymentMismatch):
            settle(paid, notice_id="EV-1")
    after = dump_all()
    assert {name for name in after if after[name] != before[name]} == {"payment-quarantine"}
    (case,) = store.quarantined("OPEN", limit=10, cursor=None).items
    assert (case.reason, case.order_number, case.expected_fen) == (reason, order.order_id, 12_200)
    assert '"payment_quarantined": 1' in capsys.readouterr().out


def test_a_payment_for_no_order_of_ours_is_kept_apart(who: shop.People, peer: WeChatPay) -> None:
    """Invariant 7: money we cannot place is shown to a person, not lost in a log."""
    paid = replace(shop.bought(peer, shop.place(who)), order_number="OR00000000000000000000000000")
    with pytest.raises(UnknownOrder):
        settle(paid)
    (case,) = store.quarantined("OPEN", limit=10, cursor=None).items
    assert (case.reason, case.transaction_id) == ("unknown_order", paid.transaction_id)


def test_a_second_transaction_for_a_paid_order_is_kept_apart(who: shop.People, peer: WeChatPay) -> None:
    """Invariant 6: the order is settled once, other money is a case for a person."""
    paid = shop.bought(peer, shop.place(who))
    settle(paid)
    with pytest.raises(PaymentMismatch):
        settle(replace(paid, transaction_id="4200099999"))
    (case,) = store.quarantined("OPEN", limit=10, cursor=None).items
    assert case.reason == "second_transaction"


def test_again_and_again_is_once(who: shop.People, peer: WeChatPay) -> None:
    """Invariant 22: the same answer, and nothing changes; also under another notice id."""
    paid = shop.bought(peer, shop.place(who))
    settle(paid, notice_id="EV-1")
    before = dump_all()
    settle(paid, notice_id="EV-1")
    settle(paid, notice_id="EV-2")
    assert dump_all() == before


def test_sixteen_deliveries_at_once_settle_once(who: shop.People, peer: WeChatPay) -> None:
    """Invariant 6, on locked tables: the same notice from sixteen threads, all answered as success."""
    order = shop.place(who)
    paid = shop.bought(peer, order)
    barrier, problems = threading.Barrier(16), list[Exception]()

    def deliver(number: int) -> None:
        barrier.wait()
        try:
            settle(paid, notice_id=f"EV-{number}")
        except Exception as problem:
            problems.append(problem)

    threads = [threading.Thread(target=deliver, args=(number,)) for number in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert problems == []
    assert orders.load(order.order_id).version == order.version + 1
    assert sum(row.amount_fen for row in commissions.of_order(order.order_id)) == 1_648


def test_a_payment_after_the_close_goes_back_whole(who: shop.People, peer: WeChatPay) -> None:
    """wechat.md §6.7: the order stays closed, the stock free, the money booked and returned once."""
    order = shop.place(who)
    paid = shop.bought(peer, order)
    close(order.order_id, reason="BUYER")
    settle(paid, notice_id="EV-1")
    settle(paid, notice_id="EV-2")
    assert orders.load(order.order_id).status == "CLOSED"
    assert inventory.available(["SK1"]) == {"SK1": 10}
    assert list(commissions.of_order(order.order_id)) == []
    assert sums(f"PAID:{order.order_id}") == {"wx:cash": -12_200, "shop:sales": 12_200}
    find_unnotified()
    number = late_refund_id(order.order_id)
    assert peer.told[number]["amount"] == {"refund": 12_200, "total": 12_200, "currency": "CNY"}
    assert sums_of_late(order.order_id, peer) == {"wx:cash": 12_200, "shop:sales": -12_200}


def sums_of_late(order_id: str, peer: WeChatPay) -> dict[str, int]:
    number = late_refund_id(order_id)
    notice = peer.end_refund(number)
    post_late_refund(notice)
    before = dump_all()
    post_late_refund(notice)
    find_unnotified()
    assert dump_all() == before
    return sums(f"REFUND:{number}")


def test_a_late_refund_is_never_given_up(who: shop.People, peer: WeChatPay, world: Clock) -> None:
    """wechat.md §6.7: refused, busy, lost or short of money, it is sent again under the same number."""
    order = shop.place(who)
    paid = shop.bought(peer, order)
    close(order.order_id, reason="BUYER")
    settle(paid)
    for problem in (
        PayRefused("NOT_ENOUGH"),
        PayRefused("INVALID_REQUEST"),
        PayBusy(),
        PayUnknown("timeout"),
    ):
        peer.fail("refund", problem)
        find_unnotified()
        assert peer.refunds == {}
        world.advance(minutes=6)
    find_unnotified()
    assert list(peer.refunds) == [late_refund_id(order.order_id)]
    peer.end_refund(late_refund_id(order.order_id))
    world.advance(minutes=6)
    find_unnotified()
    payment = store.find(order.order_id)
    assert payment is not None and payment.refund_status == "POSTED"


def test_a_close_that_slips_in_between_read_and_commit_ends_as_late(
    who: shop.People, peer: WeChatPay, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Race pay × close: the end state does not depend on who was read first."""
    order = shop.place(who)
    paid = shop.bought(peer, order)
    stale, real = [order], orders.find

    def find(order_id: str) -> Any:
        if not stale:
            return real(order_id)
        read = stale.pop()
        close(order_id, reason="BUYER")
        return read

    monkeypatch.setattr(orders, "find", find)
    settle(paid)
    payment = store.find(order.order_id)
    assert payment is not None and (payment.status, payment.refund_status) == ("LATE", "RESERVED")


@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.permutations(["pay", "pay", "close", "sweep"]))
def test_pay_close_and_sweep_in_any_order_leave_balanced_books(
    who: shop.People, peer: WeChatPay, world: Clock, steps: list[str]
) -> None:
    """Trust A5.4: paid and credited, or closed and returned; never both, never neither."""
    key = f"order-{len(peer.trades)}"
    order = shop.place(who, key)
    paid = shop.bought(peer, order)
    for step in steps:
        if step == "pay":
            settle(paid)
        elif step == "sweep":
            world.advance(minutes=2)
            find_unnotified()
        elif orders.load(order.order_id).status == "UNPAID":
            close(order.order_id, reason="BUYER")
    world.advance(minutes=10)
    find_unnotified()
    found, payment = orders.load(order.order_id), store.find(order.order_id)
    assert payment is not None
    assert (found.status, payment.status) in {("PAID", "PAID"), ("CLOSED", "LATE")}
    assert (late_refund_id(order.order_id) in peer.refunds) is (found.status == "CLOSED")
    commit(inventory.adjust_stock("SK1", 3))


def test_a_late_notice_still_counts_on_its_own_day(who: shop.People, peer: WeChatPay, world: Clock) -> None:
    """W5: reconciliation looks a payment up by the business day on which it was paid."""
    order = shop.place(who)
    paid = shop.bought(peer, order)
    world.advance(days=1)
    settle(paid)
    found = list(store.of_day((world.now() - timedelta(days=1)).date()))
    assert found == [order.order_id]
