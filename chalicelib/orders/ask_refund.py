"""Ask for money back: some units of some lines, with or without sending them back (O4)."""

from collections.abc import Sequence
from dataclasses import dataclass

from chalicelib.commissions.hold import hold
from chalicelib.kernel.clock import now
from chalicelib.kernel.dynamo import commit
from chalicelib.kernel.errors import Conflict, Invalid, KeyReused
from chalicelib.kernel.ids import derived_id
from chalicelib.kernel.money import Fen, yuan
from chalicelib.orders import store
from chalicelib.orders.most_lines_back import most_lines_back
from chalicelib.orders.move_refund import (
    BY_BUYER,
    Refund,
    RefundKind,
    RefundReason,
    Slice,
    check_may_ask,
    cut,
    freight_back,
    opened,
)
from chalicelib.orders.rules import Order


@dataclass(frozen=True)
class RefundAsk:
    """What is asked, by the buyer or a staff member; only staff may name the freight."""

    key: str
    fingerprint: str
    kind: RefundKind
    slices: Sequence[Slice]
    reason: RefundReason
    note: str | None = None
    picture_keys: Sequence[str] = ()
    asked_by: str = BY_BUYER
    freight_fen: int | None = None


class _TakenMeanwhile(Conflict):
    """The refund of this key was asked while this request was being read."""


def ask_refund(order: Order, ask: RefundAsk) -> Refund:
    """The refund, ASKED; its lines' commissions are held from now on (invariant 12).

    The same key and content again gives the same one. Raises ``KeyReused``, ``NotRefundable``,
    ``TooManyRefunds``, ``LineInRefund``, ``NothingToReturn``, ``Invalid``, ``OrderMoved``.
    """
    refund_id = derived_id("RF", order.order_id, ask.asked_by, ask.key)
    asked = store.find_refund(refund_id)
    if asked is not None:
        return _same(asked, ask)
    refund = _refund(refund_id, order, ask)
    line_nos = [line.line_no for line in refund.lines]
    try:
        commit(
            store.put_refund(refund, _TakenMeanwhile),
            store.replace_order(order, opened(order, refund)),
            hold(order.order_id, refund_id, line_nos),
        )
    except _TakenMeanwhile:
        return _same(store.load_refund(refund_id), ask)
    return refund


def _same(refund: Refund, ask: RefundAsk) -> Refund:
    if refund.fingerprint != ask.fingerprint:
        raise KeyReused()
    return refund


def _refund(refund_id: str, order: Order, ask: RefundAsk) -> Refund:
    at, is_staff = now(), ask.asked_by != BY_BUYER
    check_may_ask(order, at=at, is_staff=is_staff)
    most = most_lines_back(order)
    if len(ask.slices) > most:
        raise Invalid(f"这个订单一次最多退 {most} 件商品，请分几次申请。")
    lines = cut(order, ask.slices, kind=ask.kind)
    freight_fen = freight_back(order, lines)
    if is_staff and ask.freight_fen is not None:
        freight_fen = Fen(ask.freight_fen)
    if freight_fen > order.freight_left_fen:
        raise Invalid(f"运费最多可退 {yuan(order.freight_left_fen)}。")
    amount_fen = Fen(sum(line.amount_fen for line in lines) + freight_fen)
    if amount_fen < 1 and any(order.line(line.line_no).paid_fen for line in lines):
        raise Invalid("退款金额至少 0.01 元。")
    return Refund(
        refund_id=refund_id,
        order_id=order.order_id,
        buyer_id=order.buyer_id,
        kind=ask.kind,
        status="ASKED",
        lines=lines,
        freight_fen=freight_fen,
        amount_fen=amount_fen,
        reason=ask.reason,
        note=ask.note,
        picture_keys=tuple(ask.picture_keys),
        asked_by=ask.asked_by,
        fingerprint=ask.fingerprint,
        asked_at=at,
    )
