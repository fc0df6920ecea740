"""Count a change of a coupon, or of an order paid with one, for its campaign, once (A1)."""

from chalicelib.kernel.jobs import count_once
from chalicelib.marketing import store
from chalicelib.marketing.rules import Coupon
from chalicelib.marketing.stats_of_coupon import CouponStats, stats_of_coupon


def count_coupon(before: Coupon | None, after: Coupon) -> None:
    """Add what this change of a coupon changes; each version of it comes to be once."""
    had = stats_of_coupon(before) if before else CouponStats(after.template_id)
    count_for_campaign(f"{after.member_id}:{after.coupon_id}:{after.version}", stats_of_coupon(after) - had)


def count_for_campaign(event_id: str, more: CouponStats) -> None:
    """Add this event to its campaign's statistics, once however often it is told."""
    if more == CouponStats(more.template_id):
        return
    count_once(store.mark_counted(event_id), store.add_to_stats(more))
