"""What an order is and which steps its life has (O1, O3, O4). Pure.

UNPAID ──paid──▶ PAID ──all sent──▶ SHIPPED ──▶ RECEIVED ──window over──▶ COMPLETED
   │              │                    │            │                        │
   └─not paid─────┴────────────── all refunded ─────┴────────────────────────┴──▶ CLOSED
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

from chalicelib.commissions.rules import Sale, SaleLine, Terms
from chalicelib.kernel import settings
from chalicelib.kernel.errors import Conflict, Invalid, NotFound
from chalicelib.kernel.money import Fen, Points

MAX_LINES = 37
"""A line takes two items of the placement's one transaction (counter and reservation), the order one,
a binding at purchase up to nineteen, coupon, points, their entry and a first order's claim one each:
98 out of 100."""
MAX_QUANTITY = 999
MAX_TOTAL_FEN = 10**10
MAX_PARCELS = 15
"""WeChat takes no more parcels for one payment (wechat.md §4.6)."""
MAX_REFUNDS = 50
"""WeChat refunds one payment in at most 50 parts (trust A2, invariant 8)."""
MAX_CART_LINES = 100
MAX_UNPAID = 20
"""Each holds stock until it expires; nobody may hold the shop's (trust A6.6)."""

PaidBy = Literal["WECHAT", "BALANCE", "NOTHING"]
"""Where the money came from; nothing was left to pay after coupon and points."""
Status = Literal["UNPAID", "PAID", "SHIPPED", "RECEIVED", "COMPLETED", "CLOSED"]
CloseReason = Literal["EXPIRED", "BUYER", "STAFF", "REFUNDED"]
Delivery = Literal["EXPRESS", "CITY", "VIRTUAL", "PICK_UP"]
UploadState = Literal["WAITING", "DONE", "REFUSED"]

EDGES: frozenset[tuple[Status, Status]] = frozenset(
    {
        ("UNPAID", "PAID"),
        ("UNPAID", "CLOSED"),
        ("PAID", "SHIPPED"),
        ("PAID", "CLOSED"),
        ("SHIPPED", "RECEIVED"),
        ("SHIPPED", "CLOSED"),
        ("RECEIVED", "COMPLETED"),
        ("RECEIVED", "CLOSED"),
        ("COMPLETED", "CLOSED"),
    }
)
"""The only steps there are, each taken at most once (invariant 5)."""


@settings.declare("orders", "订单与售后")
@dataclass(frozen=True)
class OrderRules:
    """How long each step may take, in minutes or days; frozen on an order where it matters."""

    unpaid_minutes: int = 30
    auto_receive_days: int = 10
    after_sale_days: int = 7
    return_days: int = 7
    return_address: str = ""
    """Where buyers send goods back: receiver, phone and address in one text."""

    def check(self) -> None:
        """Refuse what WeChat or the law would not let us keep."""
        if not 5 <= self.unpaid_minutes <= 24 * 60:
            raise ValueError("付款时间请设置在 5 分钟到 24 小时之间。")
        if not 1 <= self.auto_receive_days <= 60:
            raise ValueError("自动收货请设置在 1 到 60 天之间。")
        if not 7 <= self.after_sale_days <= 90:
            raise ValueError("售后期请设置在 7 到 90 天之间（七日无理由退货）。")
        if not 1 <= self.return_days <= 30:
            raise ValueError("寄回时间请设置在 1 到 30 天之间。")
        if len(self.return_address) > 200:
            raise ValueError("退货地址最多 200 个字。")


@dataclass(frozen=True)
class ShipTo:
    """Where it goes: the region in clear for freight and territories, the person ``sealed``."""

    province: str
    city: str
    district: str
    sealed: str


@dataclass(frozen=True)
class OrderLine:
    """One SKU of an order, with everything that may not change later.

    ``paid_fen`` = ``goods_fen`` - ``discount_fen``, which is ``coupon_fen`` + ``points_fen``. ``cost_fen``
    is of one unit. Quantities move from asked (``open_…``) to given back (``refunded_…``); the
    ``unshipped`` ones among them were never sent.
    """

    line_no: int
    product_id: str
    sku_id: str
    title: str
    sku_name: str
    picture_url: str | None
    quantity: int
    price_fen: Fen
    goods_fen: Fen
    discount_fen: Fen
    paid_fen: Fen
    cost_fen: Fen
    shipped_quantity: int = 0
    open_refund_id: str | None = None
    open_quantity: int = 0
    open_unshipped_quantity: int = 0
    refunded_quantity: int = 0
    unshipped_refunded_quantity: int = 0
    refund_reserved_fen: Fen = Fen(0)
    refunded_fen: Fen = Fen(0)
    coupon_fen: Fen = Fen(0)
    points_fen: Fen = Fen(0)
    points: Points = Points(0)

    @property
    def refundable_quantity(self) -> int:
        """Units that nobody asked back yet."""
        return self.quantity - self.refunded_quantity - self.open_quantity

    @property
    def shippable_quantity(self) -> int:
        """Units to send now; those asked back before they were sent stay here."""
        return self.unsent_quantity - self.open_unshipped_quantity

    @property
    def unsent_quantity(self) -> int:
        """Units neither sent nor given back."""
        return self.quantity - self.shipped_quantity - self.unshipped_refunded_quantity

    @property
    def is_refunded(self) -> bool:
        """Every unit and every fen went back."""
        return self.refunded_quantity == self.quantity and self.refunded_fen == self.paid_fen


@dataclass(frozen=True)
class ParcelLine:
    """How much of a line is in a parcel."""

    line_no: int
    quantity: int


@dataclass(frozen=True)
class Parcel:
    """What was sent, how and when. An express parcel has company and tracking number."""

    parcel_no: int
    delivery: Delivery
    lines: tuple[ParcelLine, ...]
    shipped_at: datetime
    express_company: str | None = None
    tracking_number: str | None = None
    corrected_at: datetime | None = None


@dataclass(frozen=True)
class Upload:
    """How far WeChat knows of the shipping (wechat.md §3.4); ``reason`` is its refusal.

    ``told`` parcels were told, and whether they were all.
    """

    state: UploadState
    due_at: datetime | None = None
    told: int = 0
    is_all_told: bool = False
    tries: int = 0
    reason: str | None = None


@dataclass(frozen=True)
class Order:
    """One purchase. Prices, terms and address are frozen at placement.

    ``total_fen`` is Σ ``paid_fen`` of the lines + ``freight_fen``; zero where coupon and points paid all.
    The payer is the WeChat identity the buyer placed the order with; without one it cannot be paid by
    WeChat.
    """

    order_id: str
    buyer_id: str
    status: Status
    lines: tuple[OrderLine, ...]
    goods_fen: Fen
    freight_fen: Fen
    total_fen: Fen
    terms: Terms
    ship_to: ShipTo
    payer_appid: str | None
    payer_openid: str | None
    fingerprint: str
    placed_at: datetime
    expires_at: datetime
    auto_receive_days: int
    after_sale_days: int
    version: int = 1
    note: str | None = None
    paid_at: datetime | None = None
    transaction_id: str | None = None
    balance_bill_id: str | None = None
    """The number of the payment, where the buyer's own balance paid (decision 11)."""
    parcels: tuple[Parcel, ...] = ()
    shipped_at: datetime | None = None
    receive_at: datetime | None = None
    """When receipt comes by itself."""
    received_at: datetime | None = None
    after_sale_until: datetime | None = None
    completed_at: datetime | None = None
    closed_at: datetime | None = None
    close_reason: CloseReason | None = None
    refund_ids: tuple[str, ...] = ()
    refund_reserved_fen: Fen = Fen(0)
    refunded_fen: Fen = Fen(0)
    freight_reserved_fen: Fen = Fen(0)
    freight_refunded_fen: Fen = Fen(0)
    upload: Upload | None = None
    coupon_id: str | None = None
    coupon_name: str | None = None
    coupon_fen: Fen = Fen(0)
    points: Points = Points(0)
    points_fen: Fen = Fen(0)
    chain: tuple[str, ...] = ()
    """The buyer's uplines at placement, nearest first: whose team this order counts for, whoever is paid."""
    sharer_id: str | None = None
    """Whose link or code brought this purchase (R2)."""
    code: str | None = None
    """The code it came by: of that link, else the one that bound the buyer (I5)."""
    fen_per_earned_point: int = 0
    """Frozen: for each full amount of goods paid and kept the buyer gets one point (W6); 0: none."""

    def line(self, line_no: int) -> OrderLine:
        """The line of this number. Raises ``LineUnknown``."""
        for line in self.lines:
            if line.line_no == line_no:
                return line
        raise LineUnknown()

    @property
    def sale(self) -> Sale:
        """This order as commissions know it."""
        lines = tuple(SaleLine(one.line_no, one.title, one.quantity, one.paid_fen) for one in self.lines)
        return Sale(self.order_id, self.buyer_id, lines, self.terms)

    @property
    def paid_by(self) -> PaidBy | None:
        """Where its money came from and goes back to; ``None`` while nobody paid."""
        if self.paid_at is None:
            return None
        return "BALANCE" if self.balance_bill_id else "WECHAT" if self.transaction_id else "NOTHING"

    @property
    def has_open_refund(self) -> bool:
        """Some line is in after-sales."""
        return any(line.open_refund_id for line in self.lines)

    @property
    def is_all_sent(self) -> bool:
        """All goods that were not given back are out, and there were some."""
        return bool(self.parcels) and all(line.unsent_quantity == 0 for line in self.lines)

    @property
    def is_all_refunded(self) -> bool:
        """Every line went back whole."""
        return all(line.is_refunded for line in self.lines)

    @property
    def freight_left_fen(self) -> Fen:
        """Freight that may still be given back."""
        return Fen(self.freight_fen - self.freight_reserved_fen - self.freight_refunded_fen)


class OrderUnknown(NotFound):
    title = "没有这个订单"
    detail = "没有找到这个订单，可能不属于当前账号。"


class LineUnknown(Invalid):
    title = "没有这件商品"
    detail = "订单里没有这件商品，请刷新后重试。"


class OrderMoved(Conflict):
    """Somebody else took a step meanwhile, or the order has no such next step (invariant 5)."""

    title = "订单状态已变化"
    detail = "订单刚刚有变化，请刷新后再试。"


class OrderAlreadyPaid(Conflict):
    """WeChat holds the money, even if its notice is still on the way."""

    title = "订单已付款"
    detail = "这个订单已经付款，不能取消；如不想要了，请申请退款。"


class PriceChanged(Conflict):
    """The price is not what the buyer last saw; the answer carries the new quote."""

    title = "价格有变化"
    detail = "商品价格或运费刚刚有变化，请确认新的金额后再提交。"


class CannotBuy(Conflict):
    """Some line cannot be bought: off the shelf, too many, sold out."""

    title = "暂时不能下单"
    detail = "有商品暂时不能购买，请返回查看。"


class TotalOutOfRange(Conflict):
    title = "订单金额不对"
    detail = "订单金额不能超过一亿元，请调整商品数量。"


class CannotRedeem(Conflict):
    """The coupon does not fit, or there are not so many points; ``detail`` says why."""

    title = "优惠用不了"
    detail = "优惠券或积分刚刚有变化，请返回确认。"


class TooManyUnpaid(Conflict):
    title = "待付款的订单太多"
    detail = "您有不少订单还没有付款，请先付款或取消一些，再来下单。"


class GoodsGone(NotFound):
    title = "商品已下架"
    detail = "这个商品或规格已经不卖了，去看看别的吧。"


class CartFull(Conflict):
    title = "购物车满了"
    detail = f"购物车最多放 {MAX_CART_LINES} 种商品，请先清理一下。"


def is_edge(before: Status, after: Status) -> bool:
    """Whether an order may go from ``before`` to ``after``."""
    return (before, after) in EDGES


def step(order: Order, to: Status) -> Order:
    """The order one step on. Raises ``OrderMoved`` where there is no such edge."""
    if not is_edge(order.status, to):
        raise OrderMoved()
    return replace(order, status=to, version=order.version + 1)


def closed(order: Order, reason: CloseReason, *, at: datetime) -> Order:
    """The unpaid order, closed. Raises ``OrderAlreadyPaid`` once money has come."""
    if order.status not in ("UNPAID", "CLOSED"):
        raise OrderAlreadyPaid()
    return replace(step(order, "CLOSED"), closed_at=at, close_reason=reason)


def shipped_out(order: Order, *, at: datetime) -> Order:
    """The paid order with all its goods on the way; receipt comes by itself some days later."""
    assert order.status == "PAID" and order.is_all_sent
    receive_at = at + timedelta(days=order.auto_receive_days)
    upload = replace(order.upload, state="WAITING", due_at=at) if order.upload else None
    return replace(order, status="SHIPPED", shipped_at=at, receive_at=receive_at, upload=upload)


def received(order: Order, *, at: datetime) -> Order:
    """The order in the buyer's hands; its after-sale window begins."""
    until = at + timedelta(days=order.after_sale_days)
    return replace(step(order, "RECEIVED"), received_at=at, after_sale_until=until)


def completed(order: Order, *, at: datetime) -> Order:
    """The order at its good end. Raises ``OrderMoved`` before the window ends or during after-sales."""
    if order.has_open_refund or order.after_sale_until is None or at < order.after_sale_until:
        raise OrderMoved()
    return replace(step(order, "COMPLETED"), completed_at=at)


def due_at(order: Order) -> datetime | None:
    """When this order does something by itself; while a refund is open, it waits."""
    if order.has_open_refund:
        return None
    return {
        "UNPAID": order.expires_at,
        "SHIPPED": order.receive_at,
        "RECEIVED": order.after_sale_until,
    }.get(order.status)
