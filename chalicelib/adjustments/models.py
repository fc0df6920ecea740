"""The table of this room."""

from pynamodb.attributes import UnicodeAttribute
from pynamodb.indexes import AllProjection, GlobalSecondaryIndex

from chalicelib.kernel.dynamo import FenAttribute, IntAttribute, Table, TimeAttribute, table_name


class AdjustmentStateIndex(GlobalSecondaryIndex["AdjustmentRow"]):  # type: ignore[no-untyped-call]
    """Adjustments of one state, by when they were asked."""

    class Meta:
        index_name = "state"
        projection = AllProjection()

    status = UnicodeAttribute(hash_key=True)
    asked_at = TimeAttribute(range_key=True)


class AdjustmentRow(Table):
    """Money given to a member or taken by staff, and who agreed."""

    class Meta:
        table_name = table_name("wallet-adjustments")

    adjustment_id = UnicodeAttribute(hash_key=True)
    member_id = UnicodeAttribute()
    amount_fen = FenAttribute()
    reason = UnicodeAttribute()
    status = UnicodeAttribute()
    asked_by = UnicodeAttribute()
    asked_at = TimeAttribute()
    decided_by = UnicodeAttribute(null=True)
    decided_at = TimeAttribute(null=True)
    version = IntAttribute()
    by_state = AdjustmentStateIndex()
