"""A customer fetches a coupon by a distributor's code (A1, invariant 18)."""

from chalicelib.kernel.clock import now
from chalicelib.kernel.dynamo import ConditionFailed, commit
from chalicelib.kernel.ids import derived_id
from chalicelib.marketing import store
from chalicelib.marketing.rules import CodeOver, Coupon, LimitReached


def claim_by_code(member_id: str, code: str) -> Coupon:
    """The coupon behind the code; the same member again gets the same one.

    One code gives a member one coupon, and counts against the campaign's limit like any other.
    Raises ``CodeUnknown``, ``CodeOver``, ``LimitReached``.
    """
    coupon_id = derived_id("CP", code, member_id)
    found = store.find_coupon(member_id, coupon_id)
    if found is not None:
        return found
    allotment, at = store.load_allotment(code), now()
    starts_at, expires_at = allotment.validity.window(at)
    if allotment.left < 1 or min(allotment.ends_at, expires_at) <= at:
        raise CodeOver()
    if member_id == allotment.owner_id:
        raise LimitReached("这是您自己的领券码，分享给顾客来领吧。")
    coupon = Coupon(
        member_id=member_id,
        coupon_id=coupon_id,
        template_id=allotment.template_id,
        terms=allotment.terms,
        status="UNUSED",
        source="CODE",
        issued_at=at,
        starts_at=starts_at,
        expires_at=expires_at,
        from_id=allotment.owner_id,
    )
    try:
        commit(
            store.put_coupon(coupon),
            store.take_from_allotment(code),
            store.count_taken(member_id, allotment.template_id, limit=allotment.limit_per_member),
        )
    except ConditionFailed:
        return store.load_coupon(member_id, coupon_id)  # another tap was quicker
    return coupon
