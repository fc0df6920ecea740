"""Distributors get coupons to hand on to customers: a number from staff, or a coupon of their own (A1)."""

from datetime import datetime

from chalicelib.distributors import store as distributors
from chalicelib.distributors.rules import refusal_of
from chalicelib.kernel.clock import now
from chalicelib.kernel.dynamo import commit
from chalicelib.kernel.errors import Conflict, KeyReused
from chalicelib.kernel.ids import derived_id
from chalicelib.marketing import store
from chalicelib.marketing.rules import Allotment, CampaignStopped, SoldOut

_CODE_LENGTH = 12
_TRIES = 6


class _Taken(Conflict):
    """The code of this key was made while this request was being read."""


class _CounterLow(Conflict):
    """A counter ran low meanwhile; others may have some left."""


def allot_coupons(
    template_id: str, owner_id: str, quantity: int, *, ends_at: datetime, by: str, key: str
) -> Allotment:
    """The code; its coupons leave the campaign's stock now, whether customers fetch them or not.

    The same key and content again gives the same code. Raises ``CampaignUnknown``,
    ``CampaignStopped``, ``SoldOut``, ``KeyReused``, and ``NotDistributor`` for whoever is none.
    """
    refusal = refusal_of(distributors.find(owner_id))
    if refusal is not None:
        raise refusal
    code = code_of(by, key)
    for _ in range(_TRIES):
        campaign = store.load_campaign(template_id)
        if campaign.status != "ACTIVE":
            raise CampaignStopped()
        made = Allotment(
            code=code,
            owner_id=owner_id,
            template_id=template_id,
            terms=campaign.terms,
            validity=campaign.validity,
            limit_per_member=campaign.limit_per_member,
            quantity=quantity,
            left=quantity,
            made_at=now(),
            ends_at=ends_at,
        )
        found = store.find_allotment(code)
        if found is not None:
            return _same(found, made)
        writes = [store.put_allotment(made, _Taken)]
        if campaign.quantity is not None:
            writes += store.take(template_id, quantity, near=code, otherwise=_CounterLow)
        try:
            commit(writes)
        except (_Taken, _CounterLow):
            continue
        return made
    raise SoldOut()


def code_of(*parts: str) -> str:
    """Twelve letters and digits that nobody guesses who does not know the parts."""
    return derived_id("AL", *parts)[-_CODE_LENGTH:]


def _same(found: Allotment, made: Allotment) -> Allotment:
    given = (made.owner_id, made.template_id, made.quantity, made.ends_at)
    if (found.owner_id, found.template_id, found.quantity, found.ends_at) != given:
        raise KeyReused()
    return found
