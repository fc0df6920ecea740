"""An order's life survives a death at every call (O1, O3, O4, invariants 5, 21, 22).

What a machine or a client with a key repeats is delivered again; what a person does is done or not.
"""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict

import pytest

from chalicelib.invites.bind_at_purchase import bind_at_purchase
from chalicelib.invites.make_code import make_code
from chalicelib.invites.record_scan import record_scan
from chalicelib.invites.rules import BindingRules
from chalicelib.kernel.errors import DomainError
from chalicelib.members import store as members
from chalicelib.members.rules import Address
from chalicelib.members.save_address import save_address
from chalicelib.members.sign_in import sign_in
from chalicelib.orders import jobs, store
from chalicelib.orders.approve_return import approve_return
from chalicelib.orders.ask_refund import ask_refund
from chalicelib.orders.cancel import cancel
from chalicelib.orders.cancel_refund import cancel_refund
from chalicelib.orders.close import close
from chalicelib.orders.complete import complete
from chalicelib.orders.confirm_returned import confirm_returned
from chalicelib.orders.correct_parcel import correct_parcel
from chalicelib.orders.move_refund import Refund, Slice
from chalicelib.orders.place import place
from chalicelib.orders.receive import receive
from chalicelib.orders.refuse_refund import refuse_refund
from chalicelib.orders.rules import Order
from chalicelib.orders.send_return import send_return
from chalicelib.orders.ship import ship
from chalicelib.orders.tell_again import tell_again
from chalicelib.orders.tell_wechat import tell_wechat
from chalicelib.payments.prepay import prepay
from chalicelib.wechat import shipping
from chalicelib.wechat.login import Identity
from chalicelib.wechat.shipping import ShippingAnswer
from tests.conftest import Policy
from tests.crash.harness import Act, Case, Cases, assert_killed, is_whole, kills, survives
from tests.crash.street import Street
from tests.orders.shop import HOME, Shop
from tests.support.world import Clock


@pytest.fixture
def tell_later(world: Clock) -> Callable[[], None]:
    """The clock's turn to tell WeChat of shippings."""

    def run() -> None:
        world.advance(minutes=2)
        jobs.tell_wechat_later()

    return run


@kills(place)
def test_placing(shop: Shop, peer: Street, world: Clock) -> None:
    """A lost answer: the client sends the same key again, and stock is taken once (invariant 21)."""
    assert survives(peer, world, shop.place) >= 20
    assert (shop.left(shop.tea), shop.left(shop.samples)) == (7, 9)


@kills(place)
def test_placing_binds_whoever_was_scanned(shop: Shop, peer: Street, world: Clock, policies: Policy) -> None:
    """I3: relation, journal and order are one commit, so the order freezes the chain it bound."""
    policies.put("binding", **asdict(BindingRules(bind_at="PURCHASE")))
    member_id = sign_in(Identity("wx0000000000000001", "o-new", None)).member.member_id
    save_address(
        member_id, Address(HOME, "韩梅", "13800138001", "广东省", "某市", "某区", "某路"), is_new=True
    )
    record_scan(member_id, make_code(shop.b).code, source="MINI_PROGRAM")
    assert bind_at_purchase(members.load(member_id), world.now())[1], "it would bind nobody"
    survives(peer, world, lambda: shop.place(buyer_id=member_id))
    (order_id,) = [one.order_id for one in store.of_buyer(member_id, None, limit=5, cursor=None).items]
    assert members.load(member_id).path == (shop.b, shop.a)
    assert [one.member_id for one in store.load(order_id).terms.payees] == [shop.b, shop.a]


@kills(cancel, close)
def test_the_buyer_cancelling(shop: Shop, peer: Street, world: Clock) -> None:
    """Closed at WeChat first, then here, and the stock is back once (wechat.md §6.7)."""
    order = shop.place()
    prepay(shop.c, order.order_id, via="mp")
    survives(peer, world, lambda: cancel(store.load(order.order_id), reason="BUYER"))
    assert shop.left(shop.tea) == 10


@kills(ship)
def test_shipping(shop: Shop, peer: Street, world: Clock, tell_later: Act) -> None:
    """Staff click again: the same tracking number is the same parcel, and WeChat is told in the end."""
    order = shop.paid()
    survives(peer, world, lambda: shop.shipped(order), sweep=tell_later)
    assert len(store.load(order.order_id).parcels) == 1 and len(peer.said) == 1


@kills(tell_wechat)
def test_telling_wechat_of_a_shipping(shop: Shop, peer: Street, world: Clock, tell_later: Act) -> None:
    """Told twice at most in the same words, which WeChat takes as once."""
    order = shop.shipped(shop.paid())
    survives(peer, world, lambda: tell_wechat(order.order_id), sweep=tell_later)
    upload = store.load(order.order_id).upload
    assert upload is not None and upload.state == "DONE" and len(peer.said) == 1


@kills(receive)
def test_receiving(shop: Shop, peer: Street, world: Clock) -> None:
    """The window of the commissions begins with the receipt, in one commit."""
    order = shop.shipped(shop.paid())
    survives(peer, world, lambda: receive(store.load(order.order_id)))
    assert store.load(order.order_id).status == "RECEIVED"


@kills(complete)
def test_completing(shop: Shop, peer: Street, world: Clock) -> None:
    order = receive(shop.shipped(shop.paid()))
    world.advance(days=8)
    survives(peer, world, lambda: _unless_done(order))
    assert store.load(order.order_id).status == "COMPLETED"


@kills(ask_refund)
def test_asking_a_refund(shop: Shop, peer: Street, world: Clock) -> None:
    """The client sends the same key again; refund, order and held commissions are one commit."""
    order = shop.paid()
    survives(peer, world, lambda: shop.ask(order, Slice(1, 2)))
    assert all(len(held) == 1 for held in shop.holds(order).values())


by_people = Cases()


@by_people.of(cancel_refund)
def cancelling_a_refund(shop: Shop) -> Act:
    refund = shop.ask(shop.paid(), Slice(1, 1))
    return lambda: cancel_refund(refund)


@by_people.of(refuse_refund)
def refusing_a_refund(shop: Shop) -> Act:
    refund = shop.ask(shop.paid(), Slice(1, 1))
    return lambda: refuse_refund(refund.refund_id, said="商品已使用")


@by_people.of(approve_return)
def agreeing_to_a_return(shop: Shop) -> Act:
    refund = _return(shop)
    return lambda: approve_return(refund.refund_id)


@by_people.of(send_return)
def sending_goods_back(shop: Shop) -> Act:
    refund = approve_return(_return(shop).refund_id)
    return lambda: send_return(refund, company="SF", tracking_number="SF777")


@by_people.of(confirm_returned)
def having_goods_back(shop: Shop) -> Act:
    refund = approve_return(_return(shop).refund_id)
    send_return(refund, company="SF", tracking_number="SF777")
    return lambda: confirm_returned(refund.refund_id, is_sellable=True)


@by_people.of(correct_parcel)
def correcting_a_parcel(shop: Shop) -> Act:
    order = shop.shipped(shop.paid())
    tell_wechat(order.order_id)
    return lambda: correct_parcel(order.order_id, 1, express_company="SF", tracking_number="SF2")


@by_people.of(tell_again)
def telling_again(shop: Shop) -> Act:
    order = shop.shipped(shop.paid())
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(shipping, "upload_shipping", lambda **_: ShippingAnswer("REFUSED", "单号错误"))
        tell_wechat(order.order_id)
    return lambda: tell_again(order.order_id)


@pytest.mark.parametrize("case", by_people, ids=lambda case: case.name)
def test_what_people_do_is_done_or_not(case: Case, shop: Shop, peer: Street, world: Clock) -> None:
    """Invariant 17."""
    is_whole(peer, world, case.prepare(shop))
    assert_killed(case.verbs)


def _return(shop: Shop) -> Refund:
    order = receive(shop.shipped(shop.paid()))
    return shop.ask(order, Slice(1, 1), kind="RETURN")


def _unless_done(order: Order) -> None:
    with suppress(DomainError):
        complete(store.load(order.order_id))
