"""Port for rewards that are not money or points: rooms that keep coupons and gifts install their makers.

``commissions`` and ``marketing`` are siblings and do not import each other; the front door introduces
them. Money and points need no port, their wallets lie below.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from chalicelib.catalog.rules import Product, Sku
from chalicelib.commissions.rules import FormName
from chalicelib.kernel.dynamo import Write


@dataclass(frozen=True)
class Reward:
    """So many coupons or gifts for a member. ``key`` names the commission and is the same each time."""

    key: str
    member_id: str
    ref: str
    """The coupon's template, or the gift."""
    units: int
    at: datetime


@dataclass(frozen=True)
class TakenBack:
    """What can be revoked of a reward, and the writes that do it; the rest was used and stays."""

    writes: Sequence[Write]
    units: int


class Maker(Protocol):
    """What a room offers that keeps rewards of one form. It commits nothing."""

    def hand_out(self, reward: Reward) -> Sequence[Write]:
        """The writes that give the reward, once."""

    def take_back(self, reward: Reward, units: int) -> TakenBack:
        """The writes that revoke at most ``units`` of what was handed out and not used yet."""

    def known(self) -> frozenset[str]:
        """The ids a plan may name."""


class DeepestCoupon(Protocol):
    """The lowest that coupons can bring one piece's price down to."""

    def __call__(self, product: Product, sku: Sku) -> int:
        """The price in fen after the deepest coupon, between zero and the retail price."""


_makers: dict[FormName, Maker] = {}
_deepest: DeepestCoupon | None = None


def install(form: FormName, maker: Maker | None) -> None:
    """Let this maker hand out rewards of this form; ``None`` takes it away."""
    _makers.pop(form, None)
    if maker is not None:
        _makers[form] = maker


def install_deepest_coupon(deepest: DeepestCoupon | None) -> None:
    """Let publish guards know how deep coupons go; ``None``: there are none."""
    global _deepest
    _deepest = deepest


def maker_of(form: FormName) -> Maker | None:
    """Who hands out rewards of this form, if anybody does."""
    return _makers.get(form)


def after_coupons_fen(product: Product, sku: Sku) -> int:
    """The lowest price that one piece can have."""
    return sku.price_fen if _deepest is None else min(sku.price_fen, _deepest(product, sku))
