"""Tables of this room; only ``wallet.store`` touches them."""

from pynamodb.attributes import BooleanAttribute, UnicodeAttribute
from pynamodb.indexes import AllProjection, GlobalSecondaryIndex

from chalicelib.kernel.dynamo import (
    FenAttribute,
    IntAttribute,
    Table,
    TimeAttribute,
    ValueAttribute,
    table_name,
)
from chalicelib.wallet.rules import PointsPosting, Posting


class WalletRow(Table):
    """Stored balances; an absent attribute is zero."""

    class Meta:
        table_name = table_name("wallets")

    member_id = UnicodeAttribute(hash_key=True)
    available_fen = FenAttribute(null=True)
    frozen_fen = FenAttribute(null=True)
    debt_fen = FenAttribute(null=True)


class DayIndex(GlobalSecondaryIndex["EntryRow"]):  # type: ignore[no-untyped-call]
    """Entries of a business day, spread over shards: the audit walks them, a busy day does not press."""

    class Meta:
        index_name = "day"
        projection = AllProjection()

    day_shard = UnicodeAttribute(hash_key=True)
    entry_id = UnicodeAttribute(range_key=True)


class EntryRow(Table):
    """The journal: put only, never edited or deleted; IAM grants nothing else (invariant 2)."""

    class Meta:
        table_name = table_name("journal")

    entry_id = UnicodeAttribute(hash_key=True)
    kind = UnicodeAttribute()
    at = TimeAttribute()
    postings = ValueAttribute[tuple[Posting, ...]](tuple[Posting, ...])
    points = ValueAttribute[tuple[PointsPosting, ...]](tuple[PointsPosting, ...])
    refs = ValueAttribute[dict[str, str]](dict[str, str])
    day_shard = UnicodeAttribute()
    by_day = DayIndex()


class LineRow(Table):
    """One member's statement; a line is also the mark that its entry has been counted."""

    class Meta:
        table_name = table_name("wallet-lines")

    member_id = UnicodeAttribute(hash_key=True)
    key = UnicodeAttribute(range_key=True)
    entry_id = UnicodeAttribute()
    kind = UnicodeAttribute()
    at = TimeAttribute()
    refs = ValueAttribute[dict[str, str]](dict[str, str])
    pending_fen = FenAttribute()
    available_fen = FenAttribute()
    frozen_fen = FenAttribute()
    debt_fen = FenAttribute()


class TotalsRow(Table):
    """The lines folded: scope ``ALL``, ``M#{month}``, and ``D#{day}`` for each business day with earnings."""

    class Meta:
        table_name = table_name("wallet-totals")

    member_id = UnicodeAttribute(hash_key=True)
    scope = UnicodeAttribute(range_key=True)
    lines = IntAttribute()
    pending_fen = FenAttribute()
    available_fen = FenAttribute()
    frozen_fen = FenAttribute()
    debt_fen = FenAttribute()
    earned_fen = FenAttribute()
    withdrawn_fen = FenAttribute()
    spent_fen = FenAttribute()
    taken_fen = FenAttribute(null=True)
    matured_fen = FenAttribute(null=True)


class PointsRow(Table):
    """One member's stored points; the version makes every change one of what was read."""

    class Meta:
        table_name = table_name("points")

    member_id = UnicodeAttribute(hash_key=True)
    available = IntAttribute()
    debt = IntAttribute()
    used = IntAttribute()
    version = IntAttribute()
    checked_in_on = UnicodeAttribute(null=True)
    streak_days = IntAttribute(null=True)


class LotDueIndex(GlobalSecondaryIndex["LotRow"]):  # type: ignore[no-untyped-call]
    """Lots by when somebody must look at them: to tell the member, then to take them away."""

    class Meta:
        index_name = "due"
        projection = AllProjection()

    due_shard = UnicodeAttribute(hash_key=True)
    due_at = TimeAttribute(range_key=True)


class LotRow(Table):
    """Points that run out together; gone when they have."""

    class Meta:
        table_name = table_name("points-lots")

    member_id = UnicodeAttribute(hash_key=True)
    key = UnicodeAttribute(range_key=True)
    lot_id = UnicodeAttribute()
    points = IntAttribute()
    expires_at = TimeAttribute()
    is_told = BooleanAttribute()
    due_shard = UnicodeAttribute()
    due_at = TimeAttribute()
    by_due = LotDueIndex()


class PointsLineRow(Table):
    """One member's statement of points."""

    class Meta:
        table_name = table_name("points-lines")

    member_id = UnicodeAttribute(hash_key=True)
    key = UnicodeAttribute(range_key=True)
    entry_id = UnicodeAttribute()
    kind = UnicodeAttribute()
    at = TimeAttribute()
    refs = ValueAttribute[dict[str, str]](dict[str, str])
    pending = IntAttribute()
    available = IntAttribute()
    debt = IntAttribute()


class GrantStateIndex(GlobalSecondaryIndex["GrantRow"]):  # type: ignore[no-untyped-call]
    """Grants of one state, by when they were asked."""

    class Meta:
        index_name = "state"
        projection = AllProjection()

    status = UnicodeAttribute(hash_key=True)
    asked_at = TimeAttribute(range_key=True)


class GrantRow(Table):
    """Points given by staff, and who agreed."""

    class Meta:
        table_name = table_name("points-grants")

    grant_id = UnicodeAttribute(hash_key=True)
    member_id = UnicodeAttribute()
    points = IntAttribute()
    reason = UnicodeAttribute()
    status = UnicodeAttribute()
    asked_by = UnicodeAttribute()
    asked_at = TimeAttribute()
    decided_by = UnicodeAttribute(null=True)
    decided_at = TimeAttribute(null=True)
    version = IntAttribute()
    by_state = GrantStateIndex()
