"""What happens by itself, and that doing it twice is doing it once (O3, O4, N2)."""

from datetime import timedelta
from typing import Any

import pytest

from chalicelib.content import store as content
from chalicelib.kernel import aws, clock
from chalicelib.kernel.dynamo import commit
from chalicelib.kernel.jobs import Change
from chalicelib.members import store as members
from chalicelib.orders import jobs, store
from chalicelib.orders.approve_return import approve_return
from chalicelib.orders.close import close
from chalicelib.orders.move_refund import Slice
from chalicelib.orders.receive import receive
from chalicelib.orders.refuse_refund import refuse_refund
from chalicelib.orders.rules import ParcelLine
from chalicelib.wechat.transport import WeChatUnavailable
from tests.orders.conftest import Desk
from tests.orders.shop import Shop
from tests.support.world import Clock


def image(table: str, **key: str) -> dict[str, Any] | None:
    typed = {name: {"S": value} for name, value in key.items()}
    found = aws.client("dynamodb").get_item(TableName=f"fenxiao-test-{table}", Key=typed, ConsistentRead=True)
    item: dict[str, Any] | None = found.get("Item")
    return item


class Watched:
    """The changes of one item as its stream would tell them."""

    def __init__(self, table: str, **key: str) -> None:
        self.table, self.key = table, key
        self.last = image(table, **key)

    def change(self) -> Change:
        before, self.last = self.last, image(self.table, **self.key)
        return Change(self.table, "event", before, self.last)


def inbox(member_id: str) -> list[str]:
    return sorted(notice.kind for notice in content.notices(member_id, limit=50).items)


def texts(member_id: str) -> str:
    return "\n".join(notice.text for notice in content.notices(member_id, limit=50).items)


# -- by the clock -------------------------------------------------------------------------------


def test_receipt_and_completion_come_by_themselves(shop: Shop, world: Clock) -> None:
    order = shop.shipped(shop.paid())
    world.advance(days=9, hours=23)
    assert jobs.receive_by_itself() == 0
    world.advance(hours=1)
    assert jobs.receive_by_itself() == 1
    assert jobs.receive_by_itself() == 0
    assert store.load(order.order_id).received_at == clock.now()
    world.advance(days=7)
    assert (jobs.complete_by_itself(), jobs.complete_by_itself()) == (1, 0)
    assert store.load(order.order_id).status == "COMPLETED"


def test_one_that_fails_keeps_no_other_waiting(
    shop: Shop, world: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = [shop.shipped(shop.paid(key=f"order-000{n}")).order_id for n in (1, 2)]
    world.advance(days=11)
    real = store.load
    broken = ids[0]

    def load(order_id: str) -> Any:
        if order_id == broken:
            raise RuntimeError("unreadable")
        return real(order_id)

    monkeypatch.setattr(store, "load", load)
    assert jobs.receive_by_itself() == 1
    monkeypatch.undo()
    assert [store.load(one).status for one in ids] == ["SHIPPED", "RECEIVED"]


def test_unpaid_orders_are_listed_when_their_time_is_over(shop: Shop, world: Clock) -> None:
    """For the payments room, which asks WeChat before it closes them."""
    order = shop.place()
    assert list(store.due("UNPAID", clock.now(), 9)) == []
    world.advance(minutes=30)
    assert list(store.due("UNPAID", clock.now(), 9)) == [order.order_id]
    close(order.order_id)
    assert list(store.due("UNPAID", clock.now(), 9)) == []


def test_a_return_that_never_came_is_cancelled(shop: Shop, world: Clock) -> None:
    order = receive(shop.shipped(shop.paid()))
    refund = shop.ask(order, Slice(1, 1), kind="RETURN")
    approve_return(refund.refund_id)
    assert jobs.cancel_unsent_returns() == 0
    world.advance(days=7)
    assert (jobs.cancel_unsent_returns(), jobs.cancel_unsent_returns()) == (1, 0)
    ended = store.load_refund(refund.refund_id)
    assert ended.status == "CANCELLED" and ended.said is not None and "寄回" in ended.said
    assert store.load(order.order_id).lines[0].open_refund_id is None


def test_wechat_is_told_at_once_or_by_the_clock(shop: Shop, desk: Desk, world: Clock) -> None:
    """N2: a WeChat out of reach harms no order; the sweeper comes back."""
    order = shop.paid()
    watched = Watched("orders", order_id=order.order_id)
    shop.shipped(order)
    desk.refusals = [WeChatUnavailable()]
    change = watched.change()
    jobs.tell_wechat_now(change)
    assert desk.told == []
    jobs.tell_wechat_now(watched.change())
    assert desk.told == [], "the clock tries again, not the stream"
    world.advance(seconds=30)
    assert (jobs.tell_wechat_later(), jobs.tell_wechat_later()) == (1, 0)
    jobs.tell_wechat_now(change)
    assert len(desk.told) == 1


# -- after the commit ---------------------------------------------------------------------------


def test_each_change_reaches_the_buyer_once(shop: Shop) -> None:
    order = shop.place()
    watched = Watched("orders", order_id=order.order_id)
    shop.pay(order)
    changes = [watched.change()]
    shop.shipped(order, ParcelLine(1, 1))
    changes.append(watched.change())
    shop.shipped(order, number="SF10000002")
    changes.append(watched.change())
    receive(store.load(order.order_id))
    changes.append(watched.change())
    for change in [*changes, *changes]:
        jobs.tell_buyer(change)
    assert inbox(shop.c) == ["order_paid", "order_received", "order_shipped", "order_shipped"]
    assert "¥122.00" in texts(shop.c) and "顺丰速运 SF10000002" in texts(shop.c)


def test_a_closed_order_tells_its_reason(shop: Shop) -> None:
    order = shop.place()
    watched = Watched("orders", order_id=order.order_id)
    close(order.order_id)
    jobs.tell_buyer(watched.change())
    assert inbox(shop.c) == ["order_closed"] and "超过付款时间" in texts(shop.c)


def test_the_end_of_a_refund_is_told(shop: Shop) -> None:
    first = shop.ask(shop.paid(), Slice(1, 1))
    watched = Watched("refunds", refund_id=first.refund_id)
    shop.pay_back(first)
    change = watched.change()
    jobs.tell_about_refund(change)
    jobs.tell_about_refund(change)
    assert inbox(shop.c) == ["refund_done"] and "¥33.33" in texts(shop.c)
    second = shop.ask(shop.paid(key="order-0002"), Slice(1, 1))
    watched = Watched("refunds", refund_id=second.refund_id)
    refuse_refund(second.refund_id, said="商品没有问题")
    jobs.tell_about_refund(watched.change())
    assert "refund_refused" in inbox(shop.c) and "商品没有问题" in texts(shop.c)


def test_the_buyer_is_marked_once(shop: Shop, world: Clock) -> None:
    """R6 counts downlines who have bought; the first time stays."""
    order = shop.place()
    watched = Watched("orders", order_id=order.order_id)
    shop.pay(order)
    change = watched.change()
    jobs.mark_bought(change)
    first = members.load(shop.c).bought_at
    assert first is not None
    world.advance(days=1)
    jobs.mark_bought(change)
    assert members.load(shop.c).bought_at == first


def test_the_first_purchase_is_the_earliest_in_whatever_order_it_is_told(shop: Shop, world: Clock) -> None:
    """R6, invariant 22: two orders' events may come the other way round."""
    changes = []
    for key in ("order-0001", "order-0002"):
        order = shop.place(key=key)
        watched = Watched("orders", order_id=order.order_id)
        shop.pay(order)
        changes.append(watched.change())
        world.advance(days=1)
    jobs.mark_bought(changes[1])
    jobs.mark_bought(changes[0])
    assert members.load(shop.c).bought_at == world.now() - timedelta(days=2)


def test_what_was_ordered_leaves_the_cart(shop: Shop, world: Clock) -> None:
    """O1; what was put in again since stays."""
    tea, sample = shop.basket
    commit(store.put_in_cart(shop.c, tea, at=clock.now()), store.put_in_cart(shop.c, sample, at=clock.now()))
    watched = Watched("orders", order_id=shop.place(tea).order_id)
    change = Change("orders", "event", None, watched.last)
    jobs.empty_cart(change)
    assert store.cart(shop.c) == [sample]
    world.advance(minutes=1)
    commit(store.put_in_cart(shop.c, tea, at=clock.now()))
    jobs.empty_cart(change)
    assert set(store.cart(shop.c)) == {tea, sample}


def test_changes_that_concern_nobody_do_nothing(shop: Shop) -> None:
    order = shop.place()
    same = Watched("orders", order_id=order.order_id).change()
    gone = Change("orders", "event", same.new, None)
    for change in (same, gone):
        for follower in (jobs.tell_buyer, jobs.mark_bought, jobs.empty_cart, jobs.tell_wechat_now):
            follower(change)
    assert inbox(shop.c) == []
