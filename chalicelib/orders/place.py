"""Place an order: price it here, freeze its terms, reserve its stock, in one commit (O1)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from chalicelib.commissions.freeze import Context, FreezeLine, freeze
from chalicelib.commissions.rules import Terms
from chalicelib.inventory import store as inventory
from chalicelib.invites.bind_at_purchase import bind_at_purchase
from chalicelib.invites.came_by import came_by
from chalicelib.invites.rules import RelationMoved
from chalicelib.invites.sharer_of import sharer_of
from chalicelib.kernel import settings
from chalicelib.kernel.clock import now
from chalicelib.kernel.config import config
from chalicelib.kernel.dynamo import commit
from chalicelib.kernel.errors import Conflict, KeyReused
from chalicelib.kernel.ids import derived_id
from chalicelib.kernel.money import Fen, yuan
from chalicelib.marketing.rules import CouponMoved
from chalicelib.members import store as members
from chalicelib.members.rules import Member, demand_active
from chalicelib.orders import store
from chalicelib.orders.hold_discount import hold_discount
from chalicelib.orders.price import QuoteLine, Wanted, problem_text
from chalicelib.orders.quote_with import quote_with
from chalicelib.orders.redeem import Redeem, Redeemed
from chalicelib.orders.rules import (
    MAX_LINES,
    MAX_TOTAL_FEN,
    MAX_UNPAID,
    CannotBuy,
    CannotRedeem,
    Order,
    OrderLine,
    OrderRules,
    PriceChanged,
    ShipTo,
    TooManyUnpaid,
    TotalOutOfRange,
)
from chalicelib.wallet.move_points import PointsMoved
from chalicelib.wallet.points_for import PointsEarning

_TRIES = 3


@dataclass(frozen=True)
class Placement:
    """What a buyer hands in. ``fingerprint`` is of the whole content, ``key`` the client's own."""

    buyer_id: str
    via: str
    key: str
    fingerprint: str
    basket: Sequence[Wanted]
    address_id: str
    expected_total_fen: int
    note: str | None = None
    share_code: str | None = None
    """The code of the link that brought the buyer to this purchase."""
    redeem: Redeem = Redeem()


class _TakenMeanwhile(Conflict):
    """The order of this key was placed, or the buyer's first order, while this request was being priced."""


def place(placement: Placement) -> Order:
    """The order; the same key and content again, even at the same moment, gives the same one.

    Raises ``KeyReused``, ``PriceChanged`` (with ``facts["quote"]``), ``CannotBuy``,
    ``CannotRedeem``, ``TotalOutOfRange``, ``TooManyUnpaid``, ``AddressUnknown``, ``NoDelivery``,
    ``MemberBlocked`` and inventory's ``OutOfStock``.
    """
    order_id = derived_id("OR", placement.buyer_id, placement.key)
    for attempt in range(_TRIES):
        placed = store.find(order_id)
        if placed is not None:
            return _same(placed, placement)
        try:
            return _place(order_id, placement)
        except _TakenMeanwhile:
            continue
        except (RelationMoved, CouponMoved, PointsMoved):
            if attempt == _TRIES - 1:
                raise
    raise KeyReused()


def _same(order: Order, placement: Placement) -> Order:
    if order.fingerprint != placement.fingerprint:
        raise KeyReused()
    return order


def _place(order_id: str, placement: Placement) -> Order:
    buyer = members.load(placement.buyer_id)
    demand_active(buyer)
    if store.count_of_buyer(buyer.member_id, "UNPAID") >= MAX_UNPAID:
        raise TooManyUnpaid()
    address = members.address(buyer.member_id, placement.address_id)
    redeemed = quote_with(
        buyer.member_id,
        placement.basket,
        placement.redeem,
        province=address.province,
        is_choosing=False,
    )
    _check(redeemed, placement.expected_total_fen)
    at = now()
    path, bindings = bind_at_purchase(buyer, at)
    sharer_id = sharer_of(placement.share_code, buyer.member_id, at)
    context = Context(
        sharer_id,
        (address.province, address.city, address.district),
        lambda: buyer.bought_at is None and store.first_order_of(buyer.member_id) is None,
    )
    terms = freeze(buyer, path, _freeze_lines(redeemed), at, context=context)
    order = _order(
        order_id,
        placement,
        redeemed,
        terms=terms,
        chain=path,
        ship_to=store.sealed(address, order_id),
        payer=_payer(buyer, placement.via),
        sharer_id=sharer_id,
        at=at,
    )
    share_code, upline = placement.share_code, path[0] if path else None
    code = came_by(buyer, upline, at, share_code=share_code, sharer_id=sharer_id)
    order = replace(order, code=code)
    reservations = [inventory.reserve(order_id, line.sku_id, line.quantity) for line in order.lines]
    first = [store.claim_first_order(order, _TakenMeanwhile)] if terms.claims_first_order else []
    discount = hold_discount(order, redeemed.coupon, at)
    commit(store.put_order(order, _TakenMeanwhile), *reservations, bindings, first, discount)
    return order


def _check(redeemed: Redeemed, expected_total_fen: int) -> None:
    """Refuse what cannot be bought, a discount that does not fit, then a price the buyer has not seen."""
    quoted = redeemed.quote
    for line in quoted.lines:
        text = problem_text(line)
        if text is not None:
            title = f"“{line.product.title}”" if line.product else "有商品"
            raise CannotBuy(f"{title}{text}，请返回修改。", quote=redeemed)
    problem = redeemed.coupon_problem or redeemed.points_problem
    if problem is not None:
        raise CannotRedeem(f"{problem}，请返回确认。", quote=redeemed)
    if quoted.total_fen != expected_total_fen:
        raise PriceChanged(f"金额已变为 {yuan(quoted.total_fen)}，请确认后再提交。", quote=redeemed)
    if quoted.total_fen > MAX_TOTAL_FEN:
        raise TotalOutOfRange()


def _freeze_lines(redeemed: Redeemed) -> list[FreezeLine]:
    return [
        FreezeLine(number, line.product, line.sku, line.wanted.quantity, line.net_fen)
        for number, line in enumerate(redeemed.quote.lines, 1)
        if line.product is not None and line.sku is not None
    ]


def _payer(buyer: Member, via: str) -> tuple[str, str] | tuple[None, None]:
    """The WeChat identity that will pay: the one of the app the buyer is in, told by WeChat alone."""
    appid = {"mp": config().mp_appid, "oa": config().oa_appid}.get(via, "")
    openid = buyer.openids.get(appid)
    return (appid, openid) if openid else (None, None)


def _order(
    order_id: str,
    placement: Placement,
    redeemed: Redeemed,
    *,
    terms: Terms,
    chain: Sequence[str],
    ship_to: ShipTo,
    payer: tuple[str, str] | tuple[None, None],
    sharer_id: str | None,
    at: datetime,
) -> Order:
    policy, quoted, coupon = settings.read(OrderRules), redeemed.quote, redeemed.coupon
    assert quoted.freight_fen is not None and len(quoted.lines) <= MAX_LINES
    return Order(
        order_id=order_id,
        buyer_id=placement.buyer_id,
        status="UNPAID",
        lines=tuple(_line(number, line) for number, line in enumerate(quoted.lines, 1)),
        goods_fen=quoted.goods_fen,
        freight_fen=quoted.freight_fen,
        total_fen=quoted.total_fen,
        terms=terms,
        ship_to=ship_to,
        payer_appid=payer[0],
        payer_openid=payer[1],
        fingerprint=placement.fingerprint,
        placed_at=at,
        expires_at=at + timedelta(minutes=policy.unpaid_minutes),
        auto_receive_days=policy.auto_receive_days,
        after_sale_days=policy.after_sale_days,
        note=placement.note,
        coupon_id=coupon.coupon_id if coupon else None,
        coupon_name=coupon.terms.name if coupon else None,
        coupon_fen=quoted.coupon_fen,
        points=quoted.points,
        points_fen=quoted.points_fen,
        chain=tuple(chain),
        sharer_id=sharer_id,
        fen_per_earned_point=settings.read(PointsEarning).purchase_fen_per_point,
    )


def _line(number: int, line: QuoteLine) -> OrderLine:
    assert line.product is not None and line.sku is not None and line.problem is None
    pictures = line.product.picture_urls
    return OrderLine(
        line_no=number,
        product_id=line.product.product_id,
        sku_id=line.sku.sku_id,
        title=line.product.title,
        sku_name=line.sku.name,
        picture_url=pictures[0] if pictures else None,
        quantity=line.wanted.quantity,
        price_fen=line.price_fen,
        goods_fen=line.goods_fen,
        discount_fen=Fen(line.coupon_fen + line.points_fen),
        paid_fen=line.net_fen,
        cost_fen=line.sku.cost_fen,
        coupon_fen=line.coupon_fen,
        points_fen=line.points_fen,
        points=line.points,
    )
