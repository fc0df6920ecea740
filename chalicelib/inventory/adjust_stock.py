"""Staff book goods in or out, while orders go on (S2)."""

from dataclasses import dataclass

from chalicelib.inventory import store
from chalicelib.inventory.rules import Movement, NeverStocked, Stock
from chalicelib.kernel import crypto
from chalicelib.kernel.clock import now
from chalicelib.kernel.dynamo import commit
from chalicelib.kernel.errors import Conflict, KeyReused
from chalicelib.kernel.ids import derived_id


@dataclass(frozen=True)
class Adjustment:
    """So many more (or fewer) of a SKU. ``key`` is the client's own, so that twice is once."""

    sku_id: str
    change: int
    by: str
    reason: str
    key: str


class _BookedAlready(Conflict):
    """The movement of this key is there."""


def adjust_stock(adjustment: Adjustment) -> Stock:
    """The stock after the adjustment, which is booked once however often it is sent.

    Raises ``StockOutOfRange`` when it would leave less than nothing, ``NeverStocked``, ``KeyReused``.
    """
    sku_id, change = adjustment.sku_id, adjustment.change
    if store.load(sku_id).version == 0:
        raise NeverStocked()
    movement = Movement(
        sku_id,
        derived_id("MV", sku_id, adjustment.by, adjustment.key),
        "ADJUSTED",
        change,
        now(),
        by=adjustment.by,
        reason=adjustment.reason,
        fingerprint=crypto.fingerprint(str(change), adjustment.reason),
    )
    try:
        commit(store.record(movement, _BookedAlready), store.adjust_stock(sku_id, change))
    except _BookedAlready:
        booked = store.find_movement(sku_id, movement.movement_id)
        if booked is None or booked.fingerprint != movement.fingerprint:
            raise KeyReused() from None
    return store.load(sku_id)
