"""What the doors of this room take and give."""

from datetime import datetime
from typing import Annotated

from pydantic import Field, field_validator

from chalicelib.inventory.rules import MAX_STOCK, Kind
from chalicelib.kernel.http import Body, Out, Query

Reason = Annotated[
    str, Field(title="原因", min_length=2, max_length=100, description="Kept with the movement.")
]


class ShopStockOut(Out):
    """How many of an article can be bought now."""

    sku_id: str
    available: int


class ShopStocksOut(Out):
    """Every article of the product."""

    items: list[ShopStockOut]
    next: str | None = None


class StockAsked(Query):
    """The stock of one product."""

    product_id: str = Field(title="商品", pattern=r"^[A-Z0-9]{3,32}$")


class StockOut(Out):
    """The stock of one article as staff see it."""

    product_id: str
    title: str
    sku_id: str
    sku_name: str
    available: int = Field(description="Free to sell now.")
    held: int = Field(description="Held by orders, paid or not, less what they gave back.")
    stocked: int = Field(description="All that was booked in, less what was booked out.")
    low_at: int
    version: int = Field(description="0 when it was never set.")


class StocksOut(Out):
    """Stock of several articles."""

    items: list[StockOut]
    next: str | None


class CountIn(Body):
    """A count of what is free to sell."""

    product_id: str = Field(title="商品", pattern=r"^[A-Z0-9]{3,32}$")
    available: int = Field(title="可售库存", ge=0, le=MAX_STOCK)
    low_at: int = Field(0, title="库存预警", ge=0, le=MAX_STOCK, description="Listed as low from here down.")
    version: int = Field(title="版本", ge=0, description="As it was read; another is refused.")
    reason: Reason


class AdjustmentIn(Body):
    """Goods that came in, or went out other than by an order."""

    change: int = Field(title="增减数量", ge=-MAX_STOCK, le=MAX_STOCK, description="Negative takes out.")
    reason: Reason

    @field_validator("change")
    @classmethod
    def _moves_something(cls, change: int) -> int:
        if change == 0:
            raise ValueError("增减数量不能为 0")
        return change


class AdjustedOut(Out):
    """The numbers after an adjustment."""

    sku_id: str
    available: int
    stocked: int
    version: int


class MovementOut(Out):
    """One change of what is free to sell."""

    movement_id: str
    kind: Kind
    change: int
    at: datetime
    order_id: str | None
    by: str | None = Field(description="The staff member's id.")
    reason: str | None


class MovementsOut(Out):
    """One page of movements, last first."""

    items: list[MovementOut]
    next: str | None
