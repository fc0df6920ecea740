"""Staff's doors: coupon campaigns, sending, codes for distributors, gifts and their parcels (A1, A3)."""

from typing import Any

from chalicelib.distributors.rules import NotDistributor
from chalicelib.kernel.auth import staff
from chalicelib.kernel.clock import now
from chalicelib.kernel.errors import Invalid, KeyReused
from chalicelib.kernel.http import Ask, Doors
from chalicelib.kernel.money import Fen
from chalicelib.kernel.paging import BadCursor
from chalicelib.marketing import rules, store
from chalicelib.marketing.allot_coupons import allot_coupons
from chalicelib.marketing.change_campaign import change_campaign
from chalicelib.marketing.change_gift import change_gift
from chalicelib.marketing.rules import Campaign, Gift, Terms, Validity
from chalicelib.marketing.save_campaign import save_campaign
from chalicelib.marketing.save_gift import save_gift
from chalicelib.marketing.schemas import (
    AllotIn,
    CampaignChangeIn,
    CampaignIn,
    CampaignOut,
    CampaignsOut,
    CodeOut,
    GiftChangeIn,
    GiftIn,
    GiftOut,
    GiftsOut,
    SendIn,
    SentOut,
    ShipGiftIn,
    StaffClaimOut,
    StaffClaimsAsked,
    StaffClaimsOut,
)
from chalicelib.marketing.send_coupons import send_coupons
from chalicelib.marketing.ship_gift import ship_gift
from chalicelib.marketing.show import show_campaign, show_claim_to_staff, show_code, show_gift
from chalicelib.members import store as members
from chalicelib.members.rules import MemberUnknown

doors = Doors("/console")


@doors.get("/coupon-campaigns", who=staff("marketing.read"), returns=CampaignsOut)
def list_campaigns(ask: Ask[Any]) -> CampaignsOut:
    """All coupon campaigns, newest first, each with what became of its coupons."""
    found = store.campaigns()
    stats = store.stats_of(one.template_id for one in found)
    return CampaignsOut(items=[show_campaign(one, stats[one.template_id]) for one in found])


@doors.post(
    "/coupon-campaigns",
    who=staff("marketing.edit"),
    body=CampaignIn,
    returns=CampaignOut,
    status=201,
    takes_key=True,
    errors=(KeyReused, rules.BadOffer, rules.TooManyCampaigns),
)
def make_campaign(ask: Ask[CampaignIn]) -> CampaignOut:
    """Make a coupon campaign; its terms are never edited afterwards."""
    given = ask.body
    draft = Campaign(
        template_id="",
        terms=_terms(given),
        validity=Validity(**given.validity.model_dump()),
        quantity=given.quantity,
        limit_per_member=given.limit_per_member,
        is_claimable=given.is_claimable,
        points_price=given.points_price,
        status="ACTIVE",
        made_at=now(),
    )
    return show_campaign(save_campaign(draft, by=ask.who.id, key=ask.key))


@doors.get(
    "/coupon-campaigns/{campaign_id}",
    who=staff("marketing.read"),
    returns=CampaignOut,
    errors=(rules.CampaignUnknown,),
)
def read_campaign(ask: Ask[Any]) -> CampaignOut:
    """One campaign, with what is left of it."""
    return show_campaign(store.load_campaign(ask.path["campaign_id"]))


@doors.put(
    "/coupon-campaigns/{campaign_id}",
    who=staff("marketing.edit"),
    body=CampaignChangeIn,
    returns=CampaignOut,
    errors=(rules.CampaignUnknown, rules.CampaignMoved, rules.BadOffer),
)
def edit_campaign(ask: Ask[CampaignChangeIn]) -> CampaignOut:
    """Stop or resume a campaign, add to its stock, change its limit."""
    return show_campaign(change_campaign(ask.path["campaign_id"], **ask.body.model_dump()))


@doors.post(
    "/coupon-campaigns/{campaign_id}/send",
    who=staff("marketing.edit"),
    body=SendIn,
    returns=SentOut,
    takes_key=True,
    errors=(rules.CampaignUnknown, rules.CampaignStopped, rules.SoldOut, MemberUnknown),
)
def send(ask: Ask[SendIn]) -> SentOut:
    """Send a coupon to some members; the same key again sends nobody a second one."""
    known = members.load_many(ask.body.member_ids)
    if len(known) < len(set(ask.body.member_ids)):
        raise MemberUnknown("有会员没有找到，请检查会员编号。")
    return SentOut(
        sent=send_coupons(ask.path["campaign_id"], ask.body.member_ids, by=ask.who.id, key=ask.key)
    )


@doors.post(
    "/coupon-campaigns/{campaign_id}/allotments",
    who=staff("marketing.edit"),
    body=AllotIn,
    returns=CodeOut,
    status=201,
    takes_key=True,
    errors=(KeyReused, rules.CampaignUnknown, rules.CampaignStopped, rules.SoldOut, NotDistributor, Invalid),
)
def allot(ask: Ask[AllotIn]) -> CodeOut:
    """Give a distributor coupons to hand on to customers by a code."""
    given = ask.body
    if given.ends_at <= now():
        raise Invalid("截止时间要在现在之后。", fields={"ends_at": "截止时间要在现在之后"})
    made = allot_coupons(
        ask.path["campaign_id"],
        given.distributor_id,
        given.quantity,
        ends_at=given.ends_at,
        by=ask.who.id,
        key=ask.key,
    )
    return show_code(made)


@doors.get("/gifts", who=staff("marketing.read"), returns=GiftsOut)
def list_gifts(ask: Ask[Any]) -> GiftsOut:
    """All gifts, newest first."""
    return GiftsOut(items=[show_gift(one) for one in store.gifts()])


@doors.post(
    "/gifts",
    who=staff("marketing.edit"),
    body=GiftIn,
    returns=GiftOut,
    status=201,
    takes_key=True,
    errors=(KeyReused, Invalid, rules.TooManyCampaigns),
)
def make_gift(ask: Ask[GiftIn]) -> GiftOut:
    """Make a gift with its stock."""
    given = ask.body
    draft = Gift(
        gift_id="",
        name=given.name,
        picture_url=given.picture_url,
        worth_fen=Fen(given.worth_fen),
        quantity=given.quantity,
        claim_days=given.claim_days,
        status="ACTIVE",
        made_at=now(),
    )
    return show_gift(save_gift(draft, by=ask.who.id, key=ask.key))


@doors.put(
    "/gifts/{gift_id}",
    who=staff("marketing.edit"),
    body=GiftChangeIn,
    returns=GiftOut,
    errors=(rules.GiftUnknown, rules.CampaignMoved, rules.BadOffer),
)
def edit_gift(ask: Ask[GiftChangeIn]) -> GiftOut:
    """Add to a gift's stock, or stop it."""
    return show_gift(change_gift(ask.path["gift_id"], **ask.body.model_dump()))


@doors.get(
    "/gift-claims",
    who=staff("gifts.ship"),
    query=StaffClaimsAsked,
    returns=StaffClaimsOut,
    errors=(BadCursor,),
)
def list_claims(ask: Ask[Any]) -> StaffClaimsOut:
    """Gifts of a state, longest waiting first; claimed ones wait for their parcel."""
    found = store.claims_in(ask.query.status, limit=ask.query.limit, cursor=ask.query.next)
    return StaffClaimsOut(items=[show_claim_to_staff(one) for one in found.items], next=found.next)


@doors.post(
    "/gift-claims/{member_id}/{grant_id}/ship",
    who=staff("gifts.ship"),
    body=ShipGiftIn,
    returns=StaffClaimOut,
    errors=(rules.GiftUnknown, rules.GiftMoved),
)
def ship(ask: Ask[ShipGiftIn]) -> StaffClaimOut:
    """A claimed gift is on its way."""
    given = ask.body
    shipped = ship_gift(
        ask.path["member_id"],
        ask.path["grant_id"],
        company=given.company,
        tracking_number=given.tracking_number,
    )
    return show_claim_to_staff(shipped)


def _terms(given: CampaignIn) -> Terms:
    plain = given.terms.model_dump()
    for name in ("product_ids", "category_ids", "level_ids"):
        plain[name] = tuple(plain[name])
    return Terms(**plain)
