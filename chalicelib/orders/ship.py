"""Send an order, or a part of it (O3)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from chalicelib.kernel.clock import now
from chalicelib.kernel.config import config
from chalicelib.kernel.dynamo import commit
from chalicelib.kernel.errors import Conflict, Invalid
from chalicelib.orders import store
from chalicelib.orders.rules import (
    MAX_PARCELS,
    Delivery,
    Order,
    OrderMoved,
    Parcel,
    ParcelLine,
    Upload,
    shipped_out,
)


class NothingToShip(Conflict):
    """More than what is left to send, or nothing at all."""

    title = "没有可发的商品"
    detail = "所选商品已经发货、已退款或正在退款，请刷新后重试。"


class TooManyParcels(Conflict):
    title = "包裹太多"
    detail = f"一个订单最多 {MAX_PARCELS} 个包裹。"


class MixedDelivery(Conflict):
    """WeChat takes one way of delivery for one payment."""

    title = "发货方式不一致"
    detail = "同一个订单只能用一种发货方式，请与之前的包裹保持一致。"


@dataclass(frozen=True)
class Shipment:
    """What staff put into one parcel; without ``lines`` it is everything that is left to send."""

    delivery: Delivery
    express_company: str | None = None
    tracking_number: str | None = None
    lines: Sequence[ParcelLine] = ()


def ship(order_id: str, shipment: Shipment) -> Order:
    """The order with this parcel on its way; the same tracking number with the same goods again is once.

    Raises ``OrderUnknown``, ``OrderMoved``, ``NothingToShip``, ``TooManyParcels``, ``MixedDelivery``
    or ``Invalid`` for an express parcel without company and number.
    """
    _check(shipment)
    order = store.load(order_id)
    if shipment.tracking_number and _is_repeated(order, shipment):
        return order
    at = now()
    parcel = Parcel(
        parcel_no=len(order.parcels) + 1,
        delivery=shipment.delivery,
        lines=tuple(shipment.lines) or _everything(order),
        shipped_at=at,
        express_company=shipment.express_company,
        tracking_number=shipment.tracking_number,
    )
    after = packed(order, parcel)
    if order.payer_appid == config().mp_appid and order.transaction_id is not None:
        told = order.upload or Upload("WAITING")
        after = replace(after, upload=replace(told, state="WAITING", due_at=at, tries=0, reason=None))
    commit(store.replace_order(order, after))
    return after


def packed(order: Order, parcel: Parcel) -> Order:
    """The paid order with one more parcel on its way, SHIPPED when it was the last.

    Raises ``OrderMoved``, ``NothingToShip``, ``TooManyParcels`` or ``MixedDelivery``.
    """
    if order.status != "PAID":
        raise OrderMoved()
    if len(order.parcels) >= MAX_PARCELS:
        raise TooManyParcels()
    if any(one.delivery != parcel.delivery for one in order.parcels):
        raise MixedDelivery()
    sent = {one.line_no: one.quantity for one in parcel.lines}
    if not sent or any(not 1 <= sent[number] <= order.line(number).shippable_quantity for number in sent):
        raise NothingToShip()
    lines = tuple(
        replace(line, shipped_quantity=line.shipped_quantity + sent.get(line.line_no, 0))
        for line in order.lines
    )
    after = replace(order, lines=lines, parcels=(*order.parcels, parcel), version=order.version + 1)
    return shipped_out(after, at=parcel.shipped_at) if after.is_all_sent else after


def _check(shipment: Shipment) -> None:
    if shipment.delivery == "EXPRESS" and not (shipment.express_company and shipment.tracking_number):
        raise Invalid("快递发货请填写快递公司和快递单号。")
    numbers = [line.line_no for line in shipment.lines]
    if len(set(numbers)) != len(numbers):
        raise Invalid("同一件商品请只填一次。")


def _everything(order: Order) -> tuple[ParcelLine, ...]:
    return tuple(
        ParcelLine(line.line_no, line.shippable_quantity) for line in order.lines if line.shippable_quantity
    )


def _is_repeated(order: Order, shipment: Shipment) -> bool:
    sent = [one for one in order.parcels if one.tracking_number == shipment.tracking_number]
    return any(not shipment.lines or one.lines == tuple(shipment.lines) for one in sent)
