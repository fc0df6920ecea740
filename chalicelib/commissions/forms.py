"""Port for rewards that are not money or points: rooms that keep coupons and gifts install their makers.

``commissions`` and ``marketing`` are siblings and do not import each other; the front door introduces
them. Money and points need no port, their wallets lie below.
"""

from collections.abc import Callable, Sequence
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


AfterCoupons = Callable[[Product, Sku], int]
"""The lowest that coupons can bring one piece's price down to, in fen, between zero and the retail price."""


_makers: dict[FormName, Maker] = {}
_read_coupons: Callable[[], AfterCoupons] | None = None


def install(form: FormName, maker: Maker | None) -> None:
    """Let this maker hand out rewards of this form; ``None`` takes it away."""
    _makers.pop(form, None)
    if maker is not None:
        _makers[form] = maker


def install_deepest_coupon(read: Callable[[], AfterCoupons] | None) -> None:
    """Let publish guards know how deep coupons go; ``read`` is called once a plan. ``None``: none are."""
    global _read_coupons
    _read_coupons = read


def maker_of(form: FormName) -> Maker | None:
    """Who hands out rewards of this form, if anybody does."""
    return _makers.get(form)


def after_coupons() -> AfterCoupons:
    """The lowest price that one piece can have; coupons are read once, however many pieces are asked for."""
    if _read_coupons is None:
        return lambda product, sku: sku.price_fen
    lowest = _read_coupons()
    return lambda product, sku: min(sku.price_fen, lowest(product, sku))
