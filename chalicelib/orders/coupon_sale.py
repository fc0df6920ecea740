"""What an event of an order counts for the campaign of the coupon that paid a part of it (A1)."""

from chalicelib.marketing import store as marketing
from chalicelib.marketing.stats_of_coupon import CouponStats, stats_of_sale
from chalicelib.orders.rules import Order
from chalicelib.standing.rules import SaleEvent


def coupon_sale(order: Order, event: SaleEvent) -> CouponStats | None:
    """``None`` when the order was paid without a coupon; the coupon itself says of which campaign it is."""
    coupon = marketing.find_coupon(order.buyer_id, order.coupon_id) if order.coupon_id else None
    if coupon is None:
        return None
    return stats_of_sale(
        coupon.template_id, orders=event.orders, goods_fen=event.goods_fen, off_fen=order.coupon_fen
    )
