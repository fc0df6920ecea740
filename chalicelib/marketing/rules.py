"""What coupons and gifts are, whom they fit and what they take off (A1, A3). Pure.

A coupon carries its terms from the moment it is given: what staff do to the campaign later changes
no coupon in anybody's hands. Terms are never edited; another offer is another campaign.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal

from chalicelib.kernel.clock import SHANGHAI
from chalicelib.kernel.errors import Conflict, Invalid, NotFound
from chalicelib.kernel.money import BPS_WHOLE, Fen, allocate, percent, share, yuan

CouponKind = Literal["FIXED", "PERCENT"]
CouponStatus = Literal["UNUSED", "USED", "EXPIRED", "REVOKED", "HANDED_ON"]
CouponSource = Literal["CLAIM", "STAFF", "REBATE", "CODE", "POINTS"]
CampaignStatus = Literal["ACTIVE", "STOPPED"]
GiftStatus = Literal["WAITING", "CLAIMED", "SHIPPED", "EXPIRED", "REVOKED"]

STOCK_SHARDS = 8
"""Stock lies in so many counters: one takes about 500 claims a second in transactions, a campaign 4,000."""
MAX_CAMPAIGNS = 500
MAX_AT_CHECKOUT = 60
"""So many coupons a quote looks at, those that run out first."""
TELL_DAYS = 3


@dataclass(frozen=True)
class Terms:
    """What a coupon takes off, of what, for whom. Empty scopes mean everything and everybody."""

    name: str
    kind: CouponKind
    off_fen: Fen = Fen(0)
    off_bps: int = 0
    max_off_fen: Fen | None = None
    threshold_fen: Fen = Fen(0)
    """From this amount of the goods it is for."""
    product_ids: tuple[str, ...] = ()
    category_ids: tuple[str, ...] = ()
    level_ids: tuple[str, ...] = ()
    """Distributor levels that may use it."""


@dataclass(frozen=True)
class Validity:
    """When coupons may be used: so many days from receipt, or between two moments, or both."""

    days: int | None = None
    starts_at: datetime | None = None
    ends_at: datetime | None = None

    def window(self, at: datetime) -> tuple[datetime, datetime]:
        """First and last moment of a coupon received at ``at``; a day ends at midnight in China."""
        starts_at = max(at, self.starts_at) if self.starts_at else at
        ends = [self.ends_at] if self.ends_at else []
        if self.days is not None:
            midnight = at.astimezone(SHANGHAI).replace(hour=0, minute=0, second=0, microsecond=0)
            ends.append((midnight + timedelta(days=self.days + 1)).astimezone(UTC))
        return starts_at, min(ends)


@dataclass(frozen=True)
class Campaign:
    """Coupons of one kind (券模板). ``quantity`` is how many there are in all, ``None`` without end."""

    template_id: str
    terms: Terms
    validity: Validity
    quantity: int | None
    limit_per_member: int
    """How many a member may take by themselves, at the coupon page and by codes together."""
    is_claimable: bool
    """Shown at the coupon page, or among what points buy; otherwise only sent, earned or handed on."""
    status: CampaignStatus
    made_at: datetime
    version: int = 1
    points_price: int | None = None
    """Taken for so many points (积分兑换), never for nothing then; part of the offer, so never edited."""


@dataclass(frozen=True)
class Coupon:
    """One coupon of one member; its id names what gave it."""

    member_id: str
    coupon_id: str
    template_id: str
    terms: Terms
    status: CouponStatus
    source: CouponSource
    issued_at: datetime
    starts_at: datetime
    expires_at: datetime
    from_id: str | None = None
    """The distributor who handed it on."""
    order_id: str | None = None
    used_at: datetime | None = None
    is_told: bool = False
    version: int = 1

    def is_usable(self, at: datetime) -> bool:
        """Unused and within its time."""
        return self.status == "UNUSED" and self.starts_at <= at < self.expires_at


@dataclass(frozen=True)
class Allotment:
    """Coupons that a distributor hands on to customers by a code or its link (分销商发券)."""

    code: str
    owner_id: str
    template_id: str
    terms: Terms
    validity: Validity
    limit_per_member: int
    quantity: int
    left: int
    made_at: datetime
    ends_at: datetime
    coupon_id: str | None = None
    """The owner's own coupon that is handed on; staff's allotments have none."""


@dataclass(frozen=True)
class Gift:
    """A gift (赠品) with its stock; claimed within ``claim_days``."""

    gift_id: str
    name: str
    picture_url: str | None
    worth_fen: Fen
    quantity: int
    claim_days: int
    status: CampaignStatus
    made_at: datetime
    version: int = 1


@dataclass(frozen=True)
class GiftClaim:
    """One gift of one member: waits for an address, then for the parcel."""

    member_id: str
    grant_id: str
    gift_id: str
    name: str
    picture_url: str | None
    status: GiftStatus
    granted_at: datetime
    expires_at: datetime
    address_sealed: str | None = None
    claimed_at: datetime | None = None
    express_company: str | None = None
    tracking_number: str | None = None
    shipped_at: datetime | None = None
    is_told: bool = False
    version: int = 1


@dataclass(frozen=True)
class Goods:
    """An order line as coupons see it. ``category_ids`` are its own category and the one above."""

    product_id: str
    category_ids: frozenset[str]
    amount_fen: Fen


class CampaignUnknown(NotFound):
    title = "没有这个优惠券活动"
    detail = "没有找到这个优惠券活动，请返回列表刷新。"


class CampaignMoved(Conflict):
    title = "活动已被修改"
    detail = "这个活动刚刚被别人修改过，请刷新后再试。"


class CampaignStopped(Conflict):
    title = "活动已结束"
    detail = "这个活动已经结束了，去看看别的优惠吧。"


class TooManyCampaigns(Conflict):
    title = "活动太多"
    detail = f"最多可以有 {MAX_CAMPAIGNS} 个活动，请联系我们清理。"


class SoldOut(Conflict):
    """None is left: of coupons to claim, of gifts to give."""

    title = "已经发完了"
    detail = "来晚了一步，已经发完了。"


class LimitReached(Conflict):
    title = "已经领过了"
    detail = "您已经领过这张券，把机会留给其他朋友吧。"


class TooFewPoints(Conflict):
    title = "积分不够"
    detail = "积分还不够兑换这张券，再攒一攒吧。"


class CouponUnknown(NotFound):
    title = "没有这张优惠券"
    detail = "没有找到这张优惠券，请返回列表刷新。"


class CouponMoved(Conflict):
    """Used, revoked or run out meanwhile."""

    title = "优惠券有变化"
    detail = "这张优惠券刚刚有变化，请刷新后再试。"


class StatsMoved(Conflict):
    """A campaign's statistics changed since they were read; look again."""

    title = "统计有变化"
    detail = "这个活动的统计刚刚有变化，请稍后再试。"


class CannotHandOn(Conflict):
    title = "不能转赠"
    detail = "只有还没使用的奖励券可以转赠给顾客。"


class CodeUnknown(NotFound):
    title = "没有这个领券码"
    detail = "没有找到这个领券码，请检查是否输错。"


class CodeOver(Conflict):
    title = "领券码已失效"
    detail = "这个领券码已经领完或过期了。"


class GiftUnknown(NotFound):
    title = "没有这个赠品"
    detail = "没有找到这个赠品，请返回列表刷新。"


class GiftMoved(Conflict):
    title = "赠品状态已变化"
    detail = "赠品状态刚刚有变化，请刷新后再试。"


class BadOffer(Invalid):
    title = "优惠内容不对"
    detail = "请检查优惠内容。"


def check_offer(terms: Terms, validity: Validity) -> None:
    """Raises ``BadOffer`` with each wrong field and how to mend it."""
    wrong: dict[str, str] = {}
    if terms.kind == "FIXED" and terms.off_fen < 1:
        wrong["off_fen"] = "请填写减多少钱"
    if terms.kind == "FIXED" and terms.threshold_fen and terms.off_fen > terms.threshold_fen:
        wrong["off_fen"] = "减的钱不能超过使用门槛"
    if terms.kind == "PERCENT" and not 1 <= terms.off_bps <= BPS_WHOLE:
        wrong["off_bps"] = "折扣请填写在 0.01% 到 100% 之间"
    if validity.days is None and validity.ends_at is None:
        wrong["validity"] = "请填写领取后几天有效，或截止时间"
    if validity.starts_at and validity.ends_at and validity.starts_at >= validity.ends_at:
        wrong["validity"] = "截止时间要晚于开始时间"
    if wrong:
        raise BadOffer(next(iter(wrong.values())) + "。", fields=wrong)


def covers(terms: Terms, goods: Goods) -> bool:
    """Whether the coupon is for these goods."""
    if not terms.product_ids and not terms.category_ids:
        return True
    return goods.product_id in terms.product_ids or bool(goods.category_ids & set(terms.category_ids))


def misfit(terms: Terms, goods: Sequence[Goods], level_id: str | None) -> str | None:
    """Why the coupon does not fit these goods and this buyer, in words; ``None`` when it does."""
    if terms.level_ids and level_id not in terms.level_ids:
        return "仅限指定等级的分销商使用"
    base_fen = sum(one.amount_fen for one in goods if covers(terms, one))
    if base_fen == 0:
        return "没有可用这张券的商品"
    if base_fen < terms.threshold_fen:
        return f"还差 {yuan(terms.threshold_fen - base_fen)} 可用"
    return None


def discounts(terms: Terms, goods: Sequence[Goods]) -> tuple[Fen, ...]:
    """What a fitting coupon takes off each line: sums exactly, no line below zero (invariant 20)."""
    bases = [one.amount_fen if covers(terms, one) else 0 for one in goods]
    return allocate(_off(terms, sum(bases)), bases)


def _off(terms: Terms, base_fen: int) -> Fen:
    off_fen = terms.off_fen if terms.kind == "FIXED" else share(base_fen, terms.off_bps)
    most_fen = base_fen if terms.max_off_fen is None else min(base_fen, terms.max_off_fen)
    return Fen(min(off_fen, most_fen))


def deepest(offers: Sequence[Terms], goods: Goods) -> Fen:
    """The most that one of these coupons can take off one piece at this price (for the publish guards).

    Where the threshold is above the price, other goods must make it up and bear their share.
    """
    return max((_deepest(one, goods) for one in offers if covers(one, goods)), default=Fen(0))


def _deepest(terms: Terms, goods: Goods) -> Fen:
    """Rounded up: on a line of many the odd fen may fall on this one."""
    price_fen = goods.amount_fen
    most_fen = price_fen if terms.max_off_fen is None else min(price_fen, terms.max_off_fen)
    if terms.kind == "PERCENT":
        return Fen(min(most_fen, -(-price_fen * terms.off_bps // BPS_WHOLE)))
    whole_fen = max(price_fen, terms.threshold_fen, 1)
    return Fen(min(most_fen, -(-terms.off_fen * price_fen // whole_fen)))


def pick_shards(left: Mapping[int, int], start: int, count: int) -> dict[int, int] | None:
    """From which counters to take ``count``, beginning with ``start``; ``None`` when there are too few."""
    taken: dict[int, int] = {}
    for step in range(STOCK_SHARDS):
        shard = (start + step) % STOCK_SHARDS
        some = min(count, left.get(shard, 0))
        if some:
            taken[shard] = some
            count -= some
        if count == 0:
            return taken
    return None


def terms_text(terms: Terms) -> str:
    """What the coupon does, in a few words: ``满 ¥100.00 减 ¥20.00``."""
    floor = f"满 {yuan(terms.threshold_fen)} " if terms.threshold_fen else ""
    if terms.kind == "FIXED":
        return f"{floor}减 {yuan(terms.off_fen)}" if floor else f"立减 {yuan(terms.off_fen)}"
    most = f"，最多减 {yuan(terms.max_off_fen)}" if terms.max_off_fen is not None else ""
    return f"{floor}减 {percent(terms.off_bps)}{most}"


def scope_text(terms: Terms) -> str:
    """For which goods and whom, in words."""
    goods = "限指定商品" if terms.product_ids or terms.category_ids else "全场商品可用"
    return f"{goods}，限指定等级" if terms.level_ids else goods
