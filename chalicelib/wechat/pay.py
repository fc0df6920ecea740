"""WeChat Pay: prepay, query, close, refund (O1, O4). Numbers are fixed and stored before any call.

Every call may raise ``PayRefused`` (it was not done), ``PayBusy`` (repeat later, same number) or
``PayUnknown`` (query, or repeat with the same number); see ``pay_call``. Notices are in ``pay_notice``.
"""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, cast, get_args

from chalicelib.kernel.clock import SHANGHAI, now
from chalicelib.kernel.config import config
from chalicelib.kernel.money import Fen
from chalicelib.wechat import pay_call, pay_crypto, shape
from chalicelib.wechat.pay_call import PayBusy, PayRefused, PayUnknown
from chalicelib.wechat.pay_notice import (
    BadNotice,
    Notice,
    PaidNotice,
    RefundNotice,
    TransferNotice,
    open_notice,
    paid_of,
)
from chalicelib.wechat.shape import BadShape

__all__ = [
    "PAID_PATH",
    "REFUNDED_PATH",
    "BadNotice",
    "Notice",
    "PaidNotice",
    "PayBusy",
    "PayRefused",
    "PayUnknown",
    "RefundNotice",
    "RefundState",
    "Trade",
    "TransferNotice",
    "close",
    "open_notice",
    "payment_params",
    "prepay",
    "query",
    "query_refund",
    "refund",
]

PAID_PATH = "/wechat/paid"
REFUNDED_PATH = "/wechat/refunded"

TradeState = Literal["SUCCESS", "REFUND", "NOTPAY", "CLOSED", "REVOKED", "USERPAYING", "PAYERROR"]
RefundStatus = Literal["SUCCESS", "CLOSED", "PROCESSING", "ABNORMAL"]

NOT_THERE = {"ORDER_NOT_EXIST", "NOT_FOUND", "RESOURCE_NOT_EXISTS"}
_PAID = {"ORDERPAID", "ORDER_PAID"}
_CLOSED = {"ORDER_CLOSED", "ORDERCLOSED"}
_MAX_DESCRIPTION_BYTES = 127
_MAX_REASON_BYTES = 80


@dataclass(frozen=True)
class Trade:
    """An order as WeChat knows it; ``paid`` is there once money came, also after a refund."""

    order_number: str
    state: TradeState
    paid: PaidNotice | None


@dataclass(frozen=True)
class RefundState:
    """A refund as WeChat knows it; only ``SUCCESS``, ``CLOSED`` and ``ABNORMAL`` are final."""

    refund_number: str
    order_number: str
    refund_id: str
    state: RefundStatus
    refund_fen: Fen
    total_fen: Fen
    refunded_at: datetime | None


def prepay(
    *,
    order_number: str,
    amount_fen: int,
    appid: str,
    openid: str,
    description: str,
    expires_at: datetime,
) -> str:
    """Announce an order to WeChat (JSAPI and mini-program); the prepay id, good for two hours.

    The order row is written before. The same number with the same content may be repeated; a
    refusal may also mean that the order is paid or closed already, so the caller queries then.
    """
    assert type(amount_fen) is int and amount_fen > 0, amount_fen
    body = {
        "appid": appid,
        "mchid": config().mch_id,
        "description": _cut(description, _MAX_DESCRIPTION_BYTES),
        "out_trade_no": order_number,
        "time_expire": expires_at.astimezone(SHANGHAI).isoformat(timespec="seconds"),
        "notify_url": config().public_url + PAID_PATH,
        "amount": {"total": amount_fen, "currency": "CNY"},
        "payer": {"openid": openid},
    }
    answer = pay_call.post("/v3/pay/transactions/jsapi", body)
    return pay_call.reading(lambda: shape.text(answer, "prepay_id"))


def payment_params(appid: str, prepay_id: str) -> dict[str, str]:
    """What the client hands to ``wx.requestPayment``, signed; ``appId`` for H5, which needs it too."""
    timestamp, nonce, package = str(int(now().timestamp())), secrets.token_hex(16), f"prepay_id={prepay_id}"
    return {
        "appId": appid,
        "timeStamp": timestamp,
        "nonceStr": nonce,
        "package": package,
        "signType": "RSA",
        "paySign": pay_crypto.sign(appid, timestamp, nonce, package),
    }


def query(order_number: str) -> Trade | None:
    """The order as WeChat knows it; ``None`` when it knows none of this number."""
    try:
        answer = pay_call.get(f"/v3/pay/transactions/out-trade-no/{order_number}?mchid={config().mch_id}")
    except PayRefused as refused:
        if refused.refusal in NOT_THERE:
            return None
        raise
    return pay_call.reading(lambda: _trade(order_number, answer))


def close(order_number: str) -> Literal["CLOSED", "PAID"]:
    """Close an unpaid order, so that it can no longer be paid; ``PAID`` when the buyer was quicker.

    Only after ``CLOSED`` may stock be given back (wechat.md §6.7). An order that WeChat never knew
    counts as closed: nobody holds a prepay id for it. As WeChat has several codes for "paid", any
    other refusal is settled by a query; still open then, it is raised.
    """
    try:
        pay_call.post(f"/v3/pay/transactions/out-trade-no/{order_number}/close", {"mchid": config().mch_id})
    except PayRefused as refused:
        if refused.refusal in _PAID:
            return "PAID"
        if refused.refusal in _CLOSED | NOT_THERE:
            return "CLOSED"
        trade = query(order_number)
        if trade is not None and trade.paid is not None:
            return "PAID"
        if trade is None or trade.state in ("CLOSED", "REVOKED"):
            return "CLOSED"
        raise
    return "CLOSED"


def refund(
    *, order_number: str, refund_number: str, refund_fen: int, total_fen: int, reason: str
) -> RefundState:
    """Give back ``refund_fen`` of an order of ``total_fen``; the same number may be repeated.

    A refusal is checked against a query first: if WeChat holds a refund of this number, made by an
    earlier attempt whose answer was lost, its state is returned instead.
    """
    assert type(refund_fen) is int and 0 < refund_fen <= total_fen, (refund_fen, total_fen)
    body = {
        "out_trade_no": order_number,
        "out_refund_no": refund_number,
        "reason": _cut(reason, _MAX_REASON_BYTES),
        "notify_url": config().public_url + REFUNDED_PATH,
        "amount": {"refund": refund_fen, "total": total_fen, "currency": "CNY"},
    }
    try:
        answer = pay_call.post("/v3/refund/domestic/refunds", body)
    except PayRefused:
        made = query_refund(refund_number)
        if made is None:
            raise
        return made
    return pay_call.reading(lambda: _refund_state(refund_number, answer))


def query_refund(refund_number: str) -> RefundState | None:
    """The refund as WeChat knows it; ``None`` when it knows none of this number."""
    try:
        answer = pay_call.get(f"/v3/refund/domestic/refunds/{refund_number}")
    except PayRefused as refused:
        if refused.refusal in NOT_THERE:
            return None
        raise
    return pay_call.reading(lambda: _refund_state(refund_number, answer))


def _trade(order_number: str, answer: Mapping[str, Any]) -> Trade:
    if shape.text(answer, "out_trade_no") != order_number:
        raise BadShape("out_trade_no")
    state = cast(TradeState, shape.one_of(answer, "trade_state", get_args(TradeState)))
    return Trade(order_number, state, paid_of(answer) if state in ("SUCCESS", "REFUND") else None)


def _refund_state(refund_number: str, answer: Mapping[str, Any]) -> RefundState:
    if shape.text(answer, "out_refund_no") != refund_number:
        raise BadShape("out_refund_no")
    amount = shape.part(answer, "amount")
    return RefundState(
        refund_number=refund_number,
        order_number=shape.text(answer, "out_trade_no"),
        refund_id=shape.text(answer, "refund_id"),
        state=cast(RefundStatus, shape.one_of(answer, "status", get_args(RefundStatus))),
        refund_fen=shape.fen(amount, "refund"),
        total_fen=shape.fen(amount, "total"),
        refunded_at=shape.optional_moment(answer, "success_time"),
    )


def _cut(text: str, limit_bytes: int) -> str:
    """At most so many bytes of UTF-8, no character broken. WeChat's documents do not say whether
    they count bytes or characters; bytes satisfy both."""
    return text.encode()[:limit_bytes].decode(errors="ignore")
