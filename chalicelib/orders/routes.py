"""Buyers' doors: cart, quote, orders, receipt, after-sales (O1, O3, O4)."""

import json
from typing import Any

from chalicelib.catalog.rules import NoDelivery
from chalicelib.inventory.rules import OutOfStock
from chalicelib.kernel.auth import member
from chalicelib.kernel.crypto import fingerprint
from chalicelib.kernel.dynamo import commit
from chalicelib.kernel.errors import Invalid, KeyReused
from chalicelib.kernel.http import Ask, Doors, Paging, Reply, problem
from chalicelib.members import store as members
from chalicelib.members.rules import AddressUnknown, MemberBlocked
from chalicelib.orders import move_refund as refunds
from chalicelib.orders import rules, store
from chalicelib.orders.ask_refund import RefundAsk, ask_refund
from chalicelib.orders.cancel import cancel
from chalicelib.orders.cancel_refund import cancel_refund
from chalicelib.orders.fill_cart import fill_cart
from chalicelib.orders.move_refund import Slice
from chalicelib.orders.offer_upload import demand_own_pictures, offer_upload
from chalicelib.orders.place import Placement, place
from chalicelib.orders.price import Wanted
from chalicelib.orders.quote import quote
from chalicelib.orders.quote_with import quote_with
from chalicelib.orders.receive import receive
from chalicelib.orders.redeem import Redeem, Redeemed
from chalicelib.orders.schemas import (
    CartLineIn,
    CartOut,
    EvidenceIn,
    EvidenceOut,
    OrderCountsOut,
    OrdersAsked,
    PlaceIn,
    QuoteIn,
    QuoteOut,
    RefundIn,
    ReturnIn,
)
from chalicelib.orders.search_orders import search_orders
from chalicelib.orders.send_return import send_return
from chalicelib.orders.show_order import OrderDetailOut, OrdersOut, show_in_list, show_order
from chalicelib.orders.show_quote import show_cart, show_quote
from chalicelib.orders.show_refund import RefundOut, RefundsOut, show_refund
from chalicelib.wechat.pay import PayBusy, PayUnknown

doors = Doors("/shop")

_REFUND_STEPS = (refunds.RefundUnknown, refunds.RefundMoved, rules.OrderMoved)


@doors.get("/cart", who=member, returns=CartOut)
def read_cart(ask: Ask[Any]) -> CartOut:
    """My cart at today's prices."""
    return show_cart(quote(ask.who.id, store.cart(ask.who.id), province=None))


@doors.put(
    "/cart/{sku_id}",
    who=member,
    body=CartLineIn,
    returns=CartOut,
    errors=(rules.GoodsGone, rules.CartFull),
)
def set_cart_line(ask: Ask[CartLineIn]) -> CartOut:
    """Put a SKU into my cart, or change how many."""
    fill_cart(ask.who.id, Wanted(ask.body.product_id, ask.path["sku_id"], ask.body.quantity))
    return read_cart(ask)


@doors.delete("/cart/{sku_id}", who=member, returns=CartOut)
def take_cart_line(ask: Ask[Any]) -> CartOut:
    """Take a SKU out of my cart; what is not there is out already."""
    commit(store.take_from_cart(ask.who.id, ask.path["sku_id"]))
    return read_cart(ask)


@doors.post("/quote", who=member, body=QuoteIn, returns=QuoteOut, errors=(AddressUnknown, NoDelivery))
def price_basket(ask: Ask[QuoteIn]) -> QuoteOut:
    """What a basket costs with coupon and points, with freight where an address is given."""
    given = ask.body
    address = members.address(ask.who.id, given.address_id) if given.address_id else None
    basket = [Wanted(one.product_id, one.sku_id, one.quantity) for one in given.lines]
    wanted = Redeem(given.coupon_id, given.points)
    province = address.province if address else None
    redeemed = quote_with(ask.who.id, basket, wanted, province=province)
    return show_quote(redeemed, ask.who.id, given.share_code)


@doors.post(
    "/orders",
    who=member,
    body=PlaceIn,
    returns=OrderDetailOut,
    status=201,
    takes_key=True,
    errors=(
        KeyReused,
        rules.PriceChanged,
        rules.CannotBuy,
        rules.CannotRedeem,
        rules.TotalOutOfRange,
        rules.TooManyUnpaid,
        OutOfStock,
        NoDelivery,
        AddressUnknown,
        MemberBlocked,
    ),
)
def place_order(ask: Ask[PlaceIn]) -> OrderDetailOut | Reply:
    """Place an order, once for each Idempotency-Key; a changed price answers the new quote."""
    given = ask.body
    placement = Placement(
        buyer_id=ask.who.id,
        via=ask.who.via,
        key=ask.key,
        fingerprint=fingerprint(given.model_dump_json()),
        basket=[Wanted(one.product_id, one.sku_id, one.quantity) for one in given.lines],
        address_id=given.address_id,
        expected_total_fen=given.expected_total_fen,
        note=given.note,
        share_code=given.share_code,
        redeem=Redeem(given.coupon_id, given.points),
    )
    try:
        return show_order(place(placement))
    except (rules.PriceChanged, rules.CannotBuy, rules.CannotRedeem) as refusal:
        return _with_quote(refusal, ask)


@doors.get("/orders", who=member, query=OrdersAsked, returns=OrdersOut)
def list_orders(ask: Ask[Any]) -> OrdersOut:
    """My orders, newest first: all, of one state, or found by number or title."""
    asked = ask.query
    if asked.q is not None:
        found = search_orders(ask.who.id, asked.q, cursor=asked.next)
    else:
        found = store.of_buyer(ask.who.id, asked.status, limit=asked.limit, cursor=asked.next)
    return OrdersOut(items=[show_in_list(order) for order in found.items], next=found.next)


@doors.get("/order-counts", who=member, returns=OrderCountsOut)
def count_orders(ask: Ask[Any]) -> OrderCountsOut:
    """How many of my orders wait to be paid, sent, received."""
    return OrderCountsOut(
        unpaid=store.count_of_buyer(ask.who.id, "UNPAID"),
        paid=store.count_of_buyer(ask.who.id, "PAID"),
        shipped=store.count_of_buyer(ask.who.id, "SHIPPED"),
    )


@doors.get("/orders/{order_id}", who=member, returns=OrderDetailOut, errors=(rules.OrderUnknown,))
def read_order(ask: Ask[Any]) -> OrderDetailOut:
    """One of my orders with its timeline and after-sales."""
    return show_order(store.load_own(ask.who.id, ask.path["order_id"]))


@doors.post(
    "/orders/{order_id}/cancel",
    who=member,
    returns=OrderDetailOut,
    errors=(rules.OrderUnknown, rules.OrderAlreadyPaid, rules.OrderMoved, PayBusy, PayUnknown),
)
def cancel_order(ask: Ask[Any]) -> OrderDetailOut:
    """Give up an order that I have not paid."""
    return show_order(cancel(store.load_own(ask.who.id, ask.path["order_id"]), reason="BUYER"))


@doors.post(
    "/orders/{order_id}/receive",
    who=member,
    returns=OrderDetailOut,
    errors=(rules.OrderUnknown, rules.OrderMoved),
)
def receive_order(ask: Ask[Any]) -> OrderDetailOut:
    """Confirm that I have the goods."""
    return show_order(receive(store.load_own(ask.who.id, ask.path["order_id"])))


@doors.get("/orders/{order_id}/refunds", who=member, returns=RefundsOut, errors=(rules.OrderUnknown,))
def list_order_refunds(ask: Ask[Any]) -> RefundsOut:
    """The refunds of one of my orders, last asked first."""
    order = store.load_own(ask.who.id, ask.path["order_id"])
    return RefundsOut(items=[show_refund(one, order) for one in reversed(store.refunds_of(order))])


@doors.post(
    "/orders/{order_id}/refunds",
    who=member,
    body=RefundIn,
    returns=RefundOut,
    status=201,
    takes_key=True,
    errors=(
        KeyReused,
        rules.OrderUnknown,
        rules.OrderMoved,
        refunds.NotRefundable,
        refunds.LineInRefund,
        refunds.TooManyRefunds,
        refunds.NothingToReturn,
        rules.LineUnknown,
        Invalid,
    ),
)
def ask_for_refund(ask: Ask[RefundIn]) -> RefundOut:
    """Ask for money back, with or without sending goods back."""
    given = ask.body
    order = store.load_own(ask.who.id, ask.path["order_id"])
    demand_own_pictures(ask.who.id, given.picture_keys)
    wanted = RefundAsk(
        key=ask.key,
        fingerprint=fingerprint(given.model_dump_json()),
        kind=given.kind,
        slices=[Slice(one.line_no, one.quantity, one.amount_fen) for one in given.lines],
        reason=given.reason,
        note=given.note,
        picture_keys=given.picture_keys,
    )
    return show_refund(ask_refund(order, wanted), order)


@doors.post("/evidence", who=member, body=EvidenceIn, returns=EvidenceOut, status=201)
def offer_evidence(ask: Ask[EvidenceIn]) -> EvidenceOut:
    """A place to upload one picture for a refund."""
    return EvidenceOut.model_validate(offer_upload(ask.who.id, ask.body.content_type))


@doors.get("/refunds", who=member, query=Paging, returns=RefundsOut)
def list_refunds(ask: Ask[Any]) -> RefundsOut:
    """All my refunds, last asked first."""
    found = store.refunds_of_buyer(ask.who.id, limit=ask.query.limit, cursor=ask.query.next)
    orders = store.load_many([one.order_id for one in found.items])
    items = [show_refund(one, orders[one.order_id]) for one in found.items]
    return RefundsOut(items=items, next=found.next)


@doors.get("/refunds/{refund_id}", who=member, returns=RefundOut, errors=(refunds.RefundUnknown,))
def read_refund(ask: Ask[Any]) -> RefundOut:
    """One of my refunds."""
    refund = store.load_own_refund(ask.who.id, ask.path["refund_id"])
    return show_refund(refund, store.load(refund.order_id))


@doors.post("/refunds/{refund_id}/cancel", who=member, returns=RefundOut, errors=_REFUND_STEPS)
def give_up_refund(ask: Ask[Any]) -> RefundOut:
    """I do not want this refund any more."""
    refund = cancel_refund(store.load_own_refund(ask.who.id, ask.path["refund_id"]))
    return show_refund(refund, store.load(refund.order_id))


@doors.post("/refunds/{refund_id}/return", who=member, body=ReturnIn, returns=RefundOut, errors=_REFUND_STEPS)
def tell_return(ask: Ask[ReturnIn]) -> RefundOut:
    """I have sent the goods back; this is the parcel."""
    refund = store.load_own_refund(ask.who.id, ask.path["refund_id"])
    sent = send_return(refund, company=ask.body.company, tracking_number=ask.body.tracking_number)
    return show_refund(sent, store.load(sent.order_id))


def _with_quote(
    refusal: rules.PriceChanged | rules.CannotBuy | rules.CannotRedeem, ask: Ask[PlaceIn]
) -> Reply:
    """The refusal as problem+json with one member more: the quote as it is now."""
    reply = problem(refusal, ask.request_id)
    body = json.loads(reply.body)
    quoted = refusal.facts["quote"]
    assert isinstance(quoted, Redeemed)
    body["quote"] = show_quote(quoted, ask.who.id, ask.body.share_code).model_dump(mode="json")
    return Reply(json.dumps(body, ensure_ascii=False), reply.status, reply.headers)
