"""Coupons and gifts that a rebate pays: write-makers for the maturing's and the clawback's commit (R7)."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from chalicelib.kernel.dynamo import Write
from chalicelib.kernel.ids import derived_id
from chalicelib.marketing import store
from chalicelib.marketing.give_coupon import give_coupon
from chalicelib.marketing.rules import CampaignStopped, GiftClaim, Validity

MAX_UNITS = 20
"""Of one grant: each unit is an item of the commit. Commissions give no more (``MAX_THINGS`` there)."""

Form = Literal["COUPON", "GIFT"]


@dataclass(frozen=True)
class Revoked:
    """What can be taken back of a grant, and how many units were used or claimed and stay."""

    writes: list[Write]
    taken: int
    kept: int


def grant_form(
    form: Form, thing_id: str, *, member_id: str, grant_id: str, units: int, at: datetime
) -> list[Write]:
    """Give ``units`` of the campaign's coupons or of the gift; the grant's id makes it once.

    Commits nothing; the commit fails with ``ConditionFailed`` when the grant was made already, and
    with ``SoldOut`` when stock ran out meanwhile. Raises ``SoldOut``, ``CampaignStopped``,
    ``CampaignUnknown`` or ``GiftUnknown``. One commit takes one grant of a campaign or gift, since two
    would name its stock twice.
    """
    assert 1 <= units <= MAX_UNITS, units
    if form == "GIFT":
        return _gifts(thing_id, member_id, grant_id, units, at=at)
    campaign = store.load_campaign(thing_id)
    if campaign.status != "ACTIVE":
        raise CampaignStopped()
    endless = replace(campaign, quantity=None)
    writes = [
        write
        for unit in range(units)
        for write in give_coupon(endless, member_id, coupon_id_of(grant_id, unit), source="REBATE", at=at)
    ]
    return writes + (store.take(thing_id, units, near=grant_id) if campaign.quantity is not None else [])


def known_to_give(form: Form) -> frozenset[str]:
    """The campaigns or gifts that a rebate may name: those that staff did not stop."""
    if form == "GIFT":
        return frozenset(one.gift_id for one in store.gifts() if one.status == "ACTIVE")
    return frozenset(one.template_id for one in store.campaigns() if one.status == "ACTIVE")


def revoke_form(form: Form, *, member_id: str, grant_id: str, units: int) -> Revoked:
    """Take back up to ``units`` of the grant: unused coupons, gifts nobody claimed; the rest is kept.

    The commit raises ``CouponMoved`` or ``GiftMoved`` when one was used or claimed meanwhile: ask again.
    """
    made = _revoke_gifts if form == "GIFT" else _revoke_coupons
    writes, taken = made(member_id, grant_id, units)
    return Revoked(writes, taken, units - taken)


def coupon_id_of(grant_id: str, unit: int) -> str:
    """The id of one unit of a grant."""
    return derived_id("CP", grant_id, str(unit))


def claim_id_of(grant_id: str, unit: int) -> str:
    """The id of one gift of a grant."""
    return derived_id("GC", grant_id, str(unit))


def _gifts(gift_id: str, member_id: str, grant_id: str, units: int, *, at: datetime) -> list[Write]:
    gift = store.load_gift(gift_id)
    _, expires_at = Validity(gift.claim_days).window(at)
    claims = [
        GiftClaim(
            member_id,
            claim_id_of(grant_id, unit),
            gift_id,
            gift.name,
            gift.picture_url,
            "WAITING",
            granted_at=at,
            expires_at=expires_at,
        )
        for unit in range(units)
    ]
    return [*(store.put_claim(one) for one in claims), *store.take(gift_id, units, near=grant_id)]


def _revoke_coupons(member_id: str, grant_id: str, units: int) -> tuple[list[Write], int]:
    writes: list[Write] = []
    for unit in range(MAX_UNITS):
        coupon = store.find_coupon(member_id, coupon_id_of(grant_id, unit))
        if coupon is None or len(writes) == units:
            break
        if coupon.status == "UNUSED":
            writes.append(store.replace_coupon(coupon, replace(coupon, status="REVOKED")))
    return writes, len(writes)


def _revoke_gifts(member_id: str, grant_id: str, units: int) -> tuple[list[Write], int]:
    writes: list[Write] = []
    gift_id = ""
    for unit in range(MAX_UNITS):
        claim = store.find_claim(member_id, claim_id_of(grant_id, unit))
        if claim is None or len(writes) == units:
            break
        if claim.status == "WAITING":
            gift_id = claim.gift_id
            writes.append(store.replace_claim(claim, replace(claim, status="REVOKED")))
    taken = len(writes)
    return writes + ([store.put_back(gift_id, taken, near=grant_id)] if taken else []), taken
