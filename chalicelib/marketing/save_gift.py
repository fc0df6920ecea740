"""Staff make a gift with its stock (A3)."""

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
