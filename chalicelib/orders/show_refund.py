"""A refund as its buyer reads it (O4)."""

from datetime import datetime

from pydantic import Field

from chalicelib.kernel import settings
from chalicelib.kernel.http import Out
from chalicelib.kernel.uploads import signed_link
from chalicelib.orders.describe import REASON_TEXT, describe_refund
from chalicelib.orders.move_refund import Refund, RefundKind, RefundReason, RefundStatus, is_refund_edge
from chalicelib.orders.rules import Order, OrderRules, PaidBy

_LINK_SECONDS = 600
"""Evidence pictures are the buyer's and staff's alone."""


class RefundLineOut(Out):
    """Units of a line that go back."""

    line_no: int
    title: str
    sku_name: str
    picture_url: str | None
    quantity: int
    amount_fen: int


class RefundOut(Out):
    """A refund and where it stands."""

    refund_id: str
    order_id: str
    kind: RefundKind
    status: RefundStatus
    status_text: str
    says: str
    next_at: datetime | None
    lines: list[RefundLineOut]
    freight_fen: int
    amount_fen: int
    paid_by: PaidBy | None = Field(description="Where the money goes back to.")
    reason: RefundReason
    reason_text: str
    note: str | None
    picture_urls: list[str] = Field(description="Good for ten minutes.")
    return_address: str | None = Field(description="Where to send goods back, once agreed.")
    return_company: str | None
    return_tracking_number: str | None
    can_cancel: bool
    can_send_return: bool
    asked_at: datetime
    ended_at: datetime | None


class RefundsOut(Out):
    """One page of refunds."""

    items: list[RefundOut]
    next: str | None = None


def show_refund(refund: Refund, order: Order) -> RefundOut:
    """The refund with its goods, its state in words, and what its buyer can do now."""
    told = describe_refund(refund, is_to_balance=order.paid_by == "BALANCE")
    is_agreed = refund.approved_at is not None
    return RefundOut(
        refund_id=refund.refund_id,
        order_id=refund.order_id,
        kind=refund.kind,
        status=refund.status,
        status_text=told.title,
        says=told.says,
        next_at=told.next_at,
        lines=[_line(order, one.line_no, one.quantity, one.amount_fen) for one in refund.lines],
        freight_fen=refund.freight_fen,
        amount_fen=refund.amount_fen,
        paid_by=order.paid_by,
        reason=refund.reason,
        reason_text=REASON_TEXT[refund.reason],
        note=refund.note,
        picture_urls=[signed_link(key, valid_seconds=_LINK_SECONDS) for key in refund.picture_keys],
        return_address=(settings.read(OrderRules).return_address or None) if is_agreed else None,
        return_company=refund.return_company,
        return_tracking_number=refund.return_tracking_number,
        can_cancel=is_refund_edge(refund.status, "CANCELLED"),
        can_send_return=is_refund_edge(refund.status, "RETURN_SENT"),
        asked_at=refund.asked_at,
        ended_at=refund.ended_at,
    )


def _line(order: Order, line_no: int, quantity: int, amount_fen: int) -> RefundLineOut:
    line = order.line(line_no)
    return RefundLineOut(
        line_no=line_no,
        title=line.title,
        sku_name=line.sku_name,
        picture_url=line.picture_url,
        quantity=quantity,
        amount_fen=amount_fen,
    )
