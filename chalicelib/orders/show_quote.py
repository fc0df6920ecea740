"""A priced basket as the buyer reads it: the cart, and the checkout with all that can be chosen (O1)."""

from typing import Any

from chalicelib.invites.sharer_of import share_problem
from chalicelib.kernel import settings
from chalicelib.kernel.clock import now
from chalicelib.marketing.rules import terms_text
from chalicelib.orders.price import Quote, QuoteLine, problem_text
from chalicelib.orders.redeem import Choice, Redeemed
from chalicelib.orders.schemas import CartOut, ChoiceOut, QuoteLineOut, QuoteOut
from chalicelib.wallet.points_for import PointsEarning


def show_cart(quoted: Quote) -> CartOut:
    """The cart at today's prices."""
    return CartOut(**_quoted(quoted))


def show_quote(redeemed: Redeemed, buyer_id: str, share_code: str | None) -> QuoteOut:
    """The quote after coupon and points, what else could be chosen, and whose link it counts for."""
    quoted, coupon = redeemed.quote, redeemed.coupon
    problem = share_problem(share_code, buyer_id, now()) if share_code else None
    goods_fen = sum(line.net_fen for line in quoted.lines)
    return QuoteOut(
        **_quoted(quoted),
        coupon_id=coupon.coupon_id if coupon else None,
        coupon_fen=quoted.coupon_fen,
        coupon_problem=redeemed.coupon_problem,
        points=quoted.points,
        points_fen=quoted.points_fen,
        points_problem=redeemed.points_problem,
        max_points=redeemed.max_points,
        points_says=redeemed.points_says,
        coupons=[_choice(one) for one in redeemed.choices],
        best_coupon_id=redeemed.best_coupon_id,
        earns_points=settings.read(PointsEarning).points_of_purchase(goods_fen),
        is_shared=share_code is not None and problem is None,
        share_problem=problem,
    )


def _choice(choice: Choice) -> ChoiceOut:
    coupon = choice.coupon
    return ChoiceOut(
        coupon_id=coupon.coupon_id,
        name=coupon.terms.name,
        terms_text=terms_text(coupon.terms),
        expires_at=coupon.expires_at,
        off_fen=choice.off_fen,
        problem=choice.problem,
    )


def _quoted(quoted: Quote) -> dict[str, Any]:
    return {
        "lines": [_quoted_line(line) for line in quoted.lines],
        "goods_fen": quoted.goods_fen,
        "freight_fen": quoted.freight_fen,
        "total_fen": quoted.total_fen,
        "can_place": quoted.can_place,
    }


def _quoted_line(line: QuoteLine) -> QuoteLineOut:
    product, sku = line.product, line.sku
    pictures = product.picture_urls if product else ()
    return QuoteLineOut(
        product_id=line.wanted.product_id,
        sku_id=line.wanted.sku_id,
        title=product.title if product else "",
        sku_name=sku.name if sku else "",
        picture_url=pictures[0] if pictures else None,
        quantity=line.wanted.quantity,
        price_fen=line.price_fen,
        goods_fen=line.goods_fen,
        market_price_fen=sku.market_price_fen if sku else None,
        left=line.left,
        problem=line.problem,
        problem_text=problem_text(line),
        coupon_fen=line.coupon_fen,
        points_fen=line.points_fen,
        points=line.points,
        net_fen=line.net_fen,
    )
