"""A member takes a coupon at the coupon page (A1, invariant 18)."""

from chalicelib.kernel.clock import now
from chalicelib.kernel.dynamo import ConditionFailed, commit
from chalicelib.kernel.ids import derived_id
from chalicelib.marketing import store
from chalicelib.marketing.rules import CampaignUnknown, Coupon, SoldOut
from chalicelib.marketing.take_coupon import CounterLow, may_take, take_coupon

_TRIES = 6


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
        at = now()
        campaign = may_take(member_id, template_id, at)
        if campaign.points_price is not None:
            raise CampaignUnknown("这张券要用积分兑换，请到积分页面看看。")
        try:
            commit(take_coupon(campaign, member_id, coupon_id, source="CLAIM", at=at))
        except (CounterLow, ConditionFailed):
            continue
        return store.load_coupon(member_id, coupon_id)
    raise SoldOut()
