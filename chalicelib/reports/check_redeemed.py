"""Coupons and points on orders against what stands in their rooms (invariants 18 and 19)."""

from collections.abc import Iterable

from chalicelib.marketing import store as marketing
from chalicelib.orders import store as orders
from chalicelib.orders.rules import Order
from chalicelib.reports.rules import Finding, check_spent
from chalicelib.wallet import store as wallet
from chalicelib.wallet.rules import Entry, EntryUnknown

_PATIENCE = 3


def check_redeemed(known: Iterable[Order]) -> list[Finding]:
    """Every order that used a coupon or points: used by it alone, spent and given back as its state says.

    And of each campaign, that no more was given out than there is.
    """
    found = [finding for order in known if order.coupon_id or order.points for finding in _check(order)]
    for campaign in marketing.campaigns():
        left = marketing.left(campaign.template_id)
        if any(some < 0 for some in left.values()) or sum(left.values()) > (campaign.quantity or 0):
            total = sum(left.values())
            found.append(Finding(18, campaign.template_id, f"{total} left of {campaign.quantity}"))
    return found


def _check(order: Order) -> list[Finding]:
    """Looked at again when it differs: it may have moved between our reads."""
    found: list[Finding] = []
    for _ in range(_PATIENCE):
        found = [*_check_coupon(order), *_check_points(order)]
        if not found:
            break
        order = orders.load(order.order_id)
    return found


def _check_coupon(order: Order) -> list[Finding]:
    if order.coupon_id is None:
        return []
    coupon = marketing.find_coupon(order.buyer_id, order.coupon_id)
    if coupon is None:
        return [Finding(18, order.order_id, f"used a coupon that is not there: {order.coupon_id}")]
    is_held = coupon.status == "USED" and coupon.order_id == order.order_id
    is_dead = order.status == "CLOSED" and order.paid_at is None
    if is_dead and is_held:
        return [Finding(18, order.order_id, f"died unpaid and still holds coupon {order.coupon_id}")]
    is_all_back = all(line.refunded_quantity == line.quantity for line in order.lines)
    if not is_dead and not is_held and not is_all_back:
        return [Finding(18, order.order_id, f"coupon {order.coupon_id} is {coupon.status} elsewhere")]
    return []


def _check_points(order: Order) -> list[Finding]:
    if not order.points:
        return []
    names = [f"SPEND:{order.order_id}", f"UNSPEND:{order.order_id}"]
    names += [f"REFUND:{one.refund_id}" for one in orders.refunds_of(order)]
    return check_spent(order, [entry for name in names if (entry := _entry(name)) is not None])


def _entry(entry_id: str) -> Entry | None:
    try:
        return wallet.load_entry(entry_id)
    except EntryUnknown:
        return None
