"""Set a campaign's statistics to what its coupons and the orders paid with them say (A1)."""

from chalicelib.kernel.jobs import Drift, recount
from chalicelib.marketing import store
from chalicelib.marketing.stats_of_coupon import CouponStats


def recount_campaign(
    counted: CouponStats, believed: Drift[CouponStats] | None = None
) -> Drift[CouponStats] | None:
    """How the projection differs from what was ``counted`` over all coupons and orders.

    Mended when it did before too (``kernel.jobs.recount``). Raises ``StatsMoved`` when it moved at that
    very moment; nothing is written then.
    """
    seen = store.stats_of([counted.template_id])[counted.template_id]
    return recount(seen, counted, believed, store.put_stats)
