"""What the doors of this room take and give."""

from datetime import datetime
from typing import Annotated

from pydantic import Field

from chalicelib.kernel.http import Body, Out, Paging
from chalicelib.kernel.money import MAX_FEN
from chalicelib.marketing.rules import (
    CampaignStatus,
    CouponKind,
    CouponSource,
    CouponStatus,
    GiftStatus,
)
from chalicelib.marketing.send_coupons import MAX_AT_ONCE

_Id = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,64}$")]
_Name = Annotated[str, Field(title="名称", min_length=2, max_length=30, pattern=r"\S")]
_Count = Annotated[int, Field(title="数量", ge=1, le=1_000_000)]
_Company = Annotated[str, Field(title="快递公司", min_length=1, max_length=20, pattern=r"\S")]
_Tracking = Annotated[str, Field(title="快递单号", pattern=r"^[A-Za-z0-9-]{5,40}$")]


class TermsIn(Body):
    """What a coupon takes off, of what, for whom; empty lists mean everything and everybody."""

    name: _Name
    kind: CouponKind
    off_fen: int = Field(0, title="减多少钱", ge=0, le=MAX_FEN)
    off_bps: int = Field(0, title="减百分之几", ge=0, le=10_000, description="2000 takes off 20 %.")
    max_off_fen: int | None = Field(None, title="最多减", ge=1, le=MAX_FEN)
    threshold_fen: int = Field(0, title="满多少可用", ge=0, le=MAX_FEN)
    product_ids: list[_Id] = Field(default_factory=list, title="限定商品", max_length=100)
    category_ids: list[_Id] = Field(default_factory=list, title="限定分类", max_length=50)
    level_ids: list[_Id] = Field(default_factory=list, title="限定分销商等级", max_length=20)


class ValidityIn(Body):
    """So many days from receipt, or between two moments, or both."""

    days: int | None = Field(None, title="领取后几天有效", ge=0, le=3_650)
    starts_at: datetime | None = Field(None, title="开始时间", strict=False)
    ends_at: datetime | None = Field(None, title="截止时间", strict=False)


class CampaignIn(Body):
    """A new campaign; its terms are never edited."""

    terms: TermsIn
    validity: ValidityIn
    quantity: _Count | None = Field(None, title="发行量", description="Without it there is no end.")
    limit_per_member: int = Field(1, title="每人限领", ge=1, le=100)
    is_claimable: bool = Field(True, title="在领券中心展示")
    points_price: int | None = Field(
        None, title="兑换所需积分", ge=1, le=1_000_000, description="Then it is taken for points only."
    )


class CampaignChangeIn(Body):
    """What may be changed; ``version`` is the one that was read."""

    version: int
    status: CampaignStatus = Field(title="状态")
    quantity: _Count | None = Field(None, title="发行量", description="Only grows.")
    limit_per_member: int = Field(title="每人限领", ge=1, le=100)
    is_claimable: bool = Field(title="在领券中心展示")


class TermsOut(Out):
    """A coupon's terms, and in words."""

    name: str
    kind: CouponKind
    off_fen: int
    off_bps: int
    max_off_fen: int | None
    threshold_fen: int
    product_ids: list[str]
    category_ids: list[str]
    level_ids: list[str]


class ValidityOut(Out):
    """When coupons may be used."""

    days: int | None
    starts_at: datetime | None
    ends_at: datetime | None


class CouponStatsOut(Out):
    """What became of a campaign's coupons, and what they brought; some seconds behind."""

    given: int = Field(description="Ever in a member's hands.")
    claimed: int = Field(description="Of these, taken by members themselves.")
    used: int = Field(description="Held by an order now.")
    expired: int
    revoked: int = Field(description="Taken back with the order that had earned it.")
    handed_on: int
    orders: int = Field(description="Paid with one, less those that went back whole.")
    returned: int = Field(description="Went back whole.")
    sales_fen: int = Field(description="Of their goods, without freight, less refunds.")
    off_fen: int = Field(description="Taken off the orders that stand.")


class CampaignOut(Out):
    """A campaign as staff see it."""

    template_id: str
    terms: TermsOut
    terms_text: str
    validity: ValidityOut
    quantity: int | None
    left: int | None = Field(description="Still to be given out; null without end.")
    limit_per_member: int
    is_claimable: bool
    points_price: int | None
    status: CampaignStatus
    made_at: datetime
    version: int
    stats: CouponStatsOut


class CampaignsOut(Out):
    """All campaigns, newest first."""

    items: list[CampaignOut]
    next: str | None = None


class OfferOut(Out):
    """A campaign at the coupon page."""

    template_id: str
    name: str
    terms_text: str
    scope_text: str
    product_ids: list[str]
    category_ids: list[str]
    is_sold_out: bool
    can_claim: bool
    says: str


class OffersOut(Out):
    """Coupons to claim now."""

    items: list[OfferOut]
    next: str | None = None


class ExchangeOut(OfferOut):
    """A coupon that points buy."""

    points_price: int


class ExchangesOut(Out):
    """What points buy now, the cheapest first, and how many points I have."""

    points: int
    items: list[ExchangeOut]
    next: str | None = None


class CouponsAsked(Paging):
    """One's own coupons of a state."""

    status: CouponStatus = Field("UNUSED", title="状态")


class CouponOut(Out):
    """A coupon in its owner's hands."""

    coupon_id: str
    template_id: str
    name: str
    terms_text: str
    scope_text: str
    product_ids: list[str]
    category_ids: list[str]
    status: CouponStatus
    source: CouponSource
    issued_at: datetime
    starts_at: datetime
    expires_at: datetime
    order_id: str | None
    can_hand_on: bool
    says: str


class CouponsOut(Out):
    """One page of coupons, the first to run out first."""

    items: list[CouponOut]
    next: str | None


class SendIn(Body):
    """Who shall have the coupon."""

    member_ids: list[_Id] = Field(title="会员", min_length=1, max_length=MAX_AT_ONCE)


class SentOut(Out):
    """How many of them have it now."""

    sent: int


class AllotIn(Body):
    """Coupons for a distributor to hand on."""

    distributor_id: _Id
    quantity: int = Field(title="数量", ge=1, le=10_000)
    ends_at: datetime = Field(title="领取截止时间", strict=False)


class CodeOut(Out):
    """A code under which customers fetch coupons."""

    code: str
    path: str = Field(description="The mini-program's page to share.")
    name: str
    terms_text: str
    scope_text: str
    quantity: int
    left: int
    made_at: datetime
    ends_at: datetime
    says: str


class CodesOut(Out):
    """One page of codes, newest first."""

    items: list[CodeOut]
    next: str | None


class GiftIn(Body):
    """A new gift with its stock."""

    name: _Name
    picture_url: str | None = Field(None, title="图片", max_length=300)
    worth_fen: int = Field(0, title="价值", ge=0, le=MAX_FEN)
    quantity: _Count
    claim_days: int = Field(30, title="几天内领取", ge=1, le=365)


class GiftChangeIn(Body):
    """More stock, or another state; ``version`` is the one that was read."""

    version: int
    quantity: _Count
    status: CampaignStatus


class GiftOut(Out):
    """A gift as staff see it."""

    gift_id: str
    name: str
    picture_url: str | None
    worth_fen: int
    quantity: int
    left: int
    claim_days: int
    status: CampaignStatus
    made_at: datetime
    version: int


class GiftsOut(Out):
    """All gifts, newest first."""

    items: list[GiftOut]
    next: str | None = None


class ClaimGiftIn(Body):
    """Where the gift shall go."""

    address_id: _Id


class GiftClaimOut(Out):
    """A gift in its owner's hands."""

    grant_id: str
    gift_id: str
    name: str
    picture_url: str | None
    status: GiftStatus
    granted_at: datetime
    expires_at: datetime
    claimed_at: datetime | None
    express_company: str | None
    tracking_number: str | None
    shipped_at: datetime | None
    can_claim: bool
    says: str


class GiftClaimsOut(Out):
    """One page of gifts."""

    items: list[GiftClaimOut]
    next: str | None


class GiftReceiverOut(Out):
    """Where a gift goes, for whoever packs it."""

    receiver: str
    phone: str
    province: str
    city: str
    district: str
    street: str


class StaffClaimOut(GiftClaimOut):
    """A gift as staff see it; the receiver once it is claimed."""

    member_id: str
    receiver: GiftReceiverOut | None


class StaffClaimsOut(Out):
    """One page of gifts, longest waiting first."""

    items: list[StaffClaimOut]
    next: str | None


class StaffClaimsAsked(Paging):
    """Gifts of a state."""

    status: GiftStatus = Field("CLAIMED", title="状态")


class ShipGiftIn(Body):
    """The parcel in which a gift goes."""

    company: _Company
    tracking_number: _Tracking
