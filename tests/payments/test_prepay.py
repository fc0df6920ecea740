"""Announcing an order to WeChat: by its buyer, in its app, once told the same for ever (O1, O2)."""

from dataclasses import replace

import pytest

from chalicelib.kernel.dynamo import commit
from chalicelib.members import store as members
from chalicelib.members.sign_in import sign_in
from chalicelib.orders import store as orders
from chalicelib.orders.close import close
from chalicelib.orders.rules import OrderUnknown
from chalicelib.payments import store
from chalicelib.payments.prepay import prepay
from chalicelib.payments.rules import (
    OrderExpired,
    OrderNotPayable,
    PayElsewhere,
    PaymentArriving,
    PrepayChanged,
)
from chalicelib.wechat.login import Identity
from chalicelib.wechat.pay_call import PayRefused, PayUnknown
from tests.payments import shop
from tests.payments.fakes import WeChatPay
from tests.support.world import Clock, dump_all


def test_the_params_pay_exactly_this_order(who: shop.People, peer: WeChatPay) -> None:
    """O1: the order's own number, total, payer and expiry, none of it from the client."""
    order = shop.place(who)
    params = prepay(who.c, order.order_id, via="mp")
    told = peer.told[order.order_id]
    assert (told["out_trade_no"], told["amount"], told["payer"]) == (
        order.order_id,
        {"total": 12_200, "currency": "CNY"},
        {"openid": "o-c"},
    )
    assert told["time_expire"] == "2026-11-23T10:30:00+08:00"
    assert told["description"] == "商品1 等2种商品"
    assert params["package"].startswith("prepay_id=wx") and params["signType"] == "RSA"


def test_a_repeat_signs_the_same_prepay_afresh(who: shop.People, peer: WeChatPay, world: Clock) -> None:
    """O1: within its life a prepay id is announced once; each answer has its own time and nonce."""
    order = shop.place(who)
    first = prepay(who.c, order.order_id, via="mp")
    world.advance(minutes=5)
    second = prepay(who.c, order.order_id, via="mp")
    assert peer.calls == ["prepay"]
    assert first["package"] == second["package"]
    assert first["timeStamp"] != second["timeStamp"] and first["nonceStr"] != second["nonceStr"]


def test_an_old_prepay_is_announced_again_with_the_same_content(
    who: shop.People, peer: WeChatPay, world: Clock
) -> None:
    """wechat.md §4.9: prepay ids end after two hours; the order number and content stay."""
    order = shop.place(who)
    longer = replace(order, expires_at=order.expires_at.replace(hour=20), version=order.version + 1)
    commit(orders.replace_order(order, longer))
    first = prepay(who.c, order.order_id, via="mp")
    world.advance(hours=2)
    second = prepay(who.c, order.order_id, via="mp")
    assert peer.calls == ["prepay", "prepay"]
    assert first["package"] != second["package"]


def test_a_lost_answer_is_asked_again(who: shop.People, peer: WeChatPay) -> None:
    """O2: WeChat took it, we did not hear; the buyer taps again."""
    order = shop.place(who)
    peer.lose("prepay", PayUnknown("timeout"))
    with pytest.raises(PayUnknown):
        prepay(who.c, order.order_id, via="mp")
    assert prepay(who.c, order.order_id, via="mp")["package"]
    assert list(peer.trades) == [order.order_id]


def test_only_the_buyer_may_pay(who: shop.People, peer: WeChatPay) -> None:
    """Trust A6.1: somebody else's order is not there."""
    order = shop.place(who)
    with pytest.raises(OrderUnknown):
        prepay(who.b, order.order_id, via="mp")


@pytest.mark.parametrize("via", ["oa", "web"])
def test_only_in_the_app_where_it_was_placed(who: shop.People, peer: WeChatPay, via: str) -> None:
    """wechat.md §6.3: the payer is frozen on the order, so that the notice can be held against it."""
    sign_in(Identity("wx0000000000000002", "o-c-oa", None))
    with pytest.raises(PayElsewhere):
        prepay(who.c, shop.place(who).order_id, via=via)


def test_only_with_the_identity_it_was_placed_with(who: shop.People, peer: WeChatPay) -> None:
    """Trust A6: the openid on the order must still be the member's own."""
    order = shop.place(who)
    commit(members.add_openid(who.c, "wx0000000000000001", "o-changed"))
    with pytest.raises(PayElsewhere):
        prepay(who.c, order.order_id, via="mp")


def test_what_is_over_is_not_paid(who: shop.People, peer: WeChatPay, world: Clock) -> None:
    """O2: expired or within its last minute, closed, paid: refused before WeChat is asked."""
    order = shop.place(who)
    world.advance(minutes=29, seconds=1)
    with pytest.raises(OrderExpired):
        prepay(who.c, order.order_id, via="mp")
    close(order.order_id)
    with pytest.raises(OrderNotPayable):
        prepay(who.c, order.order_id, via="mp")
    paid = shop.paid_order(peer, who, "order-2")
    with pytest.raises(OrderNotPayable):
        prepay(who.c, paid.order_id, via="mp")


def test_a_payment_whose_notice_is_on_its_way_is_not_asked_for_twice(
    who: shop.People, peer: WeChatPay, world: Clock
) -> None:
    """O2: WeChat says "paid"; the buyer is told so and the order is left to the settlement."""
    order = shop.place(who)
    peer.lose("prepay", PayUnknown("timeout"))
    with pytest.raises(PayUnknown):
        prepay(who.c, order.order_id, via="mp")
    peer.buy(order.order_id)
    with pytest.raises(PaymentArriving):
        prepay(who.c, order.order_id, via="mp")
    assert orders.load(order.order_id).status == "UNPAID"


def test_a_refusal_is_passed_on_and_changes_nothing(who: shop.People, peer: WeChatPay) -> None:
    """O1: our account is not allowed to, say; the order can still be paid later."""
    order = shop.place(who)
    peer.fail("prepay", PayRefused("NO_AUTH", http_status=403))
    with pytest.raises(PayRefused):
        prepay(who.c, order.order_id, via="mp")
    assert prepay(who.c, order.order_id, via="mp")["package"]


def test_changed_content_under_the_same_number_is_refused_here(who: shop.People, peer: WeChatPay) -> None:
    """wechat.md §6.8: WeChat would refuse it too, but it never gets that far."""
    order = shop.place(who)
    prepay(who.c, order.order_id, via="mp")
    dearer = replace(order, total_fen=order.total_fen + 1, version=order.version + 1)
    commit(orders.replace_order(order, dearer))
    before = dump_all()
    with pytest.raises(PrepayChanged):
        prepay(who.c, order.order_id, via="mp")
    assert (dump_all(), peer.calls) == (before, ["prepay"])


def test_it_is_written_down_before_wechat_hears_of_it(who: shop.People, peer: WeChatPay) -> None:
    """Trust A0.8: whatever happens in the call, the sweeper knows that there may be a payment."""
    order = shop.place(who)
    peer.fail("prepay", PayUnknown("timeout"))
    with pytest.raises(PayUnknown):
        prepay(who.c, order.order_id, via="mp")
    payment = store.find(order.order_id)
    assert payment is not None and payment.status == "PREPAID" and payment.prepay_id is None
