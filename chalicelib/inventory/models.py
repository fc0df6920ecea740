"""Tables of this room; only ``inventory.store`` touches them."""

from pynamodb.attributes import UnicodeAttribute
from pynamodb.indexes import AllProjection, GlobalSecondaryIndex

from chalicelib.kernel.dynamo import IntAttribute, Table, TimeAttribute, table_name


class LowIndex(GlobalSecondaryIndex["StockRow"]):  # type: ignore[no-untyped-call]
    """What runs low at a location; only such rows have ``low_in``."""

    class Meta:
        index_name = "low"
        projection = AllProjection()

    low_in = UnicodeAttribute(hash_key=True)
    sku_id = UnicodeAttribute(range_key=True)


class StockRow(Table):
    """The counter of one SKU at one location."""

    class Meta:
        table_name = table_name("stock")

    sku_id = UnicodeAttribute(hash_key=True)
    location = UnicodeAttribute(range_key=True)
    product_id = UnicodeAttribute(null=True)
    available = IntAttribute()
    stocked = IntAttribute()
    low_at = IntAttribute()
    version = IntAttribute()
    low_in = UnicodeAttribute(null=True)
    low = LowIndex()


class ReservationRow(Table):
    """What one order holds of one SKU."""

    class Meta:
        table_name = table_name("stock-reservations")

    order_id = UnicodeAttribute(hash_key=True)
    sku_id = UnicodeAttribute(range_key=True)
    location = UnicodeAttribute()
    held = IntAttribute()
    released = IntAttribute()
    changed_at = TimeAttribute()


class RecentMovements(GlobalSecondaryIndex["MovementRow"]):  # type: ignore[no-untyped-call]
    """One SKU's movements by time."""

    class Meta:
        index_name = "recent"
        projection = AllProjection()

    sku_id = UnicodeAttribute(hash_key=True)
    at = TimeAttribute(range_key=True)


class MovementRow(Table):
    """Every movement, put only."""

    class Meta:
        table_name = table_name("stock-movements")

    sku_id = UnicodeAttribute(hash_key=True)
    movement_id = UnicodeAttribute(range_key=True)
    location = UnicodeAttribute()
    kind = UnicodeAttribute()
    change = IntAttribute()
    at = TimeAttribute()
    order_id = UnicodeAttribute(null=True)
    by = UnicodeAttribute(null=True)
    reason = UnicodeAttribute(null=True)
    fingerprint = UnicodeAttribute(null=True)
    recent = RecentMovements()
