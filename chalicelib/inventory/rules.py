"""What stock is and how it moves (S2). Pure.

The counter of a SKU moves at reserve and release only, so that paying touches no SKU row; what was
sold stays a reservation. At every moment, per SKU: stocked = available + Σ held (invariant 21).
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from chalicelib.kernel.errors import Conflict, NotFound

MAIN = "main"
"""The one location that orders are reserved from until stores and warehouses come (O5, O6)."""
MAX_STOCK = 10_000_000

Kind = Literal["RESERVED", "RELEASED", "SET", "ADJUSTED"]


@dataclass(frozen=True)
class Stock:
    """How many of a SKU are free to sell at one location.

    ``stocked`` is all that staff ever put in less what they took out; ``stocked - available`` is held
    by orders, paid or not. ``version`` counts every move, so a decision on a stale number fails.
    """

    sku_id: str
    location: str = MAIN
    product_id: str | None = None
    available: int = 0
    stocked: int = 0
    low_at: int = 0
    """From this number down it is on the low-stock list; 0 lists it only when sold out."""
    version: int = 0


@dataclass(frozen=True)
class Reservation:
    """What an order holds of a SKU: ``held`` and ``released`` sum to what it reserved."""

    order_id: str
    sku_id: str
    location: str
    held: int
    released: int
    changed_at: datetime


@dataclass(frozen=True)
class Movement:
    """One change of ``available``, never edited. The movements of a SKU sum to what is available."""

    sku_id: str
    movement_id: str
    kind: Kind
    change: int
    at: datetime
    location: str = MAIN
    order_id: str | None = None
    by: str | None = None
    reason: str | None = None
    fingerprint: str | None = None


class OutOfStock(Conflict):
    """Fewer are left than were asked for. ``facts`` hold the ``sku_id``."""

    title = "库存不足"
    detail = "手慢了一步，有商品的库存不够了，请减少数量或换一个规格。"


class NothingHeld(Conflict):
    """The order holds less of the SKU than is to be given back: it was given back already."""

    title = "库存已经退回"
    detail = "这些商品的库存已经退回，不会重复退。"


class StockMoved(Conflict):
    """The stock changed after it was read."""

    title = "库存刚有变化"
    detail = "库存刚刚有变化，请刷新后再改。"


class StockOutOfRange(Conflict):
    """An adjustment would leave less than nothing, or more than any shop has."""

    title = "数量不合适"
    detail = "可售库存不够减少这么多，或数量过大，请核对后再试。"


class NeverStocked(Conflict):
    """There is nothing to adjust before the first number was set."""

    title = "还没有设置库存"
    detail = "请先设置这个规格的库存，再增减。"


class SkuUnknown(NotFound):
    """The product has no such article."""

    title = "没有这个规格"
    detail = "这个规格不存在，请刷新商品后再试。"


def is_low(stock: Stock) -> bool:
    """Whether somebody should order more."""
    return stock.available <= stock.low_at


def reservation_step(old: Reservation | None, new: Reservation) -> tuple[Kind, int] | None:
    """What the change of a reservation did to ``available``, ``None`` when nothing."""
    if old is None:
        return "RESERVED", -(new.held + new.released)
    released = new.released - old.released
    return ("RELEASED", released) if released else None
