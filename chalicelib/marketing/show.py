"""Coupons, codes and gifts as people read them (A1, A3)."""

from datetime import datetime

from chalicelib.kernel.clock import now
from chalicelib.marketing import store
from chalicelib.marketing.end_due import day_text
from chalicelib.marketing.rules import (
    Allotment,
    Campaign,
    Coupon,
    Gift,
    GiftClaim,
    scope_text,
    terms_text,
)
from chalicelib.marketing.schemas import (
    CampaignOut,
    CodeOut,
    CouponOut,
    CouponStatsOut,
    ExchangeOut,
    ExchangesOut,
    GiftClaimOut,
    GiftOut,
    GiftReceiverOut,
    OfferOut,
    StaffClaimOut,
    TermsOut,
    ValidityOut,
)
from chalicelib.marketing.stats_of_coupon import CouponStats
from chalicelib.wallet import store as wallet

_SHOWN = 50
"""Offers on one page; a shop has that few at a time."""


def show(coupon: Coupon) -> CouponOut:
    """A coupon for its owner, with what can be done with it."""
    at, terms = now(), coupon.terms
    return CouponOut(
        coupon_id=coupon.coupon_id,
        template_id=coupon.template_id,
        name=terms.name,
        terms_text=terms_text(terms),
        scope_text=scope_text(terms),
        product_ids=list(terms.product_ids),
        category_ids=list(terms.category_ids),
        status=coupon.status,
        source=coupon.source,
        issued_at=coupon.issued_at,
        starts_at=coupon.starts_at,
        expires_at=coupon.expires_at,
        order_id=coupon.order_id,
        can_hand_on=coupon.source in ("REBATE", "STAFF") and coupon.is_usable(at),
        says=_coupon_says(coupon, at),
    )


def show_campaign(campaign: Campaign, stats: CouponStats | None = None) -> CampaignOut:
    """A campaign for staff, with what is left of it and what became of the others."""
    known = stats or store.stats_of([campaign.template_id])[campaign.template_id]
    is_counted = campaign.quantity is not None
    return CampaignOut(
        template_id=campaign.template_id,
        terms=TermsOut.model_validate(campaign.terms),
        terms_text=terms_text(campaign.terms),
        validity=ValidityOut.model_validate(campaign.validity),
        quantity=campaign.quantity,
        left=sum(store.left(campaign.template_id).values()) if is_counted else None,
        limit_per_member=campaign.limit_per_member,
        is_claimable=campaign.is_claimable,
        points_price=campaign.points_price,
        status=campaign.status,
        made_at=campaign.made_at,
        version=campaign.version,
        stats=CouponStatsOut.model_validate(known),
    )


def show_offers(member_id: str, level_id: str | None) -> list[OfferOut]:
    """What the member can claim now; what is sold out or taken stays, with the reason."""
    free = [one for one in _on_show(level_id) if one.points_price is None]
    return [_offer(one, member_id) for one in free[:_SHOWN]]


def show_exchanges(member_id: str, level_id: str | None) -> ExchangesOut:
    """What points buy now, the cheapest first; what cannot be had stays, with the reason."""
    points = wallet.find_points(member_id).available
    priced = [(one.points_price, one) for one in _on_show(level_id) if one.points_price is not None]
    priced.sort(key=lambda pair: pair[0])
    items = [_exchange(one, price, member_id, points) for price, one in priced[:_SHOWN]]
    return ExchangesOut(points=points, items=items)


def show_code(allotment: Allotment) -> CodeOut:
    """A code for the distributor who shares it, and for the customer who opens it."""
    is_over = allotment.left < 1 or allotment.ends_at <= now()
    return CodeOut(
        code=allotment.code,
        path=f"pages/coupons/fetch?code={allotment.code}",
        name=allotment.terms.name,
        terms_text=terms_text(allotment.terms),
        scope_text=scope_text(allotment.terms),
        quantity=allotment.quantity,
        left=allotment.left,
        made_at=allotment.made_at,
        ends_at=allotment.ends_at,
        says="已经领完或过期了。" if is_over else f"还有 {allotment.left} 张，分享给顾客来领吧。",
    )


def show_gift(gift: Gift) -> GiftOut:
    """A gift for staff, with what is left of it."""
    return GiftOut(
        gift_id=gift.gift_id,
        name=gift.name,
        picture_url=gift.picture_url,
        worth_fen=gift.worth_fen,
        quantity=gift.quantity,
        left=sum(store.left(gift.gift_id).values()),
        claim_days=gift.claim_days,
        status=gift.status,
        made_at=gift.made_at,
        version=gift.version,
    )


def show_claim(claim: GiftClaim) -> GiftClaimOut:
    """A gift for its owner."""
    at = now()
    return GiftClaimOut(
        grant_id=claim.grant_id,
        gift_id=claim.gift_id,
        name=claim.name,
        picture_url=claim.picture_url,
        status=claim.status,
        granted_at=claim.granted_at,
        expires_at=claim.expires_at,
        claimed_at=claim.claimed_at,
        express_company=claim.express_company,
        tracking_number=claim.tracking_number,
        shipped_at=claim.shipped_at,
        can_claim=claim.status == "WAITING" and at < claim.expires_at,
        says=_claim_says(claim, at),
    )


def show_claim_to_staff(claim: GiftClaim) -> StaffClaimOut:
    """A gift for whoever packs it, the receiver in the clear while it waits for its parcel."""
    receiver = GiftReceiverOut(**store.receiver_of(claim)) if claim.status == "CLAIMED" else None
    return StaffClaimOut(**dict(show_claim(claim)), member_id=claim.member_id, receiver=receiver)


def _on_show(level_id: str | None) -> list[Campaign]:
    at = now()
    shown = [
        one
        for one in store.campaigns()
        if one.is_claimable and one.status == "ACTIVE" and one.validity.window(at)[1] > at
    ]
    return [one for one in shown if not one.terms.level_ids or level_id in one.terms.level_ids]


def _exchange(campaign: Campaign, price: int, member_id: str, points: int) -> ExchangeOut:
    offer, missing = _offer(campaign, member_id), price - points
    says = f"{price} 积分兑换" if missing <= 0 else f"还差 {missing} 积分"
    can_claim = offer.can_claim and missing <= 0
    told = {"can_claim": can_claim, "says": says if offer.can_claim else offer.says}
    return ExchangeOut(**dict(offer) | told, points_price=price)


def _offer(campaign: Campaign, member_id: str) -> OfferOut:
    terms = campaign.terms
    is_sold_out = campaign.quantity is not None and not any(store.left(campaign.template_id).values())
    has_all = store.taken(member_id, campaign.template_id) >= campaign.limit_per_member
    return OfferOut(
        template_id=campaign.template_id,
        name=terms.name,
        terms_text=terms_text(terms),
        scope_text=scope_text(terms),
        product_ids=list(terms.product_ids),
        category_ids=list(terms.category_ids),
        is_sold_out=is_sold_out,
        can_claim=not is_sold_out and not has_all,
        says="已经领过了" if has_all else "已经发完了" if is_sold_out else "立即领取",
    )


def _coupon_says(coupon: Coupon, at: datetime) -> str:
    if coupon.status != "UNUSED":
        return {
            "USED": "已使用",
            "EXPIRED": "已过期",
            "REVOKED": "对应的订单退款了，这张券已收回",
            "HANDED_ON": "已转赠给顾客",
        }[coupon.status]
    if coupon.expires_at <= at:
        return "已过期"
    return f"{day_text(coupon)} 前可用"


def _claim_says(claim: GiftClaim, at: datetime) -> str:
    if claim.status == "WAITING" and at < claim.expires_at:
        return f"请在 {day_text(claim)} 前填写收货地址。"
    return {
        "WAITING": "领取时间已过。",
        "CLAIMED": "我们会尽快寄出。",
        "SHIPPED": f"已寄出，{claim.express_company} {claim.tracking_number}。",
        "EXPIRED": "领取时间已过。",
        "REVOKED": "对应的订单退款了，赠品已收回。",
    }[claim.status]
