"""A member takes a coupon at the coupon page (A1, invariant 18)."""

from chalicelib.distributors import store as distributors
from chalicelib.kernel.clock import now
from chalicelib.kernel.dynamo import ConditionFailed, commit
from chalicelib.kernel.errors import Conflict
from chalicelib.kernel.ids import derived_id
from chalicelib.marketing import store
from chalicelib.marketing.give_coupon import give_coupon
from chalicelib.marketing.rules import CampaignStopped, CampaignUnknown, Coupon, LimitReached, SoldOut

_TRIES = 6


class _CounterLow(Conflict):
    """The counter was emptied meanwhile; another may have some left."""


def claim_coupon(member_id: str, template_id: str, *, key: str) -> Coupon:
    """The coupon; the same key again gives the same one.

    Never more are given out than there are, nor more to one member than the limit, whatever comes at
    once: stock and count move only by condition, in the coupon's own transaction.
    Raises ``CampaignUnknown``, ``CampaignStopped``, ``LimitReached``, ``SoldOut``.
    """
    coupon_id = derived_id("CP", template_id, member_id, key)
    for _ in range(_TRIES):
        found = store.find_coupon(member_id, coupon_id)
        if found is not None:
            return found
        campaign, at = store.load_campaign(template_id), now()
        if not campaign.is_claimable:
            raise CampaignUnknown()
        if campaign.status != "ACTIVE" or campaign.validity.window(at)[1] <= at:
            raise CampaignStopped()
        if campaign.terms.level_ids and level_of(member_id) not in campaign.terms.level_ids:
            raise LimitReached("这张券仅限指定等级的分销商领取。")
        if store.taken(member_id, template_id) >= campaign.limit_per_member:
            raise LimitReached()
        try:
            commit(
                give_coupon(campaign, member_id, coupon_id, source="CLAIM", at=at, otherwise=_CounterLow),
                store.count_taken(member_id, template_id, limit=campaign.limit_per_member),
            )
        except (_CounterLow, ConditionFailed):
            continue
        return store.load_coupon(member_id, coupon_id)
    raise SoldOut()


def level_of(member_id: str) -> str | None:
    """The member's level as an active distributor, or ``None``."""
    standing = distributors.find(member_id)
    return standing.level_id if standing and standing.is_active else None
