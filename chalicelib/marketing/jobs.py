"""What runs by the clock and what follows: coupons and gifts that end, and their notices (A1, A3, N2)."""

from chalicelib.kernel.jobs import Change, Jobs
from chalicelib.marketing import store
from chalicelib.marketing.count_coupon import count_coupon
from chalicelib.marketing.end_due import COUPONS_PAGE, GIFTS_PAGE, day_text, end_due, tell_owner

jobs = Jobs("marketing")


@jobs.every(minutes=10)
def end_what_is_due() -> int:
    """Tell of coupons and gifts that end soon, and end those whose time is over."""
    return end_due()


@jobs.follow("coupons")
def tell_of_coupon(change: Change) -> None:
    """Tell the owner of a coupon that came without their doing."""
    if change.new is None or change.old is not None:
        return
    coupon = store.coupon_of_image(change.new)
    if coupon.source in ("STAFF", "REBATE"):
        facts = {"coupon": coupon.terms.name, "until": day_text(coupon)}
        tell_owner(
            f"COUPON:{coupon.coupon_id}", coupon.member_id, "coupon_received", facts, page=COUPONS_PAGE
        )


@jobs.follow("coupons")
def count_for_campaign(change: Change) -> None:
    """What becomes of a coupon counts for its campaign (A1)."""
    if change.new is not None:
        before = store.coupon_of_image(change.old) if change.old else None
        count_coupon(before, store.coupon_of_image(change.new))


@jobs.follow("gift-claims")
def tell_of_gift(change: Change) -> None:
    """Tell the owner of a gift that waits for an address, and of its parcel."""
    if change.new is None:
        return
    claim = store.claim_of_image(change.new)
    before = store.claim_of_image(change.old) if change.old else None
    if before is None:
        facts = {"gift": claim.name, "until": day_text(claim)}
        tell_owner(f"GIFT:{claim.grant_id}", claim.member_id, "gift_waiting", facts, page=GIFTS_PAGE)
    elif claim.status == "SHIPPED" and before.status != "SHIPPED":
        facts = {"gift": claim.name, "tracking": claim.tracking_number or ""}
        tell_owner(f"GIFT-SENT:{claim.grant_id}", claim.member_id, "gift_shipped", facts, page=GIFTS_PAGE)
