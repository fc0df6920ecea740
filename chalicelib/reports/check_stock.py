"""Stock against what orders hold and what moved (S2, invariant 21)."""

import time
from collections.abc import Iterable

from chalicelib.inventory import store as inventory
from chalicelib.inventory.rules import Movement, Stock
from chalicelib.orders.rules import Order
from chalicelib.reports.rules import Finding

_PATIENCE = 4
_PAGE = 100


def check_stock(orders: Iterable[Order]) -> list[Finding]:
    """Every SKU of these orders: its movements sum to what is available, and no order gives back twice.

    Movements of orders appear a moment after the order, so what differs is looked at again.
    """
    known = list(orders)
    found = [finding for order in known for finding in _check_reservations(order)]
    suspects = {line.sku_id for order in known for line in order.lines}
    wrong: list[Finding] = []
    for attempt in range(_PATIENCE):
        wrong = [finding for sku_id in sorted(suspects) for finding in _check_sku(sku_id)]
        if not wrong:
            break
        suspects = {finding.subject for finding in wrong}
        if attempt + 1 < _PATIENCE:
            time.sleep(0.5 * (attempt + 1))
    return found + wrong


def _check_reservations(order: Order) -> list[Finding]:
    found = []
    for reservation in inventory.reservations(order.order_id):
        subject = f"{order.order_id} {reservation.sku_id}"
        wanted = sum(line.quantity for line in order.lines if line.sku_id == reservation.sku_id)
        if (
            reservation.held < 0
            or reservation.released < 0
            or reservation.held + reservation.released != wanted
        ):
            found.append(Finding(21, subject, f"holds {reservation.held}, gave back {reservation.released}"))
        if order.status == "CLOSED" and order.paid_at is None and reservation.held:
            found.append(Finding(21, subject, f"a dead order holds {reservation.held}"))
    return found


def _check_sku(sku_id: str) -> list[Finding]:
    stock = inventory.load(sku_id)
    moved = sum(movement.change for movement in _movements(stock))
    found = []
    if moved != stock.available:
        found.append(Finding(21, sku_id, f"movements sum to {moved}, available {stock.available}"))
    if not 0 <= stock.available <= stock.stocked:
        found.append(Finding(21, sku_id, f"available {stock.available} of {stock.stocked}"))
    return found


def _movements(stock: Stock) -> Iterable[Movement]:
    cursor: str | None = None
    while True:
        page = inventory.movements(stock.sku_id, limit=_PAGE, cursor=cursor)
        yield from page.items
        cursor = page.next
        if cursor is None:
            return
