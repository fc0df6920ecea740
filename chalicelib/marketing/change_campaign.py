"""Staff change what may be changed of a campaign: stock, limit, where it is shown (A1)."""

from dataclasses import replace

from chalicelib.kernel.dynamo import commit
from chalicelib.marketing import store
from chalicelib.marketing.rules import BadOffer, Campaign, CampaignMoved, CampaignStatus


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
