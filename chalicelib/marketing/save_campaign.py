"""Staff make a coupon campaign, or change what may be changed: stock, limit, where it is shown (A1)."""

from dataclasses import replace

from chalicelib.kernel.clock import now
from chalicelib.kernel.dynamo import commit
from chalicelib.kernel.errors import Conflict, KeyReused
from chalicelib.kernel.ids import derived_id
from chalicelib.marketing import store
from chalicelib.marketing.rules import (
    MAX_CAMPAIGNS,
    BadOffer,
    Campaign,
    CampaignMoved,
    CampaignStatus,
    TooManyCampaigns,
    check_offer,
)


class _TakenMeanwhile(Conflict):
    """The campaign of this key was made while this request was being read."""


def save_campaign(draft: Campaign, *, by: str, key: str) -> Campaign:
    """The campaign as made; the same key and content again gives the same.

    Raises ``BadOffer``, ``TooManyCampaigns``, ``KeyReused``.
    """
    check_offer(draft.terms, draft.validity)
    made = replace(draft, template_id=derived_id("CT", by, key), made_at=now())
    if len(store.campaigns()) >= MAX_CAMPAIGNS:
        raise TooManyCampaigns()
    try:
        commit(store.put_campaign(made, _TakenMeanwhile))
    except _TakenMeanwhile:
        found = store.load_campaign(made.template_id)
        if (found.terms, found.validity) != (made.terms, made.validity):
            raise KeyReused() from None
        return found
    return made


def change_campaign(
    template_id: str,
    *,
    version: int,
    status: CampaignStatus,
    quantity: int | None,
    limit_per_member: int,
    is_claimable: bool,
) -> Campaign:
    """The campaign with these changes. Its terms stay; stock only grows.

    Raises ``CampaignUnknown``, ``CampaignMoved``, ``BadOffer``.
    """
    before = store.load_campaign(template_id)
    if before.version != version:
        raise CampaignMoved()
    if (before.quantity is None) != (quantity is None) or (quantity or 0) < (before.quantity or 0):
        raise BadOffer("发行量只能增加，不能减少或改为不限。", fields={"quantity": "发行量只能增加"})
    after = replace(
        before,
        status=status,
        quantity=quantity,
        limit_per_member=limit_per_member,
        is_claimable=is_claimable,
    )
    commit(store.replace_campaign(before, after))
    return replace(after, version=before.version + 1)
