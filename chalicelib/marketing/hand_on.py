"""A distributor hands a coupon of their own on to a customer (A1, R7)."""

from dataclasses import replace

from chalicelib.kernel.clock import now
from chalicelib.kernel.dynamo import commit
from chalicelib.marketing import store
from chalicelib.marketing.allot_coupons import code_of
from chalicelib.marketing.rules import Allotment, CannotHandOn, CouponMoved, Validity


def hand_on(owner_id: str, coupon_id: str) -> Allotment:
    """The code under which one customer may fetch this coupon, for as long as it lives; again the same.

    Raises ``CouponUnknown``, ``CannotHandOn``, ``CouponMoved``.
    """
    coupon = store.load_coupon(owner_id, coupon_id)
    code = code_of(owner_id, coupon_id)
    if coupon.status == "HANDED_ON":
        return store.load_allotment(code)
    at = now()
    if coupon.source not in ("REBATE", "STAFF") or not coupon.is_usable(at):
        raise CannotHandOn()
    made = Allotment(
        code=code,
        owner_id=owner_id,
        template_id=coupon.template_id,
        terms=coupon.terms,
        validity=Validity(None, coupon.starts_at, coupon.expires_at),
        limit_per_member=1,
        quantity=1,
        left=1,
        made_at=at,
        ends_at=coupon.expires_at,
        coupon_id=coupon_id,
    )
    commit(
        store.replace_coupon(coupon, replace(coupon, status="HANDED_ON")),
        store.put_allotment(made, CouponMoved),
    )
    return made
