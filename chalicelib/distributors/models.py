"""Tables of this room; only ``distributors.store`` touches them."""

from pynamodb.attributes import BooleanAttribute, UnicodeAttribute, UnicodeSetAttribute
from pynamodb.indexes import AllProjection, GlobalSecondaryIndex

from chalicelib.distributors.rules import Tasks
from chalicelib.kernel.dynamo import (
    FenAttribute,
    IntAttribute,
    Table,
    TimeAttribute,
    ValueAttribute,
    table_name,
)


class StatusIndex(GlobalSecondaryIndex["DistributorRow"]):  # type: ignore[no-untyped-call]
    """Distributors of one status, by when they last changed: staff work through them."""

    class Meta:
        index_name = "status"
        projection = AllProjection()

    status = UnicodeAttribute(hash_key=True)
    changed_at = TimeAttribute(range_key=True)


class DistributorRow(Table):
    """One member's standing; ``changed_at`` is there for the index."""

    class Meta:
        table_name = table_name("distributors")

    member_id = UnicodeAttribute(hash_key=True)
    status = UnicodeAttribute()
    level_id = UnicodeAttribute()
    applied_at = TimeAttribute()
    decided_at = TimeAttribute(null=True)
    reason = UnicodeAttribute(null=True)
    message = UnicodeAttribute(null=True)
    version = IntAttribute()
    level_since = TimeAttribute(null=True)
    is_level_held = BooleanAttribute(null=True)
    demoted_at = TimeAttribute(null=True)
    frozen_by = UnicodeSetAttribute(null=True)
    violated_at = TimeAttribute(null=True)
    changed_at = TimeAttribute()
    by_status = StatusIndex()


class ChangeRow(Table):
    """The history, put only."""

    class Meta:
        table_name = table_name("distributor-changes")

    member_id = UnicodeAttribute(hash_key=True)
    change_id = UnicodeAttribute(range_key=True)
    at = TimeAttribute()
    step = UnicodeAttribute()
    status = UnicodeAttribute()
    level_id = UnicodeAttribute()
    by = UnicodeAttribute()
    status_before = UnicodeAttribute(null=True)
    level_before = UnicodeAttribute(null=True)
    reason = UnicodeAttribute(null=True)


class LevelRow(Table):
    """All levels lie under one hash key, so that one query lists them."""

    class Meta:
        table_name = table_name("distributor-levels")

    shelf = UnicodeAttribute(hash_key=True)
    level_id = UnicodeAttribute(range_key=True)
    name = UnicodeAttribute()
    rank = IntAttribute()
    rates_bps = ValueAttribute[tuple[int, ...]](tuple[int, ...])
    is_open = BooleanAttribute()
    upgrade = ValueAttribute[Tasks](Tasks, null=True)
    keep = ValueAttribute[Tasks](Tasks, null=True)


class PurchaseRow(Table):
    """See ``application.Purchase``; the facts that what a member kept is the sum of."""

    class Meta:
        table_name = table_name("purchases")

    member_id = UnicodeAttribute(hash_key=True)
    order_id = UnicodeAttribute(range_key=True)
    kept_fen = FenAttribute()
    units = ValueAttribute[dict[str, int]](dict[str, int])
    version = IntAttribute()


class KeptRow(Table):
    """Sums over a member's purchases, a projection: of each product, and of all under ``ALL``."""

    class Meta:
        table_name = table_name("kept-goods")

    member_id = UnicodeAttribute(hash_key=True)
    product_id = UnicodeAttribute(range_key=True)
    kept_fen = FenAttribute()
    units = IntAttribute()
    changes = IntAttribute()
