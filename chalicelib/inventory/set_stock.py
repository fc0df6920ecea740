"""Staff set how many of a SKU are free to sell, after counting (S2)."""

from dataclasses import dataclass, replace

from chalicelib.catalog import store as catalog
from chalicelib.inventory import store
from chalicelib.inventory.rules import Movement, SkuUnknown, Stock, StockMoved
from chalicelib.kernel import ids
from chalicelib.kernel.clock import now
from chalicelib.kernel.dynamo import Write, commit


@dataclass(frozen=True)
class Count:
    """What staff counted: how many of the article are ``available``, beside what orders hold."""

    product_id: str
    sku_id: str
    available: int
    low_at: int
    version: int
    """Of the stock as staff saw it; 0 when it was never set."""
    by: str
    reason: str
    key: str = ""
    """What names the count where a machine makes it: its movement has one id however often it is tried."""


def set_stock(count: Count) -> Stock:
    """The stock as counted, with its movement in the same commit.

    Raises ``StockMoved`` when any order or colleague moved it since it was read, ``SkuUnknown``,
    ``ProductUnknown``.
    """
    product = catalog.load(count.product_id)
    if count.sku_id not in {sku.sku_id for sku in product.skus}:
        raise SkuUnknown()
    before = store.load(count.sku_id)
    if before.version != count.version:
        raise StockMoved()
    change = count.available - before.available
    after = replace(
        before,
        product_id=count.product_id,
        available=count.available,
        stocked=before.stocked + change,
        low_at=count.low_at,
    )
    commit(store.change_stock(before, after), _movement(count, change))
    return replace(after, version=before.version + 1)


def _movement(count: Count, change: int) -> list[Write]:
    """The count's movement; there is none when only the low mark changed."""
    if change == 0:
        return []
    number = ids.derived_id("MV", count.sku_id, "SET", count.key) if count.key else ids.new_id("MV")
    made = Movement(count.sku_id, number, "SET", change, now(), by=count.by, reason=count.reason)
    return [store.record(made)]
