"""Refunds meet each other, maturing, and two staff (O4, invariants 8, 11, 12)."""

import pytest

from chalicelib.commissions import store as commissions
from chalicelib.commissions.mature import mature
from chalicelib.orders import store as orders
from chalicelib.orders.move_refund import Slice
from chalicelib.payments.send_refund import send_refund
from chalicelib.wallet import store as wallet
from tests.payments import shop
from tests.payments.fakes import WeChatPay
from tests.payments.signed import deliver
from tests.race.harness import MANY, Together
from tests.race.test_money_in import entries
from tests.support import api
from tests.support.api import Answer
from tests.support.world import Clock


def staff(count: int = 1) -> list[str]:
    """Tokens of so many people who decide on refunds."""
    return [
        api.staff_token("refunds.audit", "refunds.read", staff_id=f"STAFF{number}") for number in range(count)
    ]


def ask(order_id: str, token: str, key: str, line_no: int = 1, quantity: int = 1) -> Answer:
    """Staff open a refund."""
    lines = [{"line_no": line_no, "quantity": quantity}]
    body = {"kind": "REFUND_ONLY", "lines": lines, "reason": "OTHER", "freight_fen": 0}
    return api.post(f"/console/orders/{order_id}/refunds", body, token=token, key=key)


def approve(refund_id: str, token: str) -> Answer:
    return api.post(f"/console/refunds/{refund_id}/approve", {}, token=token)


def refuse(refund_id: str, token: str) -> Answer:
    return api.post(f"/console/refunds/{refund_id}/refuse", {"said": "商品已使用"}, token=token)


def refund_notice(peer: WeChatPay, refund_id: str) -> Answer:
    """WeChat tells that this refund has been paid."""
    peer.end_refund(refund_id)
    refund = peer.refunds[refund_id]
    resource = {
        "mchid": "1900000001",
        "transaction_id": "4200000000000001",
        "out_trade_no": refund["out_trade_no"],
        "refund_id": refund["refund_id"],
        "out_refund_no": refund_id,
        "refund_status": "SUCCESS",
        "success_time": "2026-11-23T18:00:00+08:00",
        "amount": {**refund["amount"], "payer_total": refund["amount"]["total"], "payer_refund": 1},
    }
    return deliver("/wechat/refunded", "REFUND.SUCCESS", resource)


def test_one_line_asked_for_sixteen_times(together: Together, who: shop.People, peer: WeChatPay) -> None:
    """Invariant 8: one open refund a line, so what is asked never exceeds what was paid."""
    order_id = shop.paid_order(peer, who).order_id
    (token,) = staff()
    told = together(
        *[lambda one=one: ask(order_id, token, f"refund-{one:04}", quantity=3) for one in range(MANY)]  # type: ignore[misc]
    )
    assert told["201"] == 1
    assert told.keys() <= {"201", "409 LINE_IN_REFUND", "409 ORDER_MOVED"}
    assert len(orders.refunds_of(orders.load(order_id))) == 1


def test_one_refund_asked_sixteen_times(together: Together, who: shop.People, peer: WeChatPay) -> None:
    """Invariant 22: the same key is the same refund."""
    order_id = shop.paid_order(peer, who).order_id
    (token,) = staff()
    told = together(*[lambda: ask(order_id, token, "refund-0001")] * MANY)
    assert told == {"201": MANY}
    assert len(orders.refunds_of(orders.load(order_id))) == 1


def test_a_refund_of_each_line(together: Together, who: shop.People, peer: WeChatPay) -> None:
    """Invariants 8, 11: agreed to and paid back at once; both count, and in the end all is clawed back."""
    order_id = shop.paid_order(peer, who).order_id
    refunds = [
        shop.ask(order_id, Slice(line, quantity), key=f"refund-{line}").refund_id
        for line, quantity in ((1, 3), (2, 1))
    ]
    tokens = staff(2)
    told = together(
        *[lambda one=one, token=token: approve(one, token) for one in refunds for token in tokens]  # type: ignore[misc]
    )
    assert told.keys() <= {"200", "409 ORDER_MOVED", "409 REFUND_MOVED"}
    for one in refunds:
        assert approve(one, tokens[0]).status == 200, "once more finishes what the race refused"
    order = orders.load(order_id)
    assert order.refund_reserved_fen + order.refunded_fen == 11_000
    for _ in range(2):
        for one in refunds:
            send_refund(one)
    sent = [one for one in refunds if one in peer.refunds]
    assert sent
    assert together(*[lambda one=one: refund_notice(peer, one) for one in sent * 4]) == {"204": 4 * len(sent)}  # type: ignore[misc]
    assert entries("REFUND") == len(sent)
    lines = {line.line_no: line.refunded_fen for line in orders.load(order_id).lines}
    assert sum(lines.values()) == sum(orders.load_refund(one).amount_fen for one in sent)


def test_the_end_of_a_refund_told_sixteen_times(
    together: Together, who: shop.People, peer: WeChatPay
) -> None:
    """Invariants 11, 22: one clawback."""
    order_id = shop.paid_order(peer, who).order_id
    refund_id = shop.reserved(order_id, Slice(1, 2)).refund_id
    send_refund(refund_id)
    assert together(*[lambda: refund_notice(peer, refund_id)] * MANY) == {"204": MANY}
    assert entries("REFUND") == 1
    assert {row.payee_id: row.clawed_fen for row in commissions.of_order(order_id)} == {
        who.b: 666,
        who.a: 332,
    }


def test_a_refund_asked_while_it_matures(
    together: Together, who: shop.People, peer: WeChatPay, world: Clock
) -> None:
    """Invariant 12: matured before the refund was asked, or held until it ended; the money comes out
    the same."""
    order_id = shop.paid_order(peer, who).order_id
    shop.received(order_id)
    world.advance(days=7, minutes=1)
    (token,) = staff()
    told = together(*[mature] * 8, *[lambda: ask(order_id, token, "refund-0001", quantity=2)] * 8)
    assert told.keys() <= {"done", "201", "409 ORDER_MOVED"}
    assert ask(order_id, token, "refund-0001", quantity=2).status == 201
    for row in commissions.of_order(order_id):
        assert row.holds or row.state == "MATURED", "neither held nor matured"
    (refund,) = orders.refunds_of(orders.load(order_id))
    assert approve(refund.refund_id, token).status == 200
    assert refund_notice(peer, refund.refund_id).status == 204
    world.advance(hours=2)
    mature()
    assert [wallet.find(one).available_fen for one in (who.b, who.a)] == [1_099 - 666, 549 - 332]


def test_a_refund_paid_back_while_it_matures(
    together: Together, who: shop.People, peer: WeChatPay, world: Clock
) -> None:
    """Invariants 11, 12: clawed back from what is pending, or from what has just become money."""
    order_id = shop.paid_order(peer, who).order_id
    shop.received(order_id)
    refund_id = shop.reserved(order_id, Slice(1, 2)).refund_id
    send_refund(refund_id)
    world.advance(days=7, minutes=1)
    told = together(*[mature] * 8, *[lambda: refund_notice(peer, refund_id)] * 8)
    assert told == {"done": 8, "204": 8}
    world.advance(hours=2)
    mature()
    assert [wallet.find(one).available_fen for one in (who.b, who.a)] == [1_099 - 666, 549 - 332]


def test_two_refunds_of_matured_money(
    together: Together, who: shop.People, peer: WeChatPay, world: Clock
) -> None:
    """Invariants 11, 13: two orders' late clawbacks meet in one wallet that holds enough for one."""
    refunds = []
    for key in ("order-1", "order-2"):
        shop.received(shop.paid_order(peer, who, key).order_id)
    world.advance(days=7, minutes=1)
    mature()
    shop.spend(who.b, 1_500)
    for key in ("order-1", "order-2"):
        refund_id = shop.reserved(shop.order_id(who, key), Slice(1, 2)).refund_id
        send_refund(refund_id)
        refunds.append(refund_id)
    told = together(*[lambda one=one: refund_notice(peer, one) for one in refunds * 4])  # type: ignore[misc]
    assert told == {"204": 8}
    held = wallet.find(who.b)
    assert (held.available_fen, held.debt_fen) == (0, 2 * 666 - (2 * 1_099 - 1_500))
    assert wallet.find(who.a).available_fen == 2 * (549 - 332)


@pytest.mark.parametrize("first", [0, 1, None], ids=["matured first", "paid back first", "at once"])
def test_a_late_clawback_while_another_order_matures(
    together: Together, who: shop.People, peer: WeChatPay, world: Clock, first: int | None
) -> None:
    """Invariant 13: what matures pays the new debt, or the clawback finds the new money; never does money
    stand beside a debt."""
    shop.received(shop.paid_order(peer, who, "order-1").order_id)
    world.advance(days=7, minutes=1)
    mature()
    shop.spend(who.b, 1_000)
    shop.spend(who.a, 500)
    shop.received(shop.paid_order(peer, who, "order-2").order_id)
    refund_id = shop.reserved(shop.order_id(who, "order-1"), Slice(1, 2)).refund_id
    send_refund(refund_id)
    world.advance(days=7, minutes=1)
    told = together(mature, lambda: refund_notice(peer, refund_id), first=first)
    assert told == {"done": 1, "204": 1}
    world.advance(hours=2)
    mature()
    left = [(found.available_fen, found.debt_fen) for found in map(wallet.find, (who.b, who.a))]
    assert left == [(2 * 1_099 - 1_000 - 666, 0), (2 * 549 - 500 - 332, 0)]


def test_two_staff_on_one_refund(together: Together, who: shop.People, peer: WeChatPay) -> None:
    """Invariants 5, 8: agreed to or refused; the buyer hears one word, WeChat at most one number."""
    order_id = shop.paid_order(peer, who).order_id
    refund_id = shop.ask(order_id, Slice(1, 2)).refund_id
    told = together(
        *[
            lambda one=one, token=token: (approve, refuse)[one % 2](refund_id, token)  # type: ignore[misc]
            for one, token in enumerate(staff(MANY))
        ]
    )
    assert told.keys() <= {"200", "409 ORDER_MOVED", "409 REFUND_MOVED"}
    refund, order = orders.load_refund(refund_id), orders.load(order_id)
    if refund.status == "REFUSED":
        assert ("refund" in peer.calls, order.refund_reserved_fen) == (False, 0)
        assert not any(row.holds for row in commissions.of_order(order_id))
    else:
        assert (refund.status, list(peer.refunds)) == ("SENT", [refund_id])
        assert order.refund_reserved_fen == refund.amount_fen == 6_666
        assert all(row.holds for row in commissions.of_order(order_id))
