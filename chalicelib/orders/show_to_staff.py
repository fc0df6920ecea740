"""Orders and refunds as staff see them (G1)."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from pydantic import Field

from chalicelib.kernel.http import Out
from chalicelib.members import store as members
from chalicelib.orders import store
from chalicelib.orders.describe import STATUS_TEXT, timeline
from chalicelib.orders.move_refund import Refund, is_refund_edge
from chalicelib.orders.rules import CloseReason, Order, OrderLine, PaidBy, Status, UploadState
from chalicelib.orders.show_order import (
    LineOut,
    MomentOut,
    ParcelOut,
    ReceiverOut,
    show_line,
    show_parcel,
    show_receiver,
)
from chalicelib.orders.show_refund import RefundOut, show_refund


class UploadOut(Out):
    """How far WeChat knows of the shipping."""

    state: UploadState
    told: int
    tries: int
    reason: str | None
    due_at: datetime | None


class StaffLineOut(LineOut):
    """A line as staff see it."""

    cost_fen: int
    shippable_quantity: int
    refund_reserved_fen: int


class StaffOrderOut(Out):
    """An order in the staff's list."""

    order_id: str
    buyer_id: str
    buyer_nickname: str
    status: Status
    status_text: str
    titles: str
    total_fen: int
    refunded_fen: int
    has_open_refund: bool
    upload_state: UploadState | None
    placed_at: datetime
    paid_at: datetime | None


class StaffOrdersOut(Out):
    """One page of orders."""

    items: list[StaffOrderOut]
    next: str | None


class StaffRefundOut(RefundOut):
    """A refund as staff see it."""

    buyer_id: str
    asked_by: str = Field(description="`buyer` or a staff id.")
    is_sellable: bool
    can_refuse: bool
    can_approve_return: bool
    can_confirm_returned: bool
    can_pay_back: bool


class StaffRefundsOut(Out):
    """One page of refunds."""

    items: list[StaffRefundOut]
    next: str | None = None


class StaffOrderDetailOut(StaffOrderOut):
    """An order with everything staff need to work on it."""

    lines: list[StaffLineOut]
    goods_fen: int
    freight_fen: int
    freight_left_fen: int
    note: str | None
    receiver: ReceiverOut
    parcels: list[ParcelOut]
    upload: UploadOut | None
    timeline: list[MomentOut]
    refunds: list[StaffRefundOut]
    paid_by: PaidBy | None
    transaction_id: str | None
    balance_bill_id: str | None
    close_reason: CloseReason | None
    expires_at: datetime
    receive_at: datetime | None
    after_sale_until: datetime | None


def show_to_staff(order: Order) -> StaffOrderDetailOut:
    """The whole order, with the receiver in the clear for those who pack it."""
    refunds = store.refunds_of(order)
    (shown,) = show_orders([order])
    return StaffOrderDetailOut(
        **dict(shown),
        lines=[_line(line, refunds) for line in order.lines],
        goods_fen=order.goods_fen,
        freight_fen=order.freight_fen,
        freight_left_fen=order.freight_left_fen,
        note=order.note,
        receiver=show_receiver(order),
        parcels=[show_parcel(parcel) for parcel in order.parcels],
        upload=UploadOut.model_validate(order.upload) if order.upload else None,
        timeline=[MomentOut.model_validate(moment) for moment in timeline(order, refunds)],
        refunds=[show_staff_refund(refund, order) for refund in reversed(refunds)],
        paid_by=order.paid_by,
        transaction_id=order.transaction_id,
        balance_bill_id=order.balance_bill_id,
        close_reason=order.close_reason,
        expires_at=order.expires_at,
        receive_at=order.receive_at,
        after_sale_until=order.after_sale_until,
    )


def show_orders(orders: Sequence[Order]) -> list[StaffOrderOut]:
    """Orders in a list, without personal data but the buyers' nicknames."""
    buyers = members.load_many({order.buyer_id for order in orders}) if orders else {}
    return [
        StaffOrderOut(
            order_id=order.order_id,
            buyer_id=order.buyer_id,
            buyer_nickname=buyers[order.buyer_id].nickname if order.buyer_id in buyers else "",
            status=order.status,
            status_text=STATUS_TEXT[order.status],
            titles="；".join(f"{line.title}×{line.quantity}" for line in order.lines),
            total_fen=order.total_fen,
            refunded_fen=order.refunded_fen,
            has_open_refund=order.has_open_refund,
            upload_state=order.upload.state if order.upload else None,
            placed_at=order.placed_at,
            paid_at=order.paid_at,
        )
        for order in orders
    ]


def show_refunds(refunds: Sequence[Refund]) -> list[StaffRefundOut]:
    """Refunds in a list, each with its goods."""
    orders: Mapping[str, Order] = store.load_many([refund.order_id for refund in refunds]) if refunds else {}
    return [show_staff_refund(refund, orders[refund.order_id]) for refund in refunds]


def show_staff_refund(refund: Refund, order: Order) -> StaffRefundOut:
    """A refund with what staff can do now."""
    is_return = refund.kind == "RETURN"
    may_reserve = is_refund_edge(refund.status, "RESERVED")
    return StaffRefundOut(
        **dict(show_refund(refund, order)),
        buyer_id=refund.buyer_id,
        asked_by=refund.asked_by,
        is_sellable=refund.is_sellable,
        can_refuse=is_refund_edge(refund.status, "REFUSED"),
        can_approve_return=is_return and is_refund_edge(refund.status, "RETURNING"),
        can_confirm_returned=is_refund_edge(refund.status, "RETURNED"),
        can_pay_back=may_reserve and (not is_return or refund.status == "RETURNED"),
    )


def _line(line: OrderLine, refunds: Sequence[Refund]) -> StaffLineOut:
    return StaffLineOut(
        **dict(show_line(line, refunds, may_ask=True)),
        cost_fen=line.cost_fen,
        shippable_quantity=line.shippable_quantity,
        refund_reserved_fen=line.refund_reserved_fen,
    )
