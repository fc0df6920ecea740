"""Members' doors: coupons to claim and to use, codes, gifts; and the distributor's codes (A1, A3)."""

from typing import Any

from chalicelib.catalog.rules import ProductUnknown
from chalicelib.distributors.enter import distributor
from chalicelib.invites.enter import inviter
from chalicelib.invites.rules import CodeNotUsable, CodeUnknown, MiniCodeUnavailable
from chalicelib.invites.schemas import PictureAsked
from chalicelib.kernel.auth import member
from chalicelib.kernel.http import Ask, Doors, Paging, Reply
from chalicelib.kernel.limits import TooOften
from chalicelib.kernel.paging import BadCursor
from chalicelib.marketing import rules, store
from chalicelib.marketing.claim_by_code import claim_by_code
from chalicelib.marketing.claim_coupon import claim_coupon
from chalicelib.marketing.claim_gift import claim_gift
from chalicelib.marketing.exchange_points import exchange_points
from chalicelib.marketing.hand_on import hand_on
from chalicelib.marketing.make_poster import make_poster
from chalicelib.marketing.schemas import (
    ClaimGiftIn,
    CodeOut,
    CodesOut,
    CouponOut,
    CouponsAsked,
    CouponsOut,
    ExchangesOut,
    GiftClaimOut,
    GiftClaimsOut,
    OffersOut,
)
from chalicelib.marketing.show import show, show_claim, show_code, show_exchanges, show_offers
from chalicelib.marketing.take_coupon import level_of
from chalicelib.members.rules import AddressUnknown
from chalicelib.wallet.move_points import PointsMoved

doors = Doors("/shop")
distributor_doors = Doors("/distributor")


@doors.get("/coupon-offers", who=member, returns=OffersOut)
def list_offers(ask: Ask[Any]) -> OffersOut:
    """Coupons I can claim now."""
    return OffersOut(items=show_offers(ask.who.id, level_of(ask.who.id)))


@doors.post(
    "/coupon-offers/{campaign_id}/claim",
    who=member,
    returns=CouponOut,
    status=201,
    takes_key=True,
    errors=(rules.CampaignUnknown, rules.CampaignStopped, rules.LimitReached, rules.SoldOut),
)
def claim(ask: Ask[Any]) -> CouponOut:
    """Claim a coupon, one for each Idempotency-Key."""
    return show(claim_coupon(ask.who.id, ask.path["campaign_id"], key=ask.key))


@doors.get("/points-offers", who=member, returns=ExchangesOut)
def list_exchanges(ask: Ask[Any]) -> ExchangesOut:
    """Coupons that my points can buy, and for those that they cannot, why."""
    return show_exchanges(ask.who.id, level_of(ask.who.id))


@doors.post(
    "/points-offers/{campaign_id}/exchange",
    who=member,
    returns=CouponOut,
    status=201,
    takes_key=True,
    errors=(
        rules.CampaignUnknown,
        rules.CampaignStopped,
        rules.LimitReached,
        rules.SoldOut,
        rules.TooFewPoints,
        PointsMoved,
    ),
)
def exchange(ask: Ask[Any]) -> CouponOut:
    """Exchange points for a coupon, one for each Idempotency-Key."""
    return show(exchange_points(ask.who.id, ask.path["campaign_id"], key=ask.key))


@doors.get("/coupons", who=member, query=CouponsAsked, returns=CouponsOut, errors=(BadCursor,))
def list_coupons(ask: Ask[Any]) -> CouponsOut:
    """My coupons of a state, the first to run out first."""
    asked = ask.query
    found = store.coupons_of(ask.who.id, asked.status, limit=asked.limit, cursor=asked.next)
    return CouponsOut(items=[show(one) for one in found.items], next=found.next)


@doors.get("/coupons/{coupon_id}", who=member, returns=CouponOut, errors=(rules.CouponUnknown,))
def read_coupon(ask: Ask[Any]) -> CouponOut:
    """One of my coupons."""
    return show(store.load_coupon(ask.who.id, ask.path["coupon_id"]))


@doors.get("/coupon-codes/{coupon_code}", who=member, returns=CodeOut, errors=(rules.CodeUnknown,))
def read_code(ask: Ask[Any]) -> CodeOut:
    """What stands behind a code that somebody shared with me."""
    return show_code(store.load_allotment(ask.path["coupon_code"]))


@doors.post(
    "/coupon-codes/{coupon_code}/claim",
    who=member,
    returns=CouponOut,
    errors=(rules.CodeUnknown, rules.CodeOver, rules.LimitReached),
)
def fetch_by_code(ask: Ask[Any]) -> CouponOut:
    """Fetch a coupon by a distributor's code; again gives the same one."""
    return show(claim_by_code(ask.who.id, ask.path["coupon_code"]))


@distributor_doors.get("/coupon-codes", who=distributor, query=Paging, returns=CodesOut, errors=(BadCursor,))
def list_codes(ask: Ask[Any]) -> CodesOut:
    """The codes I hand on to customers, newest first."""
    found = store.allotments_of(ask.who.id, limit=ask.query.limit, cursor=ask.query.next)
    return CodesOut(items=[show_code(one) for one in found.items], next=found.next)


@distributor_doors.post(
    "/coupons/{coupon_id}/hand-on",
    who=distributor,
    returns=CodeOut,
    errors=(rules.CouponUnknown, rules.CannotHandOn, rules.CouponMoved),
)
def hand_coupon_on(ask: Ask[Any]) -> CodeOut:
    """Make a code of a coupon of mine, for one customer; again gives the same one."""
    return show_code(hand_on(ask.who.id, ask.path["coupon_id"]))


@doors.get("/gifts", who=member, query=Paging, returns=GiftClaimsOut, errors=(BadCursor,))
def list_gifts(ask: Ask[Any]) -> GiftClaimsOut:
    """My gifts."""
    found = store.claims_of(ask.who.id, limit=ask.query.limit, cursor=ask.query.next)
    return GiftClaimsOut(items=[show_claim(one) for one in found.items], next=found.next)


@doors.post(
    "/gifts/{grant_id}/claim",
    who=member,
    body=ClaimGiftIn,
    returns=GiftClaimOut,
    errors=(rules.GiftUnknown, rules.GiftMoved, AddressUnknown),
)
def take_gift(ask: Ask[ClaimGiftIn]) -> GiftClaimOut:
    """Say where my gift shall go; again changes nothing."""
    return show_claim(claim_gift(ask.who.id, ask.path["grant_id"], ask.body.address_id))


@distributor_doors.get(
    "/codes/{code}/poster",
    who=inviter,
    query=PictureAsked,
    returns=bytes,
    produces="image/jpeg",
    errors=(CodeUnknown, CodeNotUsable, ProductUnknown, MiniCodeUnavailable, TooOften),
)
def read_poster(ask: Ask[Any]) -> Reply:
    """The poster of one of my codes, for its product or the whole shop, a JPEG."""
    content = make_poster(ask.who.id, ask.path["code"], ask.query.kind)
    return Reply(content, headers={"Content-Type": "image/jpeg", "Cache-Control": "private, max-age=300"})
