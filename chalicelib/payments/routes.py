"""Doors of payments: the buyer's button, and WeChat's notices (O1, O2, O4)."""

from typing import Any

from chalicelib.kernel import auth
from chalicelib.kernel.errors import KeyReused
from chalicelib.kernel.http import Ask, Doors, Reply
from chalicelib.kernel.money import MAX_FEN, Fen
from chalicelib.members.rules import MemberBlocked, MemberClosed
from chalicelib.orders.rules import OrderUnknown
from chalicelib.orders.store import load_own
from chalicelib.payments.pay_from_balance import pay_from_balance
from chalicelib.payments.post_late_refund import post_late_refund
from chalicelib.payments.post_refund import post_refund
from chalicelib.payments.prepay import prepay
from chalicelib.payments.quarantine import quarantine
from chalicelib.payments.rules import (
    BalanceHeld,
    BalanceNotEnough,
    NotARefundOfOurs,
    OrderExpired,
    OrderNotPayable,
    PayElsewhere,
    PaymentArriving,
    PaymentMismatch,
    PrepayChanged,
    UnknownOrder,
)
from chalicelib.payments.schemas import BalancePaymentOut, FreePaymentOut, PaymentParams
from chalicelib.payments.settle import late_refund_id, settle
from chalicelib.payments.settle_free import settle_free
from chalicelib.wechat import pay
from chalicelib.wechat.answer import NotTaken, answered

doors = Doors("/shop")
wechat_doors = Doors("/wechat")

_PAID = "TRANSACTION.SUCCESS"
_REFUNDED = ("REFUND.SUCCESS", "REFUND.ABNORMAL", "REFUND.CLOSED")


@doors.post(
    "/orders/{order_id}/payment",
    who=auth.member,
    returns=PaymentParams,
    errors=(
        OrderUnknown,
        OrderNotPayable,
        OrderExpired,
        PayElsewhere,
        PaymentArriving,
        PrepayChanged,
        pay.PayRefused,
        pay.PayBusy,
        pay.PayUnknown,
    ),
)
def start_payment(ask: Ask[Any]) -> PaymentParams:
    """What the app hands to ``wx.requestPayment`` for one's own unpaid order; may be repeated."""
    params = prepay(ask.who.id, ask.path["order_id"], via=ask.who.via)
    return PaymentParams.model_validate(params)


@doors.post(
    "/orders/{order_id}/free-payment",
    who=auth.member,
    returns=FreePaymentOut,
    errors=(OrderUnknown, OrderNotPayable),
)
def pay_nothing(ask: Ask[Any]) -> FreePaymentOut:
    """Confirm one's own order that coupon and points have paid whole; may be repeated."""
    order_id = load_own(ask.who.id, ask.path["order_id"]).order_id
    if not settle_free(order_id):
        raise OrderNotPayable("这个订单还需要付款，请用微信支付。")
    return FreePaymentOut(order_id=order_id, status=load_own(ask.who.id, order_id).status)


@doors.post(
    "/orders/{order_id}/balance-payment",
    who=auth.member,
    takes_key=True,
    returns=BalancePaymentOut,
    errors=(
        OrderUnknown,
        OrderNotPayable,
        OrderExpired,
        BalanceNotEnough,
        BalanceHeld,
        KeyReused,
        MemberBlocked,
        MemberClosed,
    ),
)
def pay_by_balance(ask: Ask[Any]) -> BalancePaymentOut:
    """Pay one's own unpaid order whole out of one's available money."""
    order = pay_from_balance(ask.who.id, ask.path["order_id"], key=ask.key)
    return BalancePaymentOut(
        order_id=order.order_id, status=order.status, balance_bill_id=order.balance_bill_id or ""
    )


@wechat_doors.post(
    "/paid",
    who=auth.wechat,
    returns=None,
    status=204,
    errors=(pay.BadNotice, UnknownOrder, PaymentMismatch),
    refusal=NotTaken,
)
def paid(ask: Ask[Any]) -> Reply:
    """WeChat's notice that an order was paid."""
    return answered(lambda: _take_payment(ask))


@wechat_doors.post(
    "/refunded",
    who=auth.wechat,
    returns=None,
    status=204,
    errors=(pay.BadNotice, NotARefundOfOurs, PaymentMismatch),
    refusal=NotTaken,
)
def refunded(ask: Ask[Any]) -> Reply:
    """WeChat's notice that a refund ended."""
    return answered(lambda: _take_refund(ask))


def _take_payment(ask: Ask[Any]) -> None:
    notice = pay.open_notice(ask.headers, ask.raw_body, _PAID)
    try:
        found = pay.PaidNotice.of(notice.resource)
    except pay.BadNotice as bad:
        _keep_foreign(notice, bad.reason)
        raise
    settle(found, notice_id=notice.id)


def _keep_foreign(notice: pay.Notice, reason: str) -> None:
    """Signed by WeChat and sealed for us, yet of another merchant or app: a person must look."""
    amount = notice.resource.get("amount")
    total = amount.get("total") if isinstance(amount, dict) else None
    quarantine(
        reason=reason,
        order_number=str(notice.resource.get("out_trade_no"))[:64],
        transaction_id=str(notice.resource.get("transaction_id"))[:64],
        amount_fen=Fen(total if type(total) is int and 0 <= total <= MAX_FEN else 0),
        expected_fen=None,
        notice_id=notice.id,
    )


def _take_refund(ask: Ask[Any]) -> None:
    notice = pay.open_notice(ask.headers, ask.raw_body, *_REFUNDED)
    ended = pay.RefundNotice.of(notice.resource)
    if ended.refund_number == late_refund_id(ended.order_number):
        post_late_refund(ended)
    else:
        post_refund(ended, notice_id=notice.id)
