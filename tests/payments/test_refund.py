"""Refunds through WeChat: one number, one posting, every clawback exact (O4, invariants 5, 8, 11, 22)."""

import threading
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from chalicelib.commissions import store as commissions
from chalicelib.commissions.mature import mature
from chalicelib.inventory import store as inventory
from chalicelib.orders import store as orders
from chalicelib.orders.move_refund import RefundMoved, Slice
from chalicelib.orders.reserve_refund import reserve_refund
from chalicelib.payments import store
from chalicelib.payments.jobs import send_refunds
from chalicelib.payments.post_refund import post_refund
from chalicelib.payments.preview_refund import preview_refund
from chalicelib.payments.rules import NotARefundOfOurs, PaymentMismatch
from chalicelib.payments.send_refund import send_refund
from chalicelib.wallet import store as wallet
from chalicelib.wechat.pay_call import PayBusy, PayRefused, PayUnknown
from tests.payments import shop
from tests.payments.fakes import WeChatPay
from tests.support.world import Clock, dump_all


def clawed(order_id: str) -> dict[str, int]:
    return {row.payee_id: row.clawed_fen for row in commissions.of_order(order_id)}


def status(refund_id: str) -> str:
    return orders.load_refund(refund_id).status


def sums(entry_id: str) -> dict[str, int]:
    return {one.account: one.amount_fen for one in wallet.load_entry(entry_id).postings}


def refunded(peer: WeChatPay, world: Clock, order_id: str, slice_: Slice, key: str) -> str:
    refund_id = shop.reserved(order_id, slice_, key=key).refund_id
    world.advance(minutes=2)
    send_refund(refund_id)
    post_refund(peer.end_refund(refund_id))
    return refund_id


def test_a_refund_is_sent_and_posted_with_its_clawbacks(who: shop.People, peer: WeChatPay) -> None:
    """O4 and the figure of the issue: one unit of line 1 takes back 333 fen of level 1."""
    order = shop.paid_order(peer, who)
    refund = shop.reserved(order.order_id, Slice(1, 1))
    send_refund(refund.refund_id)
    assert status(refund.refund_id) == "SENT"
    assert peer.told[refund.refund_id]["amount"] == {"refund": 3_333, "total": 12_200, "currency": "CNY"}
    post_refund(peer.end_refund(refund.refund_id))
    assert status(refund.refund_id) == "POSTED"
    assert clawed(order.order_id) == {who.b: 333, who.a: 166}
    assert sums(f"REFUND:{refund.refund_id}") == {
        "wx:cash": 3_333,
        "shop:sales": -3_333,
        "shop:commission": 499,
        f"m:{who.b}:pending": -333,
        f"m:{who.a}:pending": -166,
    }
    assert inventory.available(["SK1"]) == {"SK1": 8}
    assert orders.load(order.order_id).refunded_fen == 3_333


@pytest.mark.parametrize(
    "slices",
    [
        (Slice(1, 3), Slice(2, 1)),
        (Slice(2, 1), Slice(1, 1), Slice(1, 2)),
        (Slice(1, 1), Slice(1, 1), Slice(2, 1), Slice(1, 1)),
    ],
)
def test_everything_back_in_any_slices_takes_back_exactly_everything(
    who: shop.People, peer: WeChatPay, world: Clock, slices: Sequence[Slice]
) -> None:
    """Invariant 11: 1099 and 549 fen, freight goes with the last piece, the order closes."""
    order = shop.paid_order(peer, who)
    for number, slice_ in enumerate(slices):
        refunded(peer, world, order.order_id, slice_, f"refund-{number}")
    found = orders.load(order.order_id)
    assert clawed(order.order_id) == {who.b: 1_099, who.a: 549}
    assert (found.status, found.refunded_fen) == ("CLOSED", 12_200)
    assert inventory.available(["SK1", "SK2"]) == {"SK1": 10, "SK2": 10}


def test_a_refund_after_maturing_takes_available_then_debt(
    who: shop.People, peer: WeChatPay, world: Clock
) -> None:
    """W1, trust A3: level 1 still has its money, level 2 has spent some and owes the rest."""
    order = shop.paid_order(peer, who)
    shop.received(order.order_id)
    world.advance(days=7, minutes=1)
    mature()
    assert wallet.find(who.b).available_fen == 1_099
    shop.spend(who.a, 500)
    refund_id = refunded(peer, world, order.order_id, Slice(1, 3), "refund-1")
    assert (wallet.find(who.b).available_fen, wallet.find(who.b).debt_fen) == (100, 0)
    assert (wallet.find(who.a).available_fen, wallet.find(who.a).debt_fen) == (0, 450)
    assert sums(f"REFUND:{refund_id}")[f"m:{who.a}:debt"] == -450


@pytest.mark.parametrize("is_late", [False, True])
def test_what_is_foreseen_is_what_is_taken(
    who: shop.People, peer: WeChatPay, world: Clock, is_late: bool
) -> None:
    """O4, W1: staff see before the click what then happens, from pending or from available and debt."""
    order = shop.paid_order(peer, who)
    if is_late:
        shop.received(order.order_id)
        world.advance(days=7, minutes=1)
        mature()
        shop.spend(who.b, 900)
    refund_id = shop.ask(order.order_id, Slice(1, 1)).refund_id
    seen = preview_refund(refund_id)
    before = {one: wallet.find(one) for one in (who.a, who.b)}
    reserve_refund(refund_id, freight_fen=None)
    send_refund(refund_id)
    post_refund(peer.end_refund(refund_id))
    assert {one.payee_id: one.taken_fen for one in seen.clawbacks} == clawed(order.order_id)
    assert (seen.goods_fen, seen.freight_fen, seen.clawed_fen) == (3_333, 0, 499)
    for one in seen.clawbacks:
        after = wallet.find(one.payee_id)
        assert before[one.payee_id].available_fen - after.available_fen == one.from_available_fen
        assert after.debt_fen - before[one.payee_id].debt_fen == one.new_debt_fen
        assert one.from_pending_fen == (0 if is_late else one.taken_fen)
    assert [one.new_debt_fen for one in seen.clawbacks if one.new_debt_fen] == ([134] if is_late else [])
    with pytest.raises(RefundMoved):
        preview_refund(refund_id)


def test_the_same_notice_again_changes_nothing(who: shop.People, peer: WeChatPay) -> None:
    """Invariant 22."""
    order = shop.paid_order(peer, who)
    refund = shop.reserved(order.order_id, Slice(1, 1))
    send_refund(refund.refund_id)
    notice = peer.end_refund(refund.refund_id)
    post_refund(notice)
    before = dump_all()
    post_refund(notice)
    assert send_refund(refund.refund_id) is None
    send_refunds()
    assert dump_all() == before


def test_sixteen_notices_at_once_post_once(who: shop.People, peer: WeChatPay) -> None:
    """Invariants 8, 11 on locked tables."""
    order = shop.paid_order(peer, who)
    refund = shop.reserved(order.order_id, Slice(1, 1))
    send_refund(refund.refund_id)
    notice = peer.end_refund(refund.refund_id)
    barrier, problems = threading.Barrier(16), list[Exception]()

    def deliver() -> None:
        barrier.wait()
        try:
            post_refund(notice)
        except Exception as problem:
            problems.append(problem)

    threads = [threading.Thread(target=deliver) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert problems == []
    assert clawed(order.order_id) == {who.b: 333, who.a: 166}


def test_a_notice_before_we_noted_that_we_sent_is_taken(who: shop.People, peer: WeChatPay) -> None:
    """O4: RESERVED → POSTED, when the process died right after WeChat took the call."""
    order = shop.paid_order(peer, who)
    refund = shop.reserved(order.order_id, Slice(1, 1))
    peer.post(
        "/v3/refund/domestic/refunds",
        {
            "out_trade_no": order.order_id,
            "out_refund_no": refund.refund_id,
            "amount": {"refund": 3_333, "total": 12_200, "currency": "CNY"},
        },
    )
    post_refund(peer.end_refund(refund.refund_id))
    assert status(refund.refund_id) == "POSTED"


@pytest.mark.parametrize("where", ["before", "after"])
def test_a_lost_answer_is_asked_about_and_repeated_with_the_same_number(
    who: shop.People, peer: WeChatPay, world: Clock, where: str
) -> None:
    """Invariant 8: the same refund number on retry, whatever was lost."""
    order = shop.paid_order(peer, who)
    refund = shop.reserved(order.order_id, Slice(1, 1))
    (peer.fail if where == "before" else peer.lose)("refund", PayUnknown("timeout"))
    assert send_refund(refund.refund_id) is None
    world.advance(minutes=6)
    send_refunds()
    assert list(peer.refunds) == [refund.refund_id]
    peer.end_refund(refund.refund_id)
    world.advance(minutes=6)
    send_refunds()
    assert status(refund.refund_id) == "POSTED"


@pytest.mark.parametrize("problem", [PayRefused("NOT_ENOUGH"), PayBusy()])
def test_trouble_of_the_moment_is_tried_again(
    who: shop.People, peer: WeChatPay, world: Clock, problem: Exception
) -> None:
    """O4: NOT_ENOUGH and 429 keep the refund, nothing is given up."""
    order = shop.paid_order(peer, who)
    refund = shop.reserved(order.order_id, Slice(1, 1))
    peer.fail("refund", problem)
    assert send_refund(refund.refund_id) is None
    world.advance(minutes=6)
    send_refunds()
    assert list(peer.refunds) == [refund.refund_id]


def test_a_definite_refusal_frees_what_was_reserved(who: shop.People, peer: WeChatPay) -> None:
    """O4: FAILED; the sums are free again, the commissions may mature, staff may start another."""
    order = shop.paid_order(peer, who)
    refund = shop.reserved(order.order_id, Slice(1, 1))
    peer.fail("refund", PayRefused("INVALID_REQUEST"))
    state = send_refund(refund.refund_id)
    assert state is not None
    post_refund(state)
    found = orders.load(order.order_id)
    assert (status(refund.refund_id), found.refund_reserved_fen) == ("FAILED", 0)
    assert all(not row.holds for row in commissions.of_order(order.order_id))
    assert shop.ask(order.order_id, Slice(1, 1), key="refund-2").status == "ASKED"


def test_a_refusal_after_a_lost_answer_waits_until_it_is_quiet(
    who: shop.People, peer: WeChatPay, world: Clock
) -> None:
    """wechat.md §6.9: the first call may still arrive, so nothing is freed for two hours."""
    order = shop.paid_order(peer, who)
    refund = shop.reserved(order.order_id, Slice(1, 1))
    peer.fail("refund", PayUnknown("timeout"), PayRefused("INVALID_REQUEST"), PayRefused("INVALID_REQUEST"))
    send_refund(refund.refund_id)
    world.advance(minutes=6)
    send_refunds()
    assert status(refund.refund_id) == "SENT"
    world.advance(hours=2, minutes=2)
    send_refunds()
    assert status(refund.refund_id) == "FAILED"


def test_closed_by_wechat_frees_and_abnormal_holds(who: shop.People, peer: WeChatPay, world: Clock) -> None:
    """O4: CLOSED paid nothing; ABNORMAL waits for staff in the merchant platform, then succeeds."""
    order = shop.paid_order(peer, who)
    first = shop.reserved(order.order_id, Slice(2, 1))
    send_refund(first.refund_id)
    post_refund(peer.end_refund(first.refund_id, "CLOSED"))
    assert status(first.refund_id) == "FAILED"
    second = shop.reserved(order.order_id, Slice(1, 1), key="refund-2")
    world.advance(minutes=2)
    send_refund(second.refund_id)
    post_refund(peer.end_refund(second.refund_id, "ABNORMAL"))
    assert status(second.refund_id) == "SENT"
    assert all(second.refund_id in row.holds for row in commissions.of_order(order.order_id))
    post_refund(peer.end_refund(second.refund_id, "SUCCESS"))
    assert status(second.refund_id) == "POSTED"


def test_what_wechat_still_works_at_lets_the_others_come(
    who: shop.People, peer: WeChatPay, world: Clock
) -> None:
    """Invariant 23: a PROCESSING refund is put off; many of them would hide all that come later."""
    order = shop.paid_order(peer, who)
    refund = shop.reserved(order.order_id, Slice(1, 1))
    send_refund(refund.refund_id)
    world.advance(minutes=6)
    assert send_refunds() == 1
    assert (status(refund.refund_id), send_refunds()) == ("SENT", 0)
    world.advance(minutes=6)
    peer.end_refund(refund.refund_id)
    assert send_refunds() == 1
    assert status(refund.refund_id) == "POSTED"


def test_a_minute_lies_between_two_refunds_of_an_order(
    who: shop.People, peer: WeChatPay, world: Clock
) -> None:
    """wechat.md §4.9: the second waits for its minute and goes by itself."""
    order = shop.paid_order(peer, who)
    first = shop.reserved(order.order_id, Slice(1, 1))
    second = shop.reserved(order.order_id, Slice(2, 1), key="refund-2")
    send_refund(first.refund_id)
    assert send_refund(second.refund_id) is None
    assert list(peer.refunds) == [first.refund_id]
    world.advance(seconds=61)
    send_refunds()
    assert list(peer.refunds) == [first.refund_id, second.refund_id]


FORGERIES: list[dict[str, Any]] = [
    {"refund_fen": 3_334},
    {"total_fen": 12_201},
    {"order_number": "ORSOMEOTHER"},
]


@pytest.mark.parametrize("forged", FORGERIES)
def test_a_notice_that_disagrees_is_kept_apart(
    who: shop.People, peer: WeChatPay, forged: dict[str, Any]
) -> None:
    """Invariant 4, for refunds: row, metric, refusal; refund and order untouched."""
    order = shop.paid_order(peer, who)
    refund = shop.reserved(order.order_id, Slice(1, 1))
    send_refund(refund.refund_id)
    before = dump_all()
    with pytest.raises(PaymentMismatch):
        post_refund(replace(peer.end_refund(refund.refund_id), **forged))
    after = dump_all()
    assert {name for name in after if after[name] != before[name]} == {"payment-quarantine"}


def test_a_refund_we_never_asked_for_is_kept_apart(who: shop.People, peer: WeChatPay) -> None:
    """W5: somebody refunded by hand in the merchant platform; a person must look."""
    order = shop.paid_order(peer, who)
    refund = shop.reserved(order.order_id, Slice(1, 1))
    send_refund(refund.refund_id)
    with pytest.raises(NotARefundOfOurs):
        post_refund(replace(peer.end_refund(refund.refund_id), refund_number="RFBYHAND"))
    (case,) = store.quarantined("OPEN", limit=10, cursor=None).items
    assert (case.reason, case.transaction_id) == ("unknown_refund", "RFBYHAND")


def test_a_refund_that_stays_open_sounds_the_alarm(
    who: shop.People, peer: WeChatPay, world: Clock, capsys: pytest.CaptureFixture[str]
) -> None:
    """Invariant 23: RESERVED or SENT for more than 48 hours."""
    order = shop.paid_order(peer, who)
    shop.reserved(order.order_id, Slice(1, 1))
    send_refunds()
    world.advance(hours=47, minutes=59)
    send_refunds()
    assert '"refund_stuck": 1' not in capsys.readouterr().out
    world.advance(minutes=6)
    send_refunds()
    assert '"refund_stuck": 1' in capsys.readouterr().out


def test_an_open_refund_keeps_commission_from_maturing(
    who: shop.People, peer: WeChatPay, world: Clock
) -> None:
    """Invariant 12, refund × mature: on its way at WeChat, nothing matures; closed there, it does."""
    order = shop.paid_order(peer, who)
    shop.received(order.order_id)
    refund = shop.reserved(order.order_id, Slice(1, 1))
    send_refund(refund.refund_id)
    world.advance(days=8)
    mature()
    assert wallet.find(who.b).available_fen == 0
    post_refund(peer.end_refund(refund.refund_id, "CLOSED"))
    world.advance(minutes=int(timedelta(hours=2).total_seconds()) // 60)
    mature()
    assert wallet.find(who.b).available_fen == 1_099
