"""Price a basket for a member together with coupon and points (O1, W6, A1)."""

from collections.abc import Sequence

from chalicelib.catalog import store as catalog
from chalicelib.distributors import store as distributors
from chalicelib.kernel import settings
from chalicelib.kernel.clock import now
from chalicelib.marketing import store as marketing
from chalicelib.marketing.rules import MAX_AT_CHECKOUT, Coupon
from chalicelib.orders.price import Quote, Wanted
from chalicelib.orders.quote import quote
from chalicelib.orders.redeem import Purse, Redeem, Redeemed, redeem
from chalicelib.wallet import store as wallet
from chalicelib.wallet.move_points import PointsRules


def quote_with(
    buyer_id: str, basket: Sequence[Wanted], wanted: Redeem, *, province: str | None, is_choosing: bool = True
) -> Redeemed:
    """What this basket costs with coupon and points, and with ``is_choosing`` every coupon beside it.

    Nothing is held: placing asks afresh, by consistent reads of the very coupon and points.
    """
    quoted = quote(buyer_id, basket, province=province)
    return redeem(quoted, wanted, _purse(buyer_id, quoted, wanted, is_choosing=is_choosing))


def _purse(buyer_id: str, quoted: Quote, wanted: Redeem, *, is_choosing: bool) -> Purse:
    at = now()
    coupons = marketing.usable_coupons(buyer_id, at, MAX_AT_CHECKOUT) if is_choosing else []
    if wanted.coupon_id is not None:
        # the index may be late; the coupon itself is not
        asked = marketing.find_coupon(buyer_id, wanted.coupon_id)
        others = [one for one in coupons if one.coupon_id != wanted.coupon_id]
        coupons = [asked, *others] if asked is not None else others
    needs_points = is_choosing or wanted.points > 0
    return Purse(
        coupons=tuple(coupons),
        points=wallet.find_points(buyer_id).available if needs_points else wallet.NO_POINTS,
        rules=settings.read(PointsRules),
        level_id=_level(buyer_id) if any(one.terms.level_ids for one in coupons) else None,
        parents=_parents(coupons),
        at=at,
    )


def _level(buyer_id: str) -> str | None:
    standing = distributors.find(buyer_id)
    return standing.level_id if standing and standing.is_active else None


def _parents(coupons: Sequence[Coupon]) -> dict[str, str | None]:
    if not any(one.terms.category_ids for one in coupons):
        return {}
    return {one.category_id: one.parent_id for one in catalog.categories()}
