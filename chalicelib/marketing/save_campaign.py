"""Staff make a coupon campaign (A1)."""

from dataclasses import replace

from chalicelib.kernel.clock import now
from chalicelib.kernel.dynamo import commit
from chalicelib.kernel.errors import Conflict, KeyReused
from chalicelib.kernel.ids import derived_id
from chalicelib.marketing import store
from chalicelib.marketing.rules import (
    MAX_CAMPAIGNS,
    Campaign,
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
        offers = [(one.terms, one.validity, one.points_price) for one in (found, made)]
        if offers[0] != offers[1]:
            raise KeyReused() from None
        return found
    return made
