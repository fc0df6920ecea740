"""After-sales: asked, agreed, returned, paid back, and what each does to order, stock and commission (O4)."""

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from chalicelib.commissions import store as commissions
from chalicelib.commissions.mature import mature
from chalicelib.kernel import clock
from chalicelib.kernel.errors import Invalid, KeyReused
from chalicelib.orders import store
from chalicelib.orders.approve_return import approve_return
from chalicelib.orders.cancel_refund import cancel_refund
from chalicelib.orders.confirm_returned import confirm_returned
from chalicelib.orders.move_refund import (
    LineInRefund,
    NotRefundable,
    Refund,
    RefundMoved,
    RefundUnknown,
    Slice,
)
from chalicelib.orders.receive import receive
from chalicelib.orders.refuse_refund import refuse_refund
from chalicelib.orders.reserve_refund import reserve_refund
from chalicelib.orders.rules import Order, OrderMoved, ParcelLine
from chalicelib.orders.send_return import send_return
from chalicelib.payments.post_refund import post_refund
from chalicelib.payments.send_refund import send_refund
from tests.orders.shop import STOCK, Shop
from tests.support import world as support
from tests.support.world import Clock

EVERYTHING = (Slice(1, 3), Slice(2, 1))


def received(shop: Shop) -> Order:
    return receive(shop.shipped(shop.paid()))


def returned(shop: Shop, order: Order, *slices: Slice, is_sellable: bool = True) -> Refund:
    """A return whose goods are back."""
    asked = shop.ask(order, *slices, kind="RETURN")
    approve_return(asked.refund_id)
    send_return(store.load_refund(asked.refund_id), company="顺丰", tracking_number="SF20000001")
    return confirm_returned(asked.refund_id, is_sellable=is_sellable)


# -- asking -------------------------------------------------------------------------------------


def test_asking_holds_the_commission_of_its_lines(shop: Shop, commits: Callable[[], int]) -> None:
    """Invariant 12: held at once, in the same commit; not only when staff agree."""
    order = shop.paid()
    commits()
    refund = shop.ask(order, Slice(1, 1))
    assert commits() == 1
    assert (refund.status, refund.amount_fen, refund.freight_fen) == ("ASKED", 3_333, 0)
    assert shop.holds(order) == {shop.b: {refund.refund_id}, shop.a: {refund.refund_id}}
    line = store.load(order.order_id).lines[0]
    assert (line.open_refund_id, line.open_quantity) == (refund.refund_id, 1)


def test_the_same_key_gives_the_same_refund(shop: Shop, commits: Callable[[], int]) -> None:
    order = shop.paid()
    refund = shop.ask(order, Slice(1, 1))
    commits()
    assert shop.ask(order, Slice(1, 1)) == refund
    assert commits() == 0
    with pytest.raises(KeyReused):
        shop.ask(order, Slice(1, 2))


def test_one_open_refund_a_line(shop: Shop) -> None:
    order = shop.paid()
    shop.ask(order, Slice(1, 1))
    with pytest.raises(LineInRefund):
        shop.ask(order, Slice(1, 1), key="refund-0002")
    assert shop.ask(order, Slice(2, 1), key="refund-0002").status == "ASKED"


def test_two_who_ask_at_once_get_one(shop: Shop) -> None:
    order, barrier, outcomes = shop.paid(), threading.Barrier(2), []

    def ask(key: str) -> None:
        barrier.wait()
        try:
            outcomes.append(shop.ask(order, Slice(1, 3), key=key).status)
        except (LineInRefund, OrderMoved):
            outcomes.append("refused")

    threads = [threading.Thread(target=ask, args=(f"refund-000{n}",)) for n in (1, 2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["ASKED", "refused"]
    assert len(store.load(order.order_id).refund_ids) == 1


def test_only_within_the_window_but_staff_later(shop: Shop, world: Clock) -> None:
    order = received(shop)
    world.advance(days=7)
    with pytest.raises(NotRefundable):
        shop.ask(order, Slice(1, 1))
    assert shop.ask(order, Slice(1, 1), by="STANNA").asked_by == "STANNA"


def test_nothing_is_refunded_of_what_was_not_paid(shop: Shop) -> None:
    before = shop.place()
    with pytest.raises(NotRefundable):
        shop.ask(before, Slice(1, 1))


def test_a_refused_ask_changes_nothing(shop: Shop) -> None:
    """Invariant 17."""
    order = shop.paid()
    before = support.dump_all()
    for wrong in (Slice(1, 4), Slice(1, 1, 3_334), Slice(1, 1, 100)):
        with pytest.raises(Invalid):
            shop.ask(order, wrong)
    assert support.dump_all() == before


def test_freight_is_not_the_buyers_to_ask_but_staff_may_name_it(shop: Shop) -> None:
    order = shop.shipped(shop.paid())
    asked = shop.ask(order, *EVERYTHING, freight_fen=1_200)
    assert asked.freight_fen == 0, "a buyer's word on freight counts nothing"
    cancel_refund(asked)
    assert shop.ask(order, *EVERYTHING, by="STANNA", freight_fen=500).freight_fen == 500
    with pytest.raises(Invalid, match="运费"):
        shop.ask(shop.paid(key="order-0002"), *EVERYTHING, by="STANNA", freight_fen=1_201)


# -- ending without money -----------------------------------------------------------------------


@pytest.mark.parametrize("way", ["REFUSED", "CANCELLED"])
def test_an_end_without_money_frees_everything(shop: Shop, way: str, commits: Callable[[], int]) -> None:
    """O4: line and commission are as before; the refund tells why."""
    order = shop.paid()
    refund = shop.ask(order, Slice(1, 2))
    commits()
    end = {
        "REFUSED": lambda: refuse_refund(refund.refund_id, said="商品没有问题"),
        "CANCELLED": lambda: cancel_refund(refund),
    }[way]
    ended = end()
    assert commits() == 1
    assert ended.status == way
    assert ended.ended_at == clock.now()
    assert set(shop.holds(order).values()) == {frozenset()}
    after = store.load(order.order_id)
    assert [line.open_refund_id for line in after.lines] == [None, None]
    assert after.lines == order.lines
    assert shop.ask(order, Slice(1, 3), key="refund-0002").amount_fen == 9_999


def test_an_ended_refund_moves_no_more(shop: Shop) -> None:
    refund = shop.ask(shop.paid(), Slice(1, 1))
    cancelled = cancel_refund(refund)
    assert cancel_refund(cancelled) == cancelled
    with pytest.raises(RefundMoved):
        reserve_refund(refund.refund_id)
    with pytest.raises(RefundMoved):
        refuse_refund(refund.refund_id, said="不同意")


def test_an_ended_refund_says_so_even_when_its_freight_went_back_otherwise(shop: Shop) -> None:
    """Staff who come too late read that it moved on, not that the freight is too much."""
    order = shop.paid()
    refused = shop.ask(order, Slice(1, 3), by="ST1", freight_fen=1_200)
    refuse_refund(refused.refund_id, said="重新申请")
    shop.pay_back(shop.ask(order, Slice(1, 3), key="refund-0002", by="ST1", freight_fen=1_200))
    with pytest.raises(RefundMoved):
        reserve_refund(refused.refund_id)


@pytest.mark.parametrize("way", ["refuse", "cancel"])
def test_a_commission_that_moved_meanwhile_is_told_in_the_buyers_words(shop: Shop, way: str) -> None:
    """The lift was made of a row read just before it was taken back: nothing is written, one tries again."""
    refund = shop.ask(shop.paid(), Slice(1, 1))
    stale = [replace(row, state="CLAWED") for row in commissions.of_order(refund.order_id)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("chalicelib.commissions.hold.store.of_order", lambda order_id: stale)
        with pytest.raises(RefundMoved):
            if way == "refuse":
                refuse_refund(refund.refund_id, said="商品没有问题")
            else:
                cancel_refund(refund)
    assert store.load_refund(refund.refund_id) == refund


# -- reserving ----------------------------------------------------------------------------------


def test_reserving_sets_the_money_aside_once(shop: Shop, commits: Callable[[], int]) -> None:
    """Invariant 8."""
    order = shop.paid()
    refund = shop.ask(order, Slice(1, 1))
    commits()
    reserved = reserve_refund(refund.refund_id)
    assert commits() == 1
    assert reserved.status == "RESERVED"
    after = store.load(order.order_id)
    assert (after.refund_reserved_fen, after.refunded_fen) == (3_333, 0)
    assert after.lines[0].refund_reserved_fen == 3_333
    assert list(store.due_refunds("RESERVED", clock.now(), 9)) == [refund.refund_id]
    assert reserve_refund(refund.refund_id) == reserved
    assert commits() == 0
    with pytest.raises(RefundMoved):
        cancel_refund(reserved)


def test_freight_goes_back_with_everything_that_was_never_sent(shop: Shop) -> None:
    """With the refund that makes it everything, not with one beside another that may be refused."""
    order = shop.paid()
    first = shop.ask(order, Slice(1, 3))
    second = shop.ask(order, Slice(2, 1), key="refund-0002")
    assert (first.freight_fen, second.freight_fen) == (0, 0)
    assert reserve_refund(first.refund_id).freight_fen == 0
    assert reserve_refund(second.refund_id).amount_fen == 1_001 + 1_200
    assert store.load(order.order_id).refund_reserved_fen == 12_200


def test_staff_decide_on_the_freight(shop: Shop) -> None:
    """O4: freight is on the shop when quality is at fault."""
    order = shop.shipped(shop.paid())
    refund = shop.ask(order, Slice(1, 1))
    with pytest.raises(Invalid, match="运费"):
        reserve_refund(refund.refund_id, freight_fen=1_201)
    assert reserve_refund(refund.refund_id, freight_fen=800).amount_fen == 4_133
    assert store.load(order.order_id).freight_left_fen == 400


def test_what_one_refund_set_aside_of_the_freight_no_other_may_have(shop: Shop) -> None:
    """Invariant 8: 8.00 of 12.00 are set aside; 4.01 more are refused, 4.00 are not."""
    order = shop.paid()
    first, second = shop.ask(order, Slice(1, 1)), shop.ask(order, Slice(2, 1), key="refund-0002")
    reserve_refund(first.refund_id, freight_fen=800)
    with pytest.raises(Invalid, match=r"4\.00"):
        reserve_refund(second.refund_id, freight_fen=401)
    assert reserve_refund(second.refund_id, freight_fen=400).freight_fen == 400


def test_a_refund_that_wechat_closed_is_free_again(shop: Shop) -> None:
    order = shop.paid()
    refund = shop.ask(order, Slice(1, 1))
    reserve_refund(refund.refund_id)
    send_refund(refund.refund_id)
    post_refund(shop.peer.end_refund(refund.refund_id, "CLOSED"))
    after = store.load(order.order_id)
    assert store.load_refund(refund.refund_id).status == "FAILED"
    assert after.refund_reserved_fen == 0 and after.lines == order.lines
    assert set(shop.holds(order).values()) == {frozenset()}


# -- paid back ----------------------------------------------------------------------------------


def test_units_one_by_one_end_exactly(shop: Shop, world: Clock) -> None:
    """The figure of the issue: 3 × ¥33.33 in slices, and level 1 gives back exactly its 999."""
    order = shop.shipped(shop.paid())
    for number in (1, 2, 3):
        refund = shop.pay_back(shop.ask(order, Slice(1, 1), key=f"refund-000{number}"))
        assert refund.status == "POSTED"
        clawed = {row.payee_id: row.clawed_fen for row in commissions.of_order(order.order_id)}
        assert clawed[shop.b] == 999 * number // 3
        world.advance(minutes=1)  # WeChat wants a minute between two refunds of one order
    after = store.load(order.order_id)
    assert (after.refunded_fen, after.lines[0].refunded_fen) == (9_999, 9_999)
    assert after.status == "SHIPPED"


def test_an_order_is_closed_when_all_is_back(shop: Shop) -> None:
    """Stock that was never sent goes back with it, freight too."""
    order = shop.paid()
    shop.pay_back(shop.ask(order, *EVERYTHING))
    after = store.load(order.order_id)
    assert (after.status, after.close_reason, after.refunded_fen) == ("CLOSED", "REFUNDED", 12_200)
    assert (shop.left(shop.tea), shop.left(shop.samples)) == (STOCK, STOCK)
    assert {row.state for row in commissions.of_order(order.order_id)} == {"CLAWED"}


def test_goods_that_stay_with_the_buyer_stay_out_of_stock(shop: Shop) -> None:
    order = shop.shipped(shop.paid())
    shop.pay_back(shop.ask(order, Slice(1, 3)))
    assert shop.left(shop.tea) == STOCK - 3


def test_the_last_unsent_goods_given_back_make_it_shipped(shop: Shop) -> None:
    order = shop.paid()
    shop.shipped(order, ParcelLine(1, 3))
    shop.pay_back(shop.ask(order, Slice(2, 1)))
    after = store.load(order.order_id)
    assert after.status == "SHIPPED" and after.receive_at is not None
    assert shop.left(shop.samples) == STOCK


def test_less_money_than_it_cost_leaves_the_order_open(shop: Shop) -> None:
    """Part of the money stays a sale, so the order goes on to its good end and its commission matures."""
    order = shop.shipped(shop.paid())
    shop.pay_back(shop.ask(order, Slice(1, 3, 5_000), Slice(2, 1, 1)))
    after = store.load(order.order_id)
    assert (after.status, after.refunded_fen) == ("SHIPPED", 5_001)
    assert receive(after).status == "RECEIVED"


# -- goods come back ----------------------------------------------------------------------------


def test_goods_come_back_before_the_money_goes(shop: Shop, commits: Callable[[], int]) -> None:
    """O4: agreed → sent back → arrived → paid back, each one commit."""
    order = received(shop)
    asked = shop.ask(order, Slice(1, 2), kind="RETURN")
    with pytest.raises(RefundMoved):
        reserve_refund(asked.refund_id)
    commits()
    agreed = approve_return(asked.refund_id)
    assert commits() == 1
    assert agreed.return_until == clock.now() + timedelta(days=7)
    sent = send_return(agreed, company="顺丰", tracking_number="SF20000001")
    assert commits() == 1
    assert send_return(sent, company="顺丰", tracking_number="SF20000001") == sent
    with pytest.raises(RefundMoved):
        cancel_refund(sent)
    there = confirm_returned(asked.refund_id, is_sellable=True)
    assert commits() == 1
    assert shop.pay_back(there).status == "POSTED"
    assert shop.left(shop.tea) == STOCK - 1


def test_broken_goods_do_not_go_into_stock(shop: Shop) -> None:
    shop.pay_back(returned(shop, received(shop), Slice(1, 2), is_sellable=False))
    assert shop.left(shop.tea) == STOCK - 3


def test_a_return_may_be_refused_on_sight(shop: Shop) -> None:
    refund = returned(shop, received(shop), Slice(1, 1))
    assert refuse_refund(refund.refund_id, said="寄回的不是我们的商品").said == "寄回的不是我们的商品"


def test_only_a_return_is_agreed_as_one(shop: Shop) -> None:
    refund = shop.ask(shop.paid(), Slice(1, 1))
    with pytest.raises(RefundMoved):
        approve_return(refund.refund_id)


# -- with the rest ------------------------------------------------------------------------------


def test_commission_does_not_mature_while_a_refund_is_open(shop: Shop, world: Clock) -> None:
    """Invariant 12, end to end: asked on the last day, refused after the window."""
    order = received(shop)
    world.advance(days=6)
    refund = shop.ask(order, Slice(1, 1))
    world.advance(days=2)
    mature()
    assert {row.state for row in commissions.of_order(order.order_id)} == {"PENDING"}
    refuse_refund(refund.refund_id, said="商品没有问题")
    mature()
    assert {row.state for row in commissions.of_order(order.order_id)} == {"MATURED"}


def test_what_runs_by_itself_waits_for_the_refund(shop: Shop, world: Clock) -> None:
    order = shop.shipped(shop.paid())
    refund = shop.ask(order, Slice(1, 1))
    world.advance(days=11)
    assert list(store.due("SHIPPED", clock.now(), 9)) == []
    cancel_refund(refund)
    assert list(store.due("SHIPPED", clock.now(), 9)) == [order.order_id]


def test_refunds_of_others_are_unknown(shop: Shop) -> None:
    """Invariant 25."""
    refund = shop.ask(shop.paid(), Slice(1, 1))
    with pytest.raises(RefundUnknown):
        store.load_own_refund(shop.b, refund.refund_id)
