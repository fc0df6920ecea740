"""What the doors of this room take and give. A client names goods and quantities, never a price."""

from datetime import datetime
from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from chalicelib.commissions.past_order import OrderIn
from chalicelib.jobs.schemas import JobOut
from chalicelib.kernel.days import Day
from chalicelib.kernel.http import Body, Out, Paging
from chalicelib.kernel.money import MAX_FEN
from chalicelib.orders.move_refund import RefundKind, RefundReason, RefundStatus
from chalicelib.orders.price import Problem
from chalicelib.orders.rules import MAX_LINES, MAX_QUANTITY, Delivery, Status

_Id = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,64}$")]
_Quantity = Annotated[int, Field(title="数量", ge=1, le=MAX_QUANTITY)]
_Points = Annotated[int, Field(title="积分", ge=0, le=10**9)]
_LineNo = Annotated[int, Field(ge=1, le=MAX_LINES)]
_Note = Annotated[str | None, Field(title="留言", max_length=200)]
_Said = Annotated[str, Field(title="原因", min_length=2, max_length=200, pattern=r"\S")]
_ShareCode = Annotated[
    str | None,
    Field(title="分享码", max_length=40, description="Of the link that brought this purchase."),
]
_Company = Annotated[str, Field(title="快递公司", pattern=r"^[A-Z0-9_]{2,20}$", description="WeChat's code.")]
_Tracking = Annotated[str, Field(title="快递单号", pattern=r"^[A-Za-z0-9-]{5,40}$")]


class SimulationIn(Body):
    """Which orders a plan is tried on: the shop's last days, or these."""

    days: int = Field(30, title="天数", ge=1, le=366)
    orders: tuple[OrderIn, ...] | None = Field(
        None, title="订单", min_length=1, max_length=2000, description="As docs/schemas/orders.json says."
    )


class SimulationOut(Out):
    """How far it is, and once it is done what it came to. All rows are in the job's result."""

    job: JobOut
    totals: dict[str, Any] | None = Field(
        description="As `scripts/simulate --json`; of the sums by name the hundred largest. `against` is the"
        " comparison with the plan in force at the start."
    )
    rows: list[dict[str, Any]] = Field(description="The first hundred.")


class CartLineIn(Body):
    """How many of a SKU shall lie in the cart."""

    product_id: _Id
    quantity: _Quantity


class WantedIn(Body):
    """So many of a SKU."""

    product_id: _Id
    sku_id: _Id
    quantity: _Quantity


class QuoteIn(Body):
    """A basket to be priced; without an address there is no freight."""

    lines: list[WantedIn] = Field(min_length=1, max_length=MAX_LINES)
    address_id: _Id | None = None
    share_code: _ShareCode = None
    coupon_id: _Id | None = None
    points: _Points = 0


class PlaceIn(Body):
    """An order. ``expected_total_fen`` is what the buyer saw; it decides nothing but a refusal."""

    lines: list[WantedIn] = Field(min_length=1, max_length=MAX_LINES)
    address_id: _Id
    expected_total_fen: int = Field(ge=0, le=MAX_FEN)
    note: _Note = None
    share_code: _ShareCode = None
    coupon_id: _Id | None = None
    points: _Points = 0


class QuoteLineOut(Out):
    """A priced line; ``problem`` and ``problem_text`` say why it cannot be bought."""

    product_id: str
    sku_id: str
    title: str
    sku_name: str
    picture_url: str | None
    quantity: int
    price_fen: int
    goods_fen: int
    market_price_fen: int | None
    left: int = Field(description="How many can be bought now.")
    problem: Problem | None
    problem_text: str | None
    coupon_fen: int
    points_fen: int
    points: int
    net_fen: int = Field(description="What is left of the line to pay in money, as the order will freeze it.")


class PricedOut(Out):
    """A priced basket. ``freight_fen`` is null without an address, and then not in ``total_fen``."""

    lines: list[QuoteLineOut]
    goods_fen: int
    freight_fen: int | None
    total_fen: int
    can_place: bool


class CartOut(PricedOut):
    """The cart at today's prices."""


class ChoiceOut(Out):
    """A coupon beside this basket: what it takes off, or why it does not fit."""

    coupon_id: str
    name: str
    terms_text: str
    expires_at: datetime
    off_fen: int
    problem: str | None


class QuoteOut(PricedOut):
    """A priced basket after coupon and points, and what else could be chosen."""

    coupon_id: str | None = Field(description="The coupon that is taken off here.")
    coupon_fen: int
    coupon_problem: str | None = Field(description="Why the wanted coupon is not taken off.")
    points: int
    points_fen: int
    points_problem: str | None
    max_points: int = Field(description="The most points that this basket takes.")
    points_says: str
    coupons: list[ChoiceOut]
    best_coupon_id: str | None
    earns_points: int = Field(description="Points that the buyer gets once the after-sale window is over.")
    is_shared: bool = Field(description="The order will count for the owner of the share code.")
    share_problem: str | None = Field(description="Why it will not, when a code was given.")


class OrdersAsked(Paging):
    """One's own orders: of a state, or found by number or title."""

    status: Status | None = None
    q: str | None = Field(None, title="搜索", min_length=1, max_length=40)


class OrderCountsOut(Out):
    """For the badges of the personal centre, each counted up to 100."""

    unpaid: int
    paid: int
    shipped: int


class SliceIn(Body):
    """Units of a line to get money back for; less than they cost if ``amount_fen`` says so."""

    line_no: _LineNo
    quantity: _Quantity
    amount_fen: int | None = Field(None, title="退款金额", ge=0, le=MAX_FEN)


class RefundIn(Body):
    """A buyer asks for money back."""

    kind: RefundKind
    lines: list[SliceIn] = Field(min_length=1, max_length=MAX_LINES)
    reason: RefundReason
    note: _Note = None
    picture_keys: list[str] = Field(
        default_factory=list, title="凭证图片", max_length=9, description="Keys from /shop/evidence."
    )


class StaffRefundIn(Body):
    """Staff open a refund for a buyer; they may name the freight."""

    kind: RefundKind
    lines: list[SliceIn] = Field(min_length=1, max_length=MAX_LINES)
    reason: RefundReason
    note: _Note = None
    freight_fen: int | None = Field(None, title="退运费", ge=0, le=MAX_FEN)


class EvidenceIn(Body):
    """A picture about to be uploaded."""

    content_type: Literal["image/jpeg", "image/png", "image/webp"]


class EvidenceOut(Out):
    """Post ``fields`` and then the file to ``url``, within ten minutes; ask with ``picture_key``."""

    picture_key: str
    url: str
    fields: dict[str, str]


class ReturnIn(Body):
    """The parcel in which the goods come back."""

    company: str = Field(title="快递公司", min_length=1, max_length=20, pattern=r"\S")
    tracking_number: _Tracking


class StaffOrdersAsked(Paging):
    """One order, one buyer's, or those of some days; of a state or of all."""

    order_id: str | None = Field(None, title="订单号", pattern=r"^[A-Z0-9]{8,32}$")
    buyer_id: str | None = Field(None, title="会员", pattern=r"^[A-Z0-9]{4,32}$")
    status: Status | None = Field(None, title="状态")
    newest: Day | None = Field(None, title="截止日期")
    oldest: Day | None = Field(None, title="开始日期")


class ParcelLineIn(Body):
    """How much of a line goes into this parcel."""

    line_no: _LineNo
    quantity: _Quantity


class ShipIn(Body):
    """One parcel; without ``lines`` it takes everything that is left to send."""

    delivery: Delivery = Field("EXPRESS", title="发货方式")
    express_company: _Company | None = None
    tracking_number: _Tracking | None = None
    lines: list[ParcelLineIn] = Field(default_factory=list, title="商品", max_length=MAX_LINES)

    @model_validator(mode="after")
    def _express_is_traced(self) -> Self:
        if self.delivery == "EXPRESS" and not (self.express_company and self.tracking_number):
            raise ValueError("快递发货请填写快递公司和快递单号")
        return self


class CorrectParcelIn(Body):
    """The right carrier and number of a parcel."""

    express_company: _Company
    tracking_number: _Tracking


class SaidIn(Body):
    """A step that needs a word to the buyer."""

    said: _Said


class ReturnedIn(Body):
    """Goods are back."""

    is_sellable: bool = Field(title="可以再次销售", description="Then they go back into stock.")


class StaffRefundsAsked(Paging):
    """Refunds that wait in a state, or all of some days."""

    status: RefundStatus | None = Field(None, title="状态", description="A state that is not an end.")
    newest: Day | None = Field(None, title="截止日期")
    oldest: Day | None = Field(None, title="开始日期")


class Company(Out):
    """A carrier."""

    code: str
    name: str


class CompaniesOut(Out):
    """Carriers by WeChat's codes."""

    items: list[Company]
    next: str | None = None
