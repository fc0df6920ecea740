"""Where the histories play: five people, four products, two levels, one plan, three campaigns of coupons.

A invites B invites C invites D; E came by itself. A, B and C are distributors. One article pays fixed
amounts that always exceed the cap, one has a member price, one costs an odd number of fen, one needs no
parcel. All is made by the rooms' own verbs.
"""

import copy
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from moto.dynamodb.models import dynamodb_backends

from chalicelib.catalog.rules import Promotion, Sku
from chalicelib.commissions import store as commissions
from chalicelib.distributors import store as distributors
from chalicelib.distributors.assign import assign
from chalicelib.distributors.rules import Level
from chalicelib.distributors.save_level import save_level
from chalicelib.kernel import settings
from chalicelib.kernel.config import config
from chalicelib.kernel.ids import derived_id
from chalicelib.kernel.money import Fen
from chalicelib.marketing.claim_coupon import claim_coupon
from chalicelib.wallet.grant_points import grant_points
from chalicelib.wechat import token
from tests.books import auditor_money as rules
from tests.books import streams
from tests.books.auditor_money import MoneyAuditor
from tests.books.auditor_points import FEN_PER_EARNED_POINT, FEN_PER_POINT, VALID_DAYS
from tests.marketing import campaigns
from tests.orders import shop as orders_shop
from tests.orders.conftest import Desk
from tests.payments.fakes import WeChatPay, installed
from tests.support.world import START, Clock, small_world

GOLD = (1_500, 700, 300)
GIFTS = 25
SETTINGS: dict[str, dict[str, Any]] = {
    "compliance": {
        "third_level_allowed": True,
        "acknowledged_by": "法务",
        "acknowledged_on": "2026-11-01",
    },
    "withdrawals": {
        "min_fen": rules.MIN_FEN,
        "max_fen": rules.MAX_FEN,
        "daily_fen": rules.DAILY_FEN,
        "monthly_fen": 100 * rules.DAILY_FEN,
        "auto_below_fen": rules.AUTO_BELOW_FEN,
        "two_persons_above_fen": rules.TWO_ABOVE_FEN,
        "fee_bps": rules.FEE_BPS,
    },
    "points": {"fen_per_point": FEN_PER_POINT, "max_share_bps": 10_000, "valid_days": VALID_DAYS},
    "points_earning": {"purchase_fen_per_point": FEN_PER_EARNED_POINT},
}
_made: list[tuple[Any, MoneyAuditor]] = []
"""The town once built, tables and auditor, copied for every history."""


@contextmanager
def opened() -> Iterator[tuple[Clock, WeChatPay, MoneyAuditor]]:
    """A fresh town: its clock, WeChat at the other end, and the auditor who knows what is there."""
    with small_world() as clock, installed() as peer, pytest.MonkeyPatch.context() as patch:
        patch.setattr(settings, "_loader", SETTINGS.get)
        patch.setattr(token, "post", Desk().post)
        settings.forget()
        if not _made:
            auditor = _build(peer)
            streams.drain()
            _made.append((copy.deepcopy(_backend().tables), auditor))
        tables, auditor = _made[0]
        _backend().tables = copy.deepcopy(tables)
        distributors.forget_levels()
        commissions.forget_plans()
        yield clock, peer, copy.deepcopy(auditor)


def _build(peer: WeChatPay) -> MoneyAuditor:
    shop = orders_shop.open_shop(peer)
    save_level(Level("gold", "金牌分销商", 2, GOLD), is_new=True)
    gift = orders_shop.add_to_shelf(
        "礼盒",
        shop.tea.category_id,
        shop.tea.freight_template_id or "",
        Sku("", "一盒", Fen(1_999), promotion=Promotion(fixed_fen=(700, 500, 301))),
    )
    card = orders_shop.add_to_shelf("电子贺卡", shop.samples.category_id, None, Sku("", "一张", Fen(500)))
    d, e = orders_shop._person("d"), orders_shop._person("e")
    orders_shop._below(d, shop.c)
    assign(shop.c, "gold", by="ST1", reason="测试")
    auditor = MoneyAuditor()
    auditor.levels = {"normal": (), "gold": GOLD}
    for one, upline in ((shop.a, None), (shop.b, shop.a), (shop.c, shop.b), (d, shop.c), (e, None)):
        is_seller = one in (shop.a, shop.b, shop.c)
        auditor.people[one] = {
            "upline": upline,
            "path": auditor.chain(upline)[:3],
            "level": "gold" if one == shop.c else "normal",
            "status": "APPROVED" if is_seller else None,
        }
    for product in (shop.tea, shop.samples, gift, card):
        for sku in product.skus:
            auditor.skus[sku.sku_id] = {
                "product": product.product_id,
                "price": int(sku.price_fen),
                "member": {level: int(price) for level, price in sku.member_prices_fen.items()},
                "fixed": sku.promotion.fixed_fen if sku.promotion else (),
                "is_sent": product.freight_template_id is not None,
                "available": orders_shop.STOCK,
                "stocked": orders_shop.STOCK,
            }
    auditor.plans = [{"rates": (1_000, 500), "own": False, "cap": 3_000, "form": "CASH", "from": START}]
    auditor.plans[0] |= {"number": 1, "month": None}
    _offer(
        auditor, [shop.tea.product_id, shop.samples.product_id], tea=shop.tea.product_id, card=card.product_id
    )
    return auditor


def _offer(auditor: MoneyAuditor, some: list[str], *, tea: str, card: str) -> None:
    """Three campaigns, none for the gift box, whose fixed amounts its plans could not pay after a coupon.

    One runs out after eight, one takes a part of the price, and one may take all of it. Everybody has a
    coupon of each, and 200 points. The last campaign, and a gift, are what rebates may be paid in.
    """
    of_some = {"off_fen": 500, "threshold_fen": 5_000, "product_ids": tuple(some), "days": 40}
    of_tea = {"kind": "PERCENT", "off_fen": 0, "off_bps": 1_500, "max_off_fen": 1_777, "product_ids": (tea,)}
    of_card = {"off_fen": 600, "threshold_fen": 0, "product_ids": (card,), "days": 40}
    for key, quantity, limit, terms in (
        ("some", 8, 2, of_some),
        ("tea", None, 3, of_tea | {"threshold_fen": 0, "days": 7}),
        ("card", 40, 4, of_card),
    ):
        made = campaigns.campaign(key=f"campaign-{key}", quantity=quantity, limit=limit, **terms)
        auditor.campaigns[made.template_id] = {
            "quantity": quantity,
            "left": quantity,
            "limit": limit,
            "days": made.validity.days,
            "off": int(made.terms.off_fen),
            "bps": made.terms.off_bps or None,
            "most": made.terms.max_off_fen,
            "threshold": int(made.terms.threshold_fen),
            "products": made.terms.product_ids,
        }
        for member_id in auditor.people:
            coupon_id = claim_coupon(member_id, made.template_id, key="claim-town").coupon_id
            auditor.claim(coupon_id, member_id, made.template_id, START)
    auditor.coupon_form, gift = made.template_id, campaigns.gift(GIFTS, key="gift-town")
    auditor.gift_form, auditor.number = gift.gift_id, derived_id
    auditor.gifts[gift.gift_id] = {"quantity": GIFTS, "left": GIFTS, "days": gift.claim_days}
    for member_id in auditor.people:
        given = grant_points(member_id, 200, reason="开业礼物", by="STANNA", key=f"town-{member_id}")
        auditor.grant(f"GRANT:{given.grant_id}", member_id, 200, START)


def _backend() -> Any:
    (account,) = dynamodb_backends
    return dynamodb_backends[account][config().region]
