"""Staff make a gift, or add to its stock (A3)."""

from dataclasses import replace

from chalicelib.catalog.check_product import is_ours
from chalicelib.kernel.clock import now
from chalicelib.kernel.config import config
from chalicelib.kernel.dynamo import commit
from chalicelib.kernel.errors import Conflict, Invalid, KeyReused
from chalicelib.kernel.ids import derived_id
from chalicelib.marketing import store
from chalicelib.marketing.rules import (
    MAX_CAMPAIGNS,
    BadOffer,
    CampaignMoved,
    CampaignStatus,
    Gift,
    TooManyCampaigns,
)


class _TakenMeanwhile(Conflict):
    """The gift of this key was made while this request was being read."""


def save_gift(draft: Gift, *, by: str, key: str) -> Gift:
    """The gift as made; the same key and content again gives the same. Raises ``Invalid``, ``KeyReused``."""
    if draft.picture_url is not None and not is_ours(draft.picture_url, public_url=config().public_url):
        raise Invalid("请使用上传的图片。", fields={"picture_url": "请使用上传的图片"})
    if len(store.gifts()) >= MAX_CAMPAIGNS:
        raise TooManyCampaigns()
    made = replace(draft, gift_id=derived_id("GF", by, key), made_at=now())
    try:
        commit(store.put_gift(made, _TakenMeanwhile))
    except _TakenMeanwhile:
        found = store.load_gift(made.gift_id)
        if found.name != made.name:
            raise KeyReused() from None
        return found
    return made


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
