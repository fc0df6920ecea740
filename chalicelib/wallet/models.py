"""Tables of this room; only ``wallet.store`` touches them."""

from pynamodb.attributes import UnicodeAttribute
from pynamodb.indexes import AllProjection, GlobalSecondaryIndex

from chalicelib.kernel.dynamo import (
    FenAttribute,
    IntAttribute,
    Table,
    TimeAttribute,
    ValueAttribute,
    table_name,
)
from chalicelib.wallet.rules import Posting


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
    """The lines folded: scope ``ALL``, and ``D#{day}`` for each business day with earnings."""

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
