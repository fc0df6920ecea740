"""Staff add to a gift's stock, or stop it (A3)."""

from dataclasses import replace

from chalicelib.kernel.dynamo import commit
from chalicelib.marketing import store
from chalicelib.marketing.rules import BadOffer, CampaignMoved, CampaignStatus, Gift


def change_gift(gift_id: str, *, version: int, quantity: int, status: CampaignStatus) -> Gift:
    """The gift with more stock or another state. Raises ``GiftUnknown``, ``CampaignMoved``, ``BadOffer``."""
    before = store.load_gift(gift_id)
    if before.version != version:
        raise CampaignMoved()
    if quantity < before.quantity:
        raise BadOffer("数量只能增加。", fields={"quantity": "数量只能增加"})
    after = replace(before, quantity=quantity, status=status)
    commit(store.replace_gift(before, after))
    return replace(after, version=before.version + 1)
