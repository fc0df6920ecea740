"""What an order says to people: its state, what comes next and when, and how it came here (O3, O4). Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from chalicelib.kernel.clock import SHANGHAI
from chalicelib.kernel.money import yuan
from chalicelib.orders.move_refund import Refund, RefundReason, RefundStatus
from chalicelib.orders.rules import CloseReason, Delivery, Order, OrderLine, Status

Event = Literal[
    "PLACED", "PAID", "SHIPPED", "RECEIVED", "COMPLETED", "CLOSED", "REFUND_ASKED", "REFUND_ENDED"
]

STATUS_TEXT: dict[Status, str] = {
    "UNPAID": "待付款",
    "PAID": "待发货",
    "SHIPPED": "待收货",
    "RECEIVED": "已收货",
    "COMPLETED": "已完成",
    "CLOSED": "已关闭",
}
CLOSE_TEXT: dict[CloseReason, str] = {
    "EXPIRED": "超过付款时间，订单自动关闭",
    "BUYER": "您取消了订单",
    "STAFF": "商家取消了订单",
    "REFUNDED": "已全部退款",
}
REFUND_TEXT: dict[RefundStatus, str] = {
    "ASKED": "等待商家处理",
    "RETURNING": "请寄回商品",
    "RETURN_SENT": "退货运送中",
    "RETURNED": "商家已收到退货",
    "RESERVED": "退款中",
    "SENT": "退款中",
    "POSTED": "已退款",
    "FAILED": "退款没有成功",
    "REFUSED": "商家没有同意",
    "CANCELLED": "已撤销",
}
REASON_TEXT: dict[RefundReason, str] = {
    "CHANGED_MIND": "不想要了",
    "NOT_RECEIVED": "没有收到货",
    "WRONG_ITEM": "发错或漏发",
    "QUALITY": "商品质量问题",
    "NOT_AS_DESCRIBED": "与描述不符",
    "OUT_OF_STOCK": "商家缺货",
    "OTHER": "其他",
}
DELIVERY_TEXT: dict[Delivery, str] = {
    "EXPRESS": "快递",
    "CITY": "同城配送",
    "VIRTUAL": "无需物流",
    "PICK_UP": "到店自提",
}
EXPRESS_COMPANIES: dict[str, str] = {
    "SF": "顺丰速运",
    "ZTO": "中通快递",
    "YTO": "圆通速递",
    "STO": "申通快递",
    "YD": "韵达速递",
    "JTSD": "极兔速递",
    "JD": "京东物流",
    "YZPY": "邮政快递包裹",
    "EMS": "EMS",
    "DBL": "德邦快递",
}
"""Codes as WeChat knows them; a company that is not listed is told by its code."""


@dataclass(frozen=True)
class Moment:
    """One line of the timeline."""

    event: Event
    at: datetime
    says: str


@dataclass(frozen=True)
class Told:
    """The state in a word, what comes next in a sentence, and when it comes by itself."""

    title: str
    says: str
    next_at: datetime | None


def describe(order: Order) -> Told:
    """What the buyer reads on top of an order."""
    title = STATUS_TEXT[order.status]
    if order.status == "UNPAID" and order.total_fen == 0:
        return Told(title, "优惠券和积分已经全部抵扣，不用付款，订单马上确认。", order.expires_at)
    if order.status == "UNPAID" and order.payer_openid is None:
        return Told(
            title,
            "网页里不能用微信支付：可以用余额付款，或在微信小程序、公众号里重新下单。",
            order.expires_at,
        )
    if order.status == "UNPAID":
        says = f"请在 {when(order.expires_at)} 前付款，过时订单会自动关闭。"
        return Told(title, says, order.expires_at)
    if order.status == "CLOSED":
        return Told(title, _closed_text(order), None)
    if order.has_open_refund:
        return Told(title, "有售后正在处理，处理完会马上通知您。", None)
    if order.status == "PAID":
        says = "商家会尽快发货，发货后会通知您。"
        if order.parcels:
            says = f"已发出 {len(order.parcels)} 个包裹，其余商品会尽快发出。"
        return Told(title, says, None)
    if order.status == "SHIPPED" and order.receive_at is not None:
        says = f"收到商品后请确认收货；{when(order.receive_at)} 会自动确认。"
        return Told(title, says, order.receive_at)
    if order.status == "RECEIVED" and order.after_sale_until is not None:
        says = f"如商品有问题，可在 {when(order.after_sale_until)} 前申请售后。"
        return Told(title, says, order.after_sale_until)
    return Told(title, "订单已完成，感谢您的购买。", None)


def describe_refund(refund: Refund, *, is_to_balance: bool = False) -> Told:
    """What the buyer reads on top of a refund; money goes back to where it came from."""
    title, amount = REFUND_TEXT[refund.status], yuan(refund.amount_fen)
    if refund.status == "RETURNING" and refund.return_until is not None:
        says = f"商家已同意退货，请在 {when(refund.return_until)} 前寄回商品并填写快递单号，过时会自动撤销。"
        return Told(title, says, refund.return_until)
    way = "退回您的余额" if is_to_balance else "原路退回您的付款账户"
    says = {
        "ASKED": "商家会尽快处理您的申请，处理结果会通知您。",
        "RETURN_SENT": f"商家收到退货后，会退给您 {amount}。",
        "RETURNED": f"商家正在为您退款 {amount}。",
        "RESERVED": f"正在退款 {amount}，会{way}。",
        "SENT": f"微信正在退款 {amount}，一般 1 到 3 个工作日到账。",
        "POSTED": f"{amount} 已{way}。" if refund.amount_fen else "已处理完成，抵扣的积分已按件数退还。",
        "CANCELLED": "售后已撤销，如仍需要可以重新申请。",
    }.get(refund.status, "如有疑问请联系客服。")
    return Told(title, refund.said or says, None)


def line_text(line: OrderLine, refunds: Sequence[Refund]) -> str | None:
    """A line's after-sale state in a word; ``None`` when it has none."""
    if line.open_refund_id is not None:
        found = [one for one in refunds if one.refund_id == line.open_refund_id]
        return REFUND_TEXT[found[0].status] if found else "售后处理中"
    if line.refunded_quantity == 0:
        return None
    return "已退款" if line.refunded_quantity == line.quantity else f"已退 {line.refunded_quantity} 件"


def timeline(order: Order, refunds: Sequence[Refund]) -> list[Moment]:
    """What has happened to the order, last first."""
    moments = [Moment("PLACED", order.placed_at, "提交了订单")]
    if order.paid_at:
        says = "用余额付款成功" if order.paid_by == "BALANCE" else "付款成功"
        moments.append(Moment("PAID", order.paid_at, says))
    for parcel in order.parcels:
        company = parcel.express_company or ""
        told = f"{EXPRESS_COMPANIES.get(company, company)} {parcel.tracking_number or ''}".strip()
        sent = f"包裹 {parcel.parcel_no} 已发出（{told or DELIVERY_TEXT[parcel.delivery]}）"
        moments.append(Moment("SHIPPED", parcel.shipped_at, sent))
    if order.received_at:
        moments.append(Moment("RECEIVED", order.received_at, "确认收货"))
    if order.completed_at:
        moments.append(Moment("COMPLETED", order.completed_at, "订单完成"))
    for refund in refunds:
        asked = f"申请退款 {yuan(refund.amount_fen)}（{REASON_TEXT[refund.reason]}）"
        moments.append(Moment("REFUND_ASKED", refund.asked_at, asked))
        if refund.ended_at:
            moments.append(Moment("REFUND_ENDED", refund.ended_at, REFUND_TEXT[refund.status]))
    if order.closed_at:
        moments.append(Moment("CLOSED", order.closed_at, _closed_text(order)))
    return sorted(moments, key=lambda moment: moment.at)[::-1]  # of one moment, the later step first


def when(moment: datetime) -> str:
    """A time as shoppers read it, in China: ``11月23日 18:30``."""
    local = moment.astimezone(SHANGHAI)
    return f"{local.month}月{local.day}日 {local:%H:%M}"


def _closed_text(order: Order) -> str:
    return CLOSE_TEXT[order.close_reason] if order.close_reason else "订单已关闭"
