"""The writes that put one coupon into a member's hands, counted against its campaign's stock (A1)."""

from datetime import datetime

from chalicelib.kernel.dynamo import Otherwise, Write
from chalicelib.marketing import store
from chalicelib.marketing.rules import Campaign, Coupon, CouponSource, SoldOut


def give_coupon(
    campaign: Campaign,
    member_id: str,
    coupon_id: str,
    *,
    source: CouponSource,
    at: datetime,
    otherwise: Otherwise = SoldOut,
) -> list[Write]:
    """Coupon and stock; commits nothing. Raises ``SoldOut``, the commit ``otherwise``."""
    starts_at, expires_at = campaign.validity.window(at)
    coupon = Coupon(
        member_id=member_id,
        coupon_id=coupon_id,
        template_id=campaign.template_id,
        terms=campaign.terms,
        status="UNUSED",
        source=source,
        issued_at=at,
        starts_at=starts_at,
        expires_at=expires_at,
    )
    writes = [store.put_coupon(coupon)]
    if campaign.quantity is not None:
        writes += store.take(campaign.template_id, 1, near=coupon_id, otherwise=otherwise)
    return writes
