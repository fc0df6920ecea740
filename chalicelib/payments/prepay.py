"""Announce an order to WeChat and let the buyer pay it: reserve, call, keep (O1, O2)."""

from chalicelib.kernel.clock import now
from chalicelib.kernel.config import config
from chalicelib.kernel.dynamo import ConditionFailed, commit
from chalicelib.kernel.errors import DomainError
from chalicelib.members import store as members
from chalicelib.orders import store as orders
from chalicelib.orders.rules import Order
from chalicelib.payments import store
from chalicelib.payments.rules import (
    OrderNotPayable,
    PayElsewhere,
    Payment,
    PaymentArriving,
    PrepayChanged,
    check_payable,
    describe,
    next_check,
)
from chalicelib.wechat import pay


def prepay(buyer_id: str, order_id: str, *, via: str) -> dict[str, str]:
    """The signed parameters for ``wx.requestPayment`` of the buyer's own unpaid order.

    ``via`` is how the buyer signed in: the money must come from the very WeChat identity the order
    was placed with. The order number is WeChat's number for ever; within two hours a repeat signs
    the same prepay id afresh, later it announces the same content again.

    Raises ``OrderUnknown``, ``OrderNotPayable``, ``OrderExpired``, ``PayElsewhere``
    and WeChat's ``PayRefused``, ``PayBusy``, ``PayUnknown``; after the last two a repeat is safe.
    """
    order = orders.load_own(buyer_id, order_id)
    at = now()
    check_payable(order, at)
    _check_payer(order, via)
    payment = store.find(order_id) or _reserve(order)
    _check_same(payment, order)
    if payment.prepay_id is not None and payment.is_signable(at):
        return pay.payment_params(payment.appid, payment.prepay_id)
    prepay_id = _announce(payment)
    try:
        commit(store.prepaid(order_id, prepay_id, now()))
    except ConditionFailed:
        raise OrderNotPayable() from None  # paid or closed while WeChat was being asked
    return pay.payment_params(payment.appid, prepay_id)


def _check_payer(order: Order, via: str) -> None:
    appid = {"mp": config().mp_appid, "oa": config().oa_appid}.get(via)
    if appid is None or appid != order.payer_appid:
        raise PayElsewhere()
    if members.load(order.buyer_id).openids.get(appid) != order.payer_openid:
        raise PayElsewhere()


def _reserve(order: Order) -> Payment:
    assert order.payer_appid and order.payer_openid
    payment = Payment(
        order_id=order.order_id,
        status="PREPAID",
        amount_fen=order.total_fen,
        appid=order.payer_appid,
        openid=order.payer_openid,
        description=describe(order),
        expires_at=order.expires_at,
        reserved_at=now(),
    )
    try:
        commit(store.reserve(payment, due_at=next_check(payment, now())))
    except ConditionFailed:
        found = store.find(order.order_id)  # another tap was quicker
        assert found
        return found
    return payment


def _check_same(payment: Payment, order: Order) -> None:
    if payment.status != "PREPAID":
        raise OrderNotPayable()
    told = (payment.amount_fen, payment.appid, payment.openid, payment.expires_at)
    if told != (order.total_fen, order.payer_appid, order.payer_openid, order.expires_at):
        raise PrepayChanged()


def _announce(payment: Payment) -> str:
    try:
        return pay.prepay(
            order_number=payment.order_id,
            amount_fen=payment.amount_fen,
            appid=payment.appid,
            openid=payment.openid,
            description=payment.description,
            expires_at=payment.expires_at,
        )
    except pay.PayRefused as refused:
        raise _explained(payment, refused) from refused


def _explained(payment: Payment, refused: pay.PayRefused) -> DomainError:
    """WeChat has several codes for "paid" and "closed", so it is asked (wechat.md §8); a payment
    that its notice has not yet told us of is settled by the sweeper within a minute."""
    trade = pay.query(payment.order_id)
    if trade is not None and trade.paid is not None:
        return PaymentArriving()
    return OrderNotPayable() if trade is not None and trade.state == "CLOSED" else refused
