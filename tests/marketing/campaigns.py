"""Campaigns, coupons and points for tests, made through the rooms' own verbs."""

from dataclasses import replace
from typing import Any

from chalicelib.kernel import clock
from chalicelib.kernel.money import Fen
from chalicelib.marketing.claim_coupon import claim_coupon
from chalicelib.marketing.rules import Campaign, Coupon, Gift, Terms, Validity
from chalicelib.marketing.save_campaign import save_campaign
from chalicelib.marketing.save_gift import save_gift
from chalicelib.wallet.grant_points import grant_points


def campaign(
    *,
    name: str = "满 50 减 20",
    off_fen: int = 2_000,
    threshold_fen: int = 5_000,
    days: int = 7,
    quantity: int | None = 100,
    limit: int = 1,
    key: str = "campaign-1",
    is_claimable: bool = True,
    **more: Any,
) -> Campaign:
    """Twenty yuan off from fifty on, a hundred of them, one a member, unless said otherwise."""
    kind, price = more.pop("kind", "FIXED"), more.pop("points_price", None)
    terms = Terms(name, kind, Fen(off_fen), threshold_fen=Fen(threshold_fen), **more)
    draft = Campaign("", terms, Validity(days), quantity, limit, is_claimable, "ACTIVE", clock.now())
    return save_campaign(replace(draft, points_price=price), by="ST1", key=key)


def coupon(member_id: str, *, of: str = "campaign-1", **terms: Any) -> Coupon:
    """One coupon of the campaign of this key, claimed by the member."""
    made = campaign(key=of, **terms)
    return claim_coupon(member_id, made.template_id, key="claim-0001")


def points(member_id: str, number: int, key: str = "points-0001") -> None:
    """Points given by staff."""
    grant_points(member_id, number, reason="测试赠送", by="ST1", key=key)


def gift(quantity: int = 10, key: str = "gift-0001") -> Gift:
    """A gift with its stock."""
    draft = Gift("", "竹编收纳篮", None, Fen(6_800), quantity, 30, "ACTIVE", clock.now())
    return save_gift(draft, by="ST1", key=key)
