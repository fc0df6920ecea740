"""Stock, reservations and movements in their tables."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from chalicelib.inventory.models import MovementRow, ReservationRow, StockRow
from chalicelib.inventory.rules import (
    MAIN,
    MAX_STOCK,
    Movement,
    NothingHeld,
    OutOfStock,
    Reservation,
    Stock,
    StockMoved,
    StockOutOfRange,
)
from chalicelib.kernel.clock import now
from chalicelib.kernel.dynamo import Otherwise, Write, put_new, update
from chalicelib.kernel.paging import Page, page


def available(sku_ids: Iterable[str]) -> dict[str, int]:
    """How many of each SKU are free to sell now; 0 for one that was never stocked."""
    return {sku_id: stock.available for sku_id, stock in load_many(sku_ids).items()}


def load_many(sku_ids: Iterable[str], location: str = MAIN) -> dict[str, Stock]:
    """The stock of each SKU at the location; an empty one for a SKU that was never stocked."""
    wanted = sorted(set(sku_ids))
    keys = [(sku_id, location) for sku_id in wanted]
    rows = StockRow.batch_get(keys, consistent_read=True) if keys else ()
    found = {row.sku_id: row.as_value(Stock) for row in rows}
    return {sku_id: found.get(sku_id, Stock(sku_id, location)) for sku_id in wanted}


def load(sku_id: str, location: str = MAIN) -> Stock:
    """The stock of one SKU."""
    return load_many([sku_id], location)[sku_id]


def load_listed(sku_id: str, location: str = MAIN) -> tuple[Stock, bool]:
    """The stock of one SKU, read consistently, and whether it is on the low-stock list."""
    row = StockRow.find(sku_id, location)
    return (row.as_value(Stock), row.low_in is not None) if row else (Stock(sku_id, location), False)


def reserve(order_id: str, sku_id: str, quantity: int) -> list[Write]:
    """Take ``quantity`` off the counter for this order, once: exactly two writes.

    The commit raises ``OutOfStock`` when fewer are left, so nothing is ever oversold. An order
    reserves a SKU in one piece; reserving it again fails the commit.
    """
    assert quantity > 0, "a reservation of nothing"
    row = StockRow
    taken = update(
        row,
        (sku_id, MAIN),
        [row.available.set(row.available - quantity), row.version.set(row.version + 1)],
        row.available >= quantity,
        otherwise=lambda: OutOfStock(sku_id=sku_id),
    )
    held = Reservation(order_id, sku_id, MAIN, held=quantity, released=0, changed_at=now())
    return [taken, put_new(ReservationRow.of_value(held))]


def release(order_id: str, sku_id: str, quantity: int) -> list[Write]:
    """Put ``quantity`` of what this order holds back on the counter: exactly two writes.

    The commit raises ``NothingHeld`` when the order holds fewer, so nothing is given back twice.
    """
    assert quantity > 0, "a release of nothing"
    row, kept = StockRow, ReservationRow
    let_go = update(
        kept,
        (order_id, sku_id),
        [
            kept.held.set(kept.held - quantity),
            kept.released.set(kept.released + quantity),
            kept.changed_at.set(now()),
        ],
        kept.held >= quantity,
        otherwise=NothingHeld,
    )
    put_back = update(
        row,
        (sku_id, MAIN),
        [row.available.set(row.available + quantity), row.version.set(row.version + 1)],
        row.available.exists(),
    )
    return [let_go, put_back]


def reservations(order_id: str) -> list[Reservation]:
    """What this order holds or gave back, by SKU."""
    return [row.as_value(Reservation) for row in ReservationRow.query(order_id, consistent_read=True)]


def change_stock(before: Stock, after: Stock) -> Write:
    """Put the numbers of ``after`` over the stock read as ``before``, by staff.

    The commit raises ``StockMoved`` when it moved meanwhile.
    """
    assert after.product_id is not None, "stock of no product"
    if before.version == 0:
        return put_new(StockRow.of_value(replace(after, version=1)), StockMoved)
    row = StockRow
    actions = [
        row.product_id.set(after.product_id),
        row.available.set(after.available),
        row.stocked.set(after.stocked),
        row.low_at.set(after.low_at),
        row.version.set(before.version + 1),
    ]
    key = (before.sku_id, before.location)
    return update(row, key, actions, row.version == before.version, otherwise=StockMoved)


def adjust_stock(sku_id: str, change: int, location: str = MAIN) -> Write:
    """Move available and stocked by ``change``, whatever they are now.

    The commit raises ``StockOutOfRange`` when that leaves less than nothing or too much, or when the
    SKU was never stocked.
    """
    row = StockRow
    fits = row.available >= -change if change < 0 else row.available <= MAX_STOCK - change
    actions = [
        row.available.set(row.available + change),
        row.stocked.set(row.stocked + change),
        row.version.set(row.version + 1),
    ]
    return update(row, (sku_id, location), actions, fits, otherwise=StockOutOfRange)


def low(*, limit: int, cursor: str | None, location: str = MAIN) -> Page[Stock]:
    """Stock that runs low at the location, by SKU; from an index, without a scan."""
    return page(StockRow.low, location, limit=limit, cursor=cursor).map(lambda row: row.as_value(Stock))


def mark_low(stock: Stock) -> Write:
    """Put it on the low-stock list; the commit raises ``StockMoved`` when it moved meanwhile."""
    row = StockRow
    key = (stock.sku_id, stock.location)
    return update(
        row, key, [row.low_in.set(stock.location)], row.version == stock.version, otherwise=StockMoved
    )


def unmark_low(stock: Stock) -> Write:
    """Take it off the low-stock list; the commit raises ``StockMoved`` when it moved meanwhile."""
    row = StockRow
    key = (stock.sku_id, stock.location)
    return update(row, key, [row.low_in.remove()], row.version == stock.version, otherwise=StockMoved)


def movements(sku_id: str, *, limit: int, cursor: str | None) -> Page[Movement]:
    """Every movement of a SKU, last first; orders' own appear within about a second."""
    found = page(MovementRow.recent, sku_id, limit=limit, cursor=cursor)
    return found.map(lambda row: row.as_value(Movement))


def find_movement(sku_id: str, movement_id: str) -> Movement | None:
    """One movement, or ``None``."""
    row = MovementRow.find(sku_id, movement_id)
    return None if row is None else row.as_value(Movement)


def record(movement: Movement, otherwise: Otherwise | None = None) -> Write:
    """Put the movement once; the commit raises ``otherwise`` when it is there."""
    return put_new(MovementRow.of_value(movement), otherwise)


def stock_of_image(image: dict[str, Any]) -> tuple[Stock, bool]:
    """The stock that a stream record holds, and whether it is on the low-stock list."""
    row = StockRow.of_image(image)
    return row.as_value(Stock), row.low_in is not None


def reservation_of_image(image: dict[str, Any]) -> Reservation:
    """The reservation that a stream record holds."""
    return ReservationRow.of_image(image).as_value(Reservation)
