"""Tables of this room; only ``standing.store`` touches them."""

from pynamodb.attributes import BooleanAttribute, UnicodeAttribute
from pynamodb.indexes import AllProjection, GlobalSecondaryIndex, KeysOnlyProjection

from chalicelib.kernel.dynamo import (
    FenAttribute,
    IntAttribute,
    Table,
    TimeAttribute,
    ValueAttribute,
    table_name,
)


class FactRow(Table):
    """Put only: the facts that the figures are the sum of, by month and event."""

    class Meta:
        table_name = table_name("metric-facts")

    member_id = UnicodeAttribute(hash_key=True)
    key = UnicodeAttribute(range_key=True)
    month = UnicodeAttribute()
    order_id = UnicodeAttribute()
    buyer_id = UnicodeAttribute()
    level = IntAttribute()
    at = TimeAttribute()
    own_sales_fen = FenAttribute()
    team_sales_fen = FenAttribute()
    orders = IntAttribute()
    own_spend_fen = FenAttribute()


class ScopeIndex(GlobalSecondaryIndex["MetricsRow"]):  # type: ignore[no-untyped-call]
    """Whoever has figures in a period, spread over shards: closing walks them, one by one."""

    class Meta:
        index_name = "scope"
        projection = KeysOnlyProjection()

    scope_shard = UnicodeAttribute(hash_key=True)
    member_id = UnicodeAttribute(range_key=True)


class MetricsRow(Table):
    """See ``rules.Metrics``; a projection kept by followers."""

    class Meta:
        table_name = table_name("metrics")

    member_id = UnicodeAttribute(hash_key=True)
    scope = UnicodeAttribute(range_key=True)
    own_sales_fen = FenAttribute()
    team_sales_fen = FenAttribute()
    direct_buyers = IntAttribute()
    orders = IntAttribute()
    own_spend_fen = FenAttribute()
    facts = IntAttribute()
    scope_shard = UnicodeAttribute(null=True)
    by_scope = ScopeIndex()


class BuyerRow(Table):
    """See ``rules.Buyer``."""

    class Meta:
        table_name = table_name("metric-buyers")

    member_id = UnicodeAttribute(hash_key=True)
    buyer_id = UnicodeAttribute(range_key=True)
    months = ValueAttribute[dict[str, int]](dict[str, int])
    version = IntAttribute()


class SweepRow(Table):
    """How far a long walk has come; see ``rules.Sweep``."""

    class Meta:
        table_name = table_name("sweeps")

    name = UnicodeAttribute(hash_key=True)
    turn = UnicodeAttribute(range_key=True)
    cursor = UnicodeAttribute(null=True)
    is_over = BooleanAttribute()
    failed = IntAttribute()
    version = IntAttribute()


class ViolationStateIndex(GlobalSecondaryIndex["ViolationRow"]):  # type: ignore[no-untyped-call]
    """Violations of one state, by when they were recorded: staff work through them."""

    class Meta:
        index_name = "state"
        projection = AllProjection()

    state = UnicodeAttribute(hash_key=True)
    recorded_at = TimeAttribute(range_key=True)


class ViolationRow(Table):
    """See ``violation.Violation``."""

    class Meta:
        table_name = table_name("violations")

    member_id = UnicodeAttribute(hash_key=True)
    violation_id = UnicodeAttribute(range_key=True)
    kind = UnicodeAttribute()
    penalty = UnicodeAttribute()
    told = UnicodeAttribute()
    note = UnicodeAttribute()
    recorded_at = TimeAttribute()
    recorded_by = UnicodeAttribute()
    order_id = UnicodeAttribute(null=True)
    state = UnicodeAttribute()
    ended_at = TimeAttribute(null=True)
    ended_by = UnicodeAttribute(null=True)
    ended_reason = UnicodeAttribute(null=True)
    appeal = UnicodeAttribute(null=True)
    appealed_at = TimeAttribute(null=True)
    version = IntAttribute()
    by_state = ViolationStateIndex()


class HolderIndex(GlobalSecondaryIndex["TerritoryRow"]):  # type: ignore[no-untyped-call]
    """The regions of one holder."""

    class Meta:
        index_name = "holder"
        projection = AllProjection()

    member_id = UnicodeAttribute(hash_key=True)
    region = UnicodeAttribute(range_key=True)


class RegionLevelIndex(GlobalSecondaryIndex["TerritoryRow"]):  # type: ignore[no-untyped-call]
    """All held provinces, cities or counties, by name."""

    class Meta:
        index_name = "level"
        projection = AllProjection()

    level = UnicodeAttribute(hash_key=True)
    region = UnicodeAttribute(range_key=True)


class TerritoryRow(Table):
    """See ``territory.Territory``; the key makes a region exclusive."""

    class Meta:
        table_name = table_name("territories")

    region = UnicodeAttribute(hash_key=True)
    level = UnicodeAttribute()
    member_id = UnicodeAttribute()
    since = TimeAttribute()
    by = UnicodeAttribute()
    by_holder = HolderIndex()
    by_level = RegionLevelIndex()


class TerritoryChangeRow(Table):
    """The history of a region, put only."""

    class Meta:
        table_name = table_name("territory-changes")

    region = UnicodeAttribute(hash_key=True)
    change_id = UnicodeAttribute(range_key=True)
    at = TimeAttribute()
    step = UnicodeAttribute()
    member_id = UnicodeAttribute(null=True)
    member_before = UnicodeAttribute(null=True)
    by = UnicodeAttribute()
    reason = UnicodeAttribute()
