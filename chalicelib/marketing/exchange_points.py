"""A member exchanges points for a coupon (W6, 会员累计积分换折扣券)."""

from chalicelib.kernel.clock import now
from chalicelib.kernel.dynamo import ConditionFailed, commit
from chalicelib.kernel.ids import derived_id
from chalicelib.marketing import store
from chalicelib.marketing.rules import CampaignUnknown, Coupon, SoldOut, TooFewPoints
from chalicelib.marketing.take_coupon import CounterLow, may_take, take_coupon
from chalicelib.wallet import store as wallet
from chalicelib.wallet.book_points import book_points
from chalicelib.wallet.move_points import PointsMoved, spend_points

_TRIES = 6


def exchange_points(member_id: str, template_id: str, *, key: str) -> Coupon:
    """The coupon, its points taken in the same transaction; the same key again gives the same one.

    Stock and the member's limit are those of the campaign (invariant 18); points never go below zero
    (invariant 19). An exchange is not undone. Raises ``CampaignUnknown``, ``CampaignStopped``,
    ``LimitReached``, ``SoldOut``, ``TooFewPoints``, or ``PointsMoved`` when the points keep moving.
    """
    coupon_id = derived_id("CP", "points", template_id, member_id, key)
    has_moved = False
    for _ in range(_TRIES):
        found = store.find_coupon(member_id, coupon_id)
        if found is not None:
            return found
        at = now()
        campaign = may_take(member_id, template_id, at)
        if campaign.points_price is None:
            raise CampaignUnknown()
        before = wallet.find_points(member_id)
        if before.available < campaign.points_price:
            missing = campaign.points_price - before.available
            raise TooFewPoints(f"还差 {missing} 积分就能兑换这张券了。")
        move = spend_points(before, campaign.points_price)
        refs = {"member_id": member_id, "coupon_id": coupon_id}
        try:
            commit(
                take_coupon(campaign, member_id, coupon_id, source="POINTS", at=at),
                book_points(before, move),
                wallet.entry(f"EXCHANGE:{coupon_id}", at, [], refs, points=move.postings),
            )
        except (CounterLow, ConditionFailed, PointsMoved) as problem:
            has_moved = isinstance(problem, PointsMoved)
            continue
        return store.load_coupon(member_id, coupon_id)
    raise PointsMoved() if has_moved else SoldOut()
