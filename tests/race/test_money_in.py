"""Notices, closing and maturing meet each other (O2, invariants 5, 6, 12, 21, 22)."""

import itertools
import json
import random
from datetime import datetime

import pytest

from chalicelib.commissions import store as commissions
from chalicelib.commissions.mature import mature
from chalicelib.inventory import store as inventory
from chalicelib.kernel.jobs import Change
from chalicelib.orders import store as orders
from chalicelib.orders.close import close
from chalicelib.orders.jobs import receive_by_itself
from chalicelib.orders.ship import Shipment, ship
from chalicelib.payments import store as payments
from chalicelib.payments.settle import late_refund_id
from chalicelib.wallet import store as wallet
from chalicelib.wallet.jobs import count_in_statements
from tests.payments import shop
from tests.payments.fakes import WeChatPay
from tests.payments.signed import deliver
from tests.race.harness import MANY, Together
from tests.support import api
from tests.support.api import Answer
from tests.support.world import Clock, dump

BOTH_FEN = (shop.LEVEL_1_FEN, shop.LEVEL_2_FEN)


def notice(peer: WeChatPay, order_id: str) -> Answer:
    """WeChat tells once more that this order was paid."""
    return deliver("/wechat/paid", "TRANSACTION.SUCCESS", peer.trades[order_id])


def entries(kind: str) -> int:
    """How many journal entries of this kind there are."""
    return sum(json.loads(one)["entry_id"]["S"].startswith(f"{kind}:") for one in dump("journal"))


def test_one_notice_sixteen_times(together: Together, who: shop.People, peer: WeChatPay) -> None:
    """Invariant 6: one entry, each payee credited once, and WeChat is answered every time."""
    order_id = shop.place(who).order_id
    shop.bought(peer, orders.load(order_id))
    assert together(*[lambda: notice(peer, order_id)] * MANY) == {"204": MANY}
    assert (orders.load(order_id).status, entries("PAID")) == ("PAID", 1)
    rows = {row.payee_id: row.amount_fen for row in commissions.of_order(order_id)}
    assert rows == {who.b: shop.LEVEL_1_FEN, who.a: shop.LEVEL_2_FEN}


@pytest.mark.parametrize("first", [0, 1], ids=["the notice first", "the close first"])
def test_a_notice_and_a_close(together: Together, who: shop.People, peer: WeChatPay, first: int) -> None:
    """Invariants 5, 21: paid and credited with its stock held, or closed with its stock given back and the
    money on its way home; never something of both."""
    order_id = shop.place(who).order_id
    shop.bought(peer, orders.load(order_id))
    told = together(*[lambda: notice(peer, order_id), lambda: close(order_id)] * (MANY // 2), first=first)
    order, left = orders.load(order_id), inventory.load("SK1").available
    assert told["204"] == MANY // 2
    assert entries("PAID") == 1
    if order.status == "PAID":
        assert told.keys() <= {"204", "ORDER_MOVED", "ORDER_ALREADY_PAID"}
        assert (left, len(commissions.of_order(order_id))) == (7, 2)
        return
    assert told.keys() <= {"204", "ORDER_MOVED", "done"}
    payment = payments.find(order_id)
    assert payment is not None
    assert (order.status, payment.status, payment.refund_id) == ("CLOSED", "LATE", late_refund_id(order_id))
    assert (left, commissions.of_order(order_id)) == (10, [])


def test_receipt_by_hand_and_by_itself(
    together: Together, who: shop.People, peer: WeChatPay, world: Clock
) -> None:
    """Invariants 5, 12: received once; the window runs once and for both payees."""
    order = shop.paid_order(peer, who)
    ship(order.order_id, Shipment("PICK_UP"))
    version = orders.load(order.order_id).version
    world.advance(days=10, minutes=1)
    token, path = api.member_token(who.c), f"/shop/orders/{order.order_id}/receive"
    told = together(*[lambda: api.post(path, token=token), receive_by_itself] * (MANY // 2))
    assert told.keys() <= {"200", "done", "409 ORDER_MOVED"}
    assert api.post(path, token=token).status == 200, "once more finds it received"
    received = orders.load(order.order_id)
    assert (received.status, received.version) == ("RECEIVED", version + 1)
    windows = {row.matures_at for row in commissions.of_order(order.order_id)}
    assert windows == {received.after_sale_until}


def test_maturing_sixteen_times(together: Together, who: shop.People, peer: WeChatPay, world: Clock) -> None:
    """Invariant 12: each commission becomes money once."""
    for key in ("order-1", "order-2"):
        shop.received(shop.paid_order(peer, who, key).order_id)
    world.advance(days=7, minutes=1)
    assert together(*[mature] * MANY) == {"done": MANY}
    mature()
    assert [wallet.find(one).available_fen for one in (who.b, who.a)] == [2 * one for one in BOTH_FEN]
    assert entries("MATURE") == 4


def test_two_payees_of_one_budget(
    together: Together, who: shop.People, peer: WeChatPay, world: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Invariant 10: sweepers that begin at different ends pay no more than the budget has left."""
    shop.budget(1_000)
    shop.received(shop.paid_order(peer, who).order_id)
    world.advance(days=7, minutes=1)
    due, turns = commissions.due, itertools.count()

    def from_either_end(at: datetime, limit: int) -> list[tuple[str, str]]:
        return sorted(due(at, limit), reverse=next(turns) % 2 == 0)

    monkeypatch.setattr(commissions, "due", from_either_end)
    assert together(mature, mature) == {"done": 2}
    mature()
    assert sum(wallet.find(one).available_fen for one in (who.b, who.a)) == 1_000


def test_sixteen_clients_of_one_hot_upline(
    together: Together, who: shop.People, peer: WeChatPay, world: Clock
) -> None:
    """Design §9: no credit is lost, and the totals are exact after the followers, who meet too."""
    shop.stock(100)
    order_ids = [shop.place(who, f"order-{number}").order_id for number in range(MANY)]
    for order_id in order_ids:
        shop.bought(peer, orders.load(order_id))
    told = together(*[lambda one=one: notice(peer, one) for one in order_ids])  # type: ignore[misc]
    assert told == {"204": MANY}
    assert entries("PAID") == MANY
    changes = [
        Change("journal", str(number), None, json.loads(one)) for number, one in enumerate(dump("journal"))
    ]

    def follow(number: int) -> None:
        shuffled = random.Random(number).sample(changes, len(changes))
        for change in shuffled:
            count_in_statements(change)

    assert together(*[lambda one=one: follow(one) for one in range(2)]) == {"done": 2}  # type: ignore[misc]
    for member_id, credited_fen in zip((who.b, who.a), BOTH_FEN, strict=True):
        totals = wallet.totals(member_id)
        assert (totals.pending_fen, totals.earned_fen, totals.lines) == (
            MANY * credited_fen,
            MANY * credited_fen,
            MANY,
        )


def test_many_orders_mature_while_more_are_paid(
    together: Together, who: shop.People, peer: WeChatPay, world: Clock
) -> None:
    """A payee's wallet and a payee's new commissions are different items: neither waits for the other."""
    shop.stock(100)
    for number in range(2):
        shop.received(shop.paid_order(peer, who, f"old-{number}").order_id)
    world.advance(days=7, minutes=1)
    fresh = [shop.place(who, f"new-{number}").order_id for number in range(MANY // 2)]
    for order_id in fresh:
        shop.bought(peer, orders.load(order_id))
    told = together(*[lambda one=one: notice(peer, one) for one in fresh], *[mature] * 4)  # type: ignore[misc]
    assert told == {"204": len(fresh), "done": 4}
    mature()
    assert wallet.find(who.b).available_fen == 2 * shop.LEVEL_1_FEN


@pytest.mark.parametrize("first", [0, 1], ids=["the notice first", "the balance first"])
def test_wechats_money_and_the_balance(
    together: Together, who: shop.People, peer: WeChatPay, first: int
) -> None:
    """Decision 11, invariants 6, 14: one of the two pays; what WeChat brings besides goes home."""
    order_id = shop.place(who).order_id
    shop.bought(peer, orders.load(order_id))
    shop.earn(who.c, shop.TOTAL_FEN)
    path, token = f"/shop/orders/{order_id}/balance-payment", api.member_token(who.c)
    tap = lambda: api.post(path, token=token, key="one-tap-1")  # noqa: E731
    told = together(*[lambda: notice(peer, order_id), tap] * (MANY // 2), first=first)
    order, payment = orders.load(order_id), payments.find(order_id)
    assert told["204"] == MANY // 2 and order.status == "PAID" and payment is not None
    assert told.keys() <= {"204", "200", "409 ORDER_NOT_PAYABLE"}
    assert (len(commissions.of_order(order_id)), entries("PAID")) == (2, 1)
    by_balance = order.paid_by == "BALANCE"
    assert payment.status == ("LATE" if by_balance else "PAID")
    assert wallet.find(who.c).available_fen == (0 if by_balance else shop.TOTAL_FEN)


def test_two_orders_of_one_balance(together: Together, who: shop.People) -> None:
    """Invariant 14: money for one order pays one, whoever taps."""
    order_ids = [shop.place(who, f"order-{number}").order_id for number in range(2)]
    shop.earn(who.c, shop.TOTAL_FEN + 1)
    token = api.member_token(who.c)

    def tap(number: int) -> Answer:
        path = f"/shop/orders/{order_ids[number % 2]}/balance-payment"
        return api.post(path, token=token, key=f"tap-number-{number}")

    told = together(*[lambda one=one: tap(one) for one in range(MANY)])  # type: ignore[misc]
    assert told["200"] == 1
    assert told.keys() <= {"200", "409 BALANCE_NOT_ENOUGH", "409 ORDER_NOT_PAYABLE"}
    assert sorted(orders.load(one).status for one in order_ids) == ["PAID", "UNPAID"]
    assert (wallet.find(who.c).available_fen, entries("PURCHASE")) == (1, 1)
