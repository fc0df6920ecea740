"""What a member's own taking of a coupon demands and writes, for nothing or for points (A1, W6)."""

from datetime import datetime

from chalicelib.distributors import store as distributors
from chalicelib.kernel.dynamo import Write
from chalicelib.kernel.errors import Conflict
from chalicelib.marketing import store
from chalicelib.marketing.give_coupon import give_coupon
from chalicelib.marketing.rules import (
    Campaign,
    CampaignStopped,
    CampaignUnknown,
    CouponSource,
    LimitReached,
)


class CounterLow(Conflict):
    """The counter was emptied meanwhile; another may have some left."""


def may_take(member_id: str, template_id: str, at: datetime) -> Campaign:
    """The campaign, when this member may take one more of it by themselves.

    Raises ``CampaignUnknown``, ``CampaignStopped``, ``LimitReached``.
    """
    campaign = store.load_campaign(template_id)
    if not campaign.is_claimable:
        raise CampaignUnknown()
    if campaign.status != "ACTIVE" or campaign.validity.window(at)[1] <= at:
        raise CampaignStopped()
    if campaign.terms.level_ids and level_of(member_id) not in campaign.terms.level_ids:
        raise LimitReached("这张券仅限指定等级的分销商领取。")
    if store.taken(member_id, template_id) >= campaign.limit_per_member:
        raise LimitReached()
    return campaign


def take_coupon(
    campaign: Campaign, member_id: str, coupon_id: str, *, source: CouponSource, at: datetime
) -> list[Write]:
    """Coupon, stock and the member's own count; the commit raises ``CounterLow`` or ``LimitReached``.

    The limit is on what members take of their own will, for nothing, for points or by a code (invariant 18).
    What staff send and what a rebate pays does not count on purpose: a colleague chose that member, and
    what a plan owes must not be lost because its payee had once claimed the same coupon.
    """
    return [
        *give_coupon(campaign, member_id, coupon_id, source=source, at=at, otherwise=CounterLow),
        store.count_taken(member_id, campaign.template_id, limit=campaign.limit_per_member),
    ]


def level_of(member_id: str) -> str | None:
    """The member's level as an active distributor, or ``None``."""
    standing = distributors.find(member_id)
    return standing.level_id if standing and standing.is_active else None
