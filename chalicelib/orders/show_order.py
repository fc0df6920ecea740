"""An order as its buyer reads it: what it is, what comes next and when, how it came here (O3)."""

from collections.abc import Sequence
from datetime import datetime

from pydantic import Field

from chalicelib.kernel.clock import now
from chalicelib.kernel.errors import DomainError
from chalicelib.kernel.http import Out
from chalicelib.orders import store
from chalicelib.orders.describe import (
    DELIVERY_TEXT,
    EXPRESS_COMPANIES,
    Event,
    describe,
    line_text,
    timeline,
)
from chalicelib.orders.earned_points import earned_points
from chalicelib.orders.move_refund import Refund, check_may_ask, price_of_units
from chalicelib.orders.rules import CloseReason, Delivery, Order, OrderLine, PaidBy, Parcel, Status
from chalicelib.orders.show_refund import RefundOut, show_refund


class LineOut(Out):
    """A line of an order with its after-sale state."""

    line_no: int
    product_id: str
    sku_id: str
    title: str
    sku_name: str
    picture_url: str | None
    quantity: int
    price_fen: int
    goods_fen: int
    discount_fen: int = Field(description="By coupon and points.")
    coupon_fen: int
    points_fen: int
    points: int
    paid_fen: int
    shipped_quantity: int
    refunded_quantity: int
    refunded_fen: int
    after_sale_text: str | None
    open_refund_id: str | None
    can_ask_refund: bool
    refundable_quantity: int
    refundable_fen: int = Field(description="For all units that can be asked back now.")


class OrderOut(Out):
    """An order in a list."""

    order_id: str
    status: Status
    status_text: str
    says: str = Field(description="What comes next, in a sentence.")
    next_at: datetime | None = Field(description="When it comes by itself.")
    lines: list[LineOut]
    goods_fen: int
    freight_fen: int
    coupon_name: str | None
    coupon_fen: int
    points: int
    points_fen: int
    earns_points: int = Field(description="Points that the order brings, or brought, as it stands.")
    total_fen: int
    refunded_fen: int
    placed_at: datetime
    expires_at: datetime
    paid_by: PaidBy | None = Field(description="Where the money came from, and goes back to.")
    can_pay: bool = Field(description="By WeChat, in the app it was placed in; `says` tells why not.")
    can_pay_by_balance: bool = Field(description="Whole, if the member's balance holds so much.")
    can_cancel: bool
    can_receive: bool


class OrdersOut(Out):
    """One page of orders."""

    items: list[OrderOut]
    next: str | None


class MomentOut(Out):
    """One line of the timeline."""

    event: Event
    at: datetime
    says: str


class ParcelLineOut(Out):
    """How much of a line is in a parcel."""

    line_no: int
    quantity: int


class ParcelOut(Out):
    """A parcel on its way."""

    parcel_no: int
    delivery: Delivery
    delivery_text: str
    express_company: str | None
    express_name: str | None
    tracking_number: str | None
    lines: list[ParcelLineOut]
    shipped_at: datetime


class ReceiverOut(Out):
    """Where an order goes."""

    receiver: str
    phone: str
    province: str
    city: str
    district: str
    street: str


class OrderDetailOut(OrderOut):
    """An order with all that happened to it, last first."""

    note: str | None
    receiver: ReceiverOut
    parcels: list[ParcelOut]
    timeline: list[MomentOut]
    refunds: list[RefundOut]
    transaction_id: str | None
    balance_bill_id: str | None = Field(description="The number of a payment by balance.")
    close_reason: CloseReason | None


def show_order(order: Order) -> OrderDetailOut:
    """The whole order, with the receiver in the clear: for its buyer alone."""
    refunds = store.refunds_of(order)
    return OrderDetailOut(
        **dict(show_in_list(order, refunds)),
        note=order.note,
        receiver=show_receiver(order),
        parcels=[show_parcel(parcel) for parcel in order.parcels],
        timeline=[MomentOut.model_validate(moment) for moment in timeline(order, refunds)],
        refunds=[show_refund(refund, order) for refund in reversed(refunds)],
        transaction_id=order.transaction_id,
        balance_bill_id=order.balance_bill_id,
        close_reason=order.close_reason,
    )


def show_in_list(order: Order, refunds: Sequence[Refund] = ()) -> OrderOut:
    """The order without personal data; its lines' after-sales by the given refunds."""
    told = describe(order)
    may_ask = _may_ask(order)
    is_open = order.status == "UNPAID" and now() < order.expires_at and order.total_fen > 0
    return OrderOut(
        order_id=order.order_id,
        status=order.status,
        status_text=told.title,
        says=told.says,
        next_at=told.next_at,
        lines=[show_line(line, refunds, may_ask=may_ask) for line in order.lines],
        goods_fen=order.goods_fen,
        freight_fen=order.freight_fen,
        coupon_name=order.coupon_name,
        coupon_fen=order.coupon_fen,
        points=order.points,
        points_fen=order.points_fen,
        earns_points=0 if order.close_reason not in (None, "REFUNDED") else earned_points(order),
        total_fen=order.total_fen,
        refunded_fen=order.refunded_fen,
        placed_at=order.placed_at,
        expires_at=order.expires_at,
        paid_by=order.paid_by,
        can_pay=is_open and order.payer_openid is not None,
        can_pay_by_balance=is_open,
        can_cancel=order.status == "UNPAID",
        can_receive=order.status == "SHIPPED",
    )


def show_line(line: OrderLine, refunds: Sequence[Refund], *, may_ask: bool) -> LineOut:
    """A line, and what can be asked back of it now."""
    is_free = may_ask and line.open_refund_id is None and line.refundable_quantity > 0
    units = line.refundable_quantity if is_free else 0
    return LineOut(
        line_no=line.line_no,
        product_id=line.product_id,
        sku_id=line.sku_id,
        title=line.title,
        sku_name=line.sku_name,
        picture_url=line.picture_url,
        quantity=line.quantity,
        price_fen=line.price_fen,
        goods_fen=line.goods_fen,
        discount_fen=line.discount_fen,
        coupon_fen=line.coupon_fen,
        points_fen=line.points_fen,
        points=line.points,
        paid_fen=line.paid_fen,
        shipped_quantity=line.shipped_quantity,
        refunded_quantity=line.refunded_quantity,
        refunded_fen=line.refunded_fen,
        after_sale_text=line_text(line, refunds),
        open_refund_id=line.open_refund_id,
        can_ask_refund=is_free,
        refundable_quantity=units,
        refundable_fen=price_of_units(line, units),
    )


def show_parcel(parcel: Parcel) -> ParcelOut:
    """A parcel with its carrier's name."""
    company = parcel.express_company
    return ParcelOut(
        parcel_no=parcel.parcel_no,
        delivery=parcel.delivery,
        delivery_text=DELIVERY_TEXT[parcel.delivery],
        express_company=company,
        express_name=EXPRESS_COMPANIES.get(company, company) if company else None,
        tracking_number=parcel.tracking_number,
        lines=[ParcelLineOut.model_validate(line) for line in parcel.lines],
        shipped_at=parcel.shipped_at,
    )


def show_receiver(order: Order) -> ReceiverOut:
    """Where the order goes, unsealed."""
    receiver, phone, street = store.receiver_of(order)
    to = order.ship_to
    return ReceiverOut(
        receiver=receiver,
        phone=phone,
        province=to.province,
        city=to.city,
        district=to.district,
        street=street,
    )


def _may_ask(order: Order) -> bool:
    try:
        check_may_ask(order, at=now(), is_staff=False)
    except DomainError:
        return False
    return True
