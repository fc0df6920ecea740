"""What was never notified is found; what is over is closed, at WeChat first (O2, invariants 7, 21, 23)."""

from collections.abc import Callable
from typing import Any

import pytest

from chalicelib.inventory import store as inventory
from chalicelib.orders import store as orders
from chalicelib.orders.close import close
from chalicelib.payments import store
from chalicelib.payments.jobs import close_unpaid, find_unnotified
from chalicelib.payments.prepay import prepay
from chalicelib.wechat.pay_call import PayUnknown
from tests.payments import shop
from tests.payments.fakes import WeChatPay
from tests.support.world import Clock, dump_all


@pytest.fixture(autouse=True)
def _one_shard(monkeypatch: pytest.MonkeyPatch) -> None:
    """The sweepers walk one shard as they walk eight; here they do it each minute of an hour."""
    for one in (orders, store):
        monkeypatch.setattr(one, "DUE_SHARDS", 1)


def sweep(world: Clock, minutes: int) -> None:
    """Both jobs each minute, for so many minutes."""
    for _ in range(minutes):
        world.advance(minutes=1)
        find_unnotified()
        close_unpaid()


def status(order_id: str) -> str:
    return orders.load(order_id).status


def test_a_payment_without_its_notice_is_found_within_minutes(
    who: shop.People, peer: WeChatPay, world: Clock
) -> None:
    """O2: the notice is dropped, the query finds it."""
    order = shop.place(who)
    shop.bought(peer, order)
    sweep(world, 2)
    assert status(order.order_id) == "PAID"
    payment = store.find(order.order_id)
    assert payment is not None and payment.notice_id == "QUERY"


def test_wechat_is_asked_seldom_and_then_at_the_end(who: shop.People, peer: WeChatPay, world: Clock) -> None:
    """N5: an order that is never paid costs three looks and one at its expiry, and then none."""
    order = shop.place(who)
    prepay(who.c, order.order_id, via="mp")
    sweep(world, 29)
    assert peer.calls.count("query_trade") == 3
    sweep(world, 31)
    assert (peer.calls.count("query_trade"), peer.calls.count("close")) == (4, 1)
    assert status(order.order_id) == "CLOSED"


def test_an_expired_order_is_closed_at_wechat_before_its_stock_goes_back(
    who: shop.People, peer: WeChatPay, world: Clock
) -> None:
    """wechat.md §6.7, invariant 21: stock only after a confirmed close."""
    order = shop.place(who)
    prepay(who.c, order.order_id, via="mp")
    world.advance(minutes=30)
    peer.fail("close", PayUnknown("timeout"))
    find_unnotified()
    close_unpaid()
    assert (status(order.order_id), inventory.available(["SK1"])) == ("UNPAID", {"SK1": 7})
    sweep(world, 1)
    assert (status(order.order_id), inventory.available(["SK1"])) == ("CLOSED", {"SK1": 10})
    assert peer.trades[order.order_id]["trade_state"] == "CLOSED"


def test_the_buyer_who_pays_while_we_close_has_paid(who: shop.People, peer: WeChatPay, world: Clock) -> None:
    """wechat.md §6.7: close says "paid", so it is queried and settled."""
    order = shop.place(who)
    prepay(who.c, order.order_id, via="mp")
    world.advance(minutes=30)

    def pays_first(name: str, call: Callable[[], Any]) -> Any:
        if name.endswith("/close") and peer.trades[order.order_id]["trade_state"] == "NOTPAY":
            peer.buy(order.order_id)
        return call()

    peer.wire = pays_first
    find_unnotified()
    assert status(order.order_id) == "PAID"


def test_an_order_never_announced_is_closed_without_wechat(
    who: shop.People, peer: WeChatPay, world: Clock
) -> None:
    """O2: unpaid orders close by themselves and give back stock."""
    order = shop.place(who)
    sweep(world, 29)
    assert status(order.order_id) == "UNPAID"
    sweep(world, 2)
    assert (status(order.order_id), inventory.available(["SK1"]), peer.calls) == ("CLOSED", {"SK1": 10}, [])


def test_an_order_cancelled_here_is_closed_there_too(who: shop.People, peer: WeChatPay, world: Clock) -> None:
    """wechat.md §6.7: the prepay id the buyer still holds is made worthless."""
    order = shop.place(who)
    prepay(who.c, order.order_id, via="mp")
    close(order.order_id, reason="BUYER")
    sweep(world, 2)
    assert peer.trades[order.order_id]["trade_state"] == "CLOSED"
    payment = store.find(order.order_id)
    assert payment is not None and payment.status == "CLOSED"


def test_a_paid_order_cancelled_here_is_found_and_goes_back(
    who: shop.People, peer: WeChatPay, world: Clock
) -> None:
    """Invariant 7: even when no notice ever comes, the money is found and returned."""
    order = shop.place(who)
    shop.bought(peer, order)
    close(order.order_id, reason="BUYER")
    sweep(world, 4)
    assert len(peer.refunds) == 1


def test_while_wechat_is_out_of_reach_nothing_is_given_up(
    who: shop.People, peer: WeChatPay, world: Clock, capsys: pytest.CaptureFixture[str]
) -> None:
    """Invariant 23: after two hours the alarm sounds; then it is settled all the same."""
    order = shop.place(who)
    shop.bought(peer, order)
    peer.fail("query_trade", *[PayUnknown("timeout") for _ in range(4)])
    world.advance(minutes=30)
    find_unnotified()
    close_unpaid()
    world.advance(hours=2, minutes=1)
    for _ in range(3):
        find_unnotified()
        world.advance(minutes=1)
    assert '"payment_stuck": 1' in capsys.readouterr().out
    assert status(order.order_id) == "UNPAID"
    sweep(world, 1)
    assert status(order.order_id) == "PAID"


def test_a_case_for_a_person_does_not_block_the_others(
    who: shop.People, peer: WeChatPay, world: Clock
) -> None:
    """N5: a payment that disagrees is put off, the next ones are settled."""
    first = shop.place(who, "order-1")
    shop.bought(peer, first)
    peer.trades[first.order_id]["amount"]["total"] = 1
    second = shop.place(who, "order-2")
    shop.bought(peer, second)
    sweep(world, 2)
    assert (status(first.order_id), status(second.order_id)) == ("UNPAID", "PAID")
    asked = peer.calls.count("query_trade")
    sweep(world, 2)
    assert peer.calls.count("query_trade") == asked


def test_when_nothing_is_due_nothing_happens(who: shop.People, peer: WeChatPay) -> None:
    """Invariant 22: an idle sweep changes nothing and calls nobody."""
    shop.paid_order(peer, who)
    calls, before = list(peer.calls), dump_all()
    assert (find_unnotified(), close_unpaid()) == (0, 0)
    assert (peer.calls, dump_all()) == (calls, before)


def test_when_wechat_is_out_of_reach_the_run_ends_early(
    who: shop.People, peer: WeChatPay, world: Clock
) -> None:
    """N5: three time-outs in a row are enough, and those three do not stand in the others' way."""
    placed = [shop.place(who, f"order-{number}") for number in range(3)]
    for order in placed:
        shop.bought(peer, order)
    world.advance(minutes=1)
    peer.fail("query_trade", *[PayUnknown("timeout") for _ in range(3)])
    assert find_unnotified() == 3
    shop.stock(20)
    later = shop.place(who, "order-9")
    assert find_unnotified() == 0
    prepay(who.c, later.order_id, via="mp")
    sweep(world, 2)
    assert [status(order.order_id) for order in placed] == ["PAID"] * 3
