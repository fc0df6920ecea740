"""Staff send a coupon to some members (A1)."""

from collections.abc import Sequence

from chalicelib.kernel.clock import now
from chalicelib.kernel.dynamo import ConditionFailed, commit
from chalicelib.kernel.errors import Conflict
from chalicelib.kernel.ids import derived_id
from chalicelib.marketing import store
from chalicelib.marketing.give_coupon import give_coupon
from chalicelib.marketing.rules import Campaign, CampaignStopped, SoldOut

MAX_AT_ONCE = 50
_TRIES = 6


class _CounterLow(Conflict):
    """The counter was emptied meanwhile; another may have some left."""


def send_coupons(template_id: str, member_ids: Sequence[str], *, by: str, key: str) -> int:
    """How many of these members have the coupon now; the same key again sends nobody a second one.

    Each member is one commit: a campaign that runs out half-way has sent what it had, and the same
    key goes on where it stopped. What is sent does not count against the member's own limit.
    Raises ``CampaignUnknown``, ``CampaignStopped``, ``SoldOut`` when not even one is left.
    """
    assert len(member_ids) <= MAX_AT_ONCE
    campaign = store.load_campaign(template_id)
    if campaign.status != "ACTIVE":
        raise CampaignStopped()
    sent = 0
    for member_id in dict.fromkeys(member_ids):
        try:
            _send(campaign, member_id, derived_id("CP", by, key, member_id))
        except SoldOut:
            if sent == 0:
                raise
            break
        sent += 1
    return sent


def _send(campaign: Campaign, member_id: str, coupon_id: str) -> None:
    for _ in range(_TRIES):
        if store.find_coupon(member_id, coupon_id) is not None:
            return
        writes = give_coupon(campaign, member_id, coupon_id, source="STAFF", at=now(), otherwise=_CounterLow)
        try:
            commit(writes)
        except (_CounterLow, ConditionFailed):
            continue
        return
    raise SoldOut()
