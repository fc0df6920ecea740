"""What follows a change of stock: the low-stock list, and the movements of orders (S2).

Both are made after the commit that moved the stock, so that placing an order writes two items a SKU
and paying writes none.
"""

from chalicelib.inventory import rules, store
from chalicelib.inventory.list_low import list_low
from chalicelib.inventory.rules import Movement, StockMoved
from chalicelib.kernel import log
from chalicelib.kernel.dynamo import ConditionFailed, commit
from chalicelib.kernel.ids import derived_id
from chalicelib.kernel.jobs import Change, Jobs

jobs = Jobs("inventory")


@jobs.follow("stock")
def keep_low_list(change: Change) -> None:
    """Put a SKU on the low-stock list, or take it off.

    When the stock moved on meanwhile nothing is written: that move has a record of its own behind
    this one, which decides.
    """
    if change.new is None:
        return
    stock, is_listed = store.stock_of_image(change.new)
    try:
        list_low(stock, is_listed=is_listed)
    except StockMoved:
        log.info("low_list_left_to_the_next_record", sku_id=stock.sku_id)


@jobs.follow("stock-reservations")
def record_order_movement(change: Change) -> None:
    """Record what an order reserved or gave back, once: the id is of the reservation's state."""
    if change.new is None:
        return
    new = store.reservation_of_image(change.new)
    step = rules.reservation_step(store.reservation_of_image(change.old) if change.old else None, new)
    if step is None:
        return
    kind, moved = step
    movement = Movement(
        new.sku_id,
        derived_id("MV", new.order_id, new.sku_id, kind, str(new.released)),
        kind,
        moved,
        new.changed_at,
        new.location,
        order_id=new.order_id,
    )
    try:
        commit(store.record(movement))
    except ConditionFailed:
        log.info("movement_recorded_before", movement_id=movement.movement_id)
