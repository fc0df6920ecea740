"""Rows of boards and of who is on them; only ``ranking.store`` touches them."""

from pynamodb.attributes import UnicodeAttribute
from pynamodb.indexes import AllProjection, GlobalSecondaryIndex

from chalicelib.kernel.dynamo import IntAttribute, Table, TimeAttribute, ValueAttribute, table_name
from chalicelib.ranking.rules import Line


class ShardIndex(GlobalSecondaryIndex["EntrantRow"]):  # type: ignore[no-untyped-call]
    """Whoever opted in, spread over shards: folding walks them by id."""

    class Meta:
        index_name = "shard"
        projection = AllProjection()

    shard = UnicodeAttribute(hash_key=True)
    member_id = UnicodeAttribute(range_key=True)


class EntrantRow(Table):
    """There while this distributor wants to be seen on boards."""

    class Meta:
        table_name = table_name("ranking-entrants")

    member_id = UnicodeAttribute(hash_key=True)
    shard = UnicodeAttribute()
    since = TimeAttribute()
    by_shard = ShardIndex()


class DraftRow(Table):
    """See ``rules.Draft``."""

    class Meta:
        table_name = table_name("ranking-drafts")

    month = UnicodeAttribute(hash_key=True)
    started_at = TimeAttribute()
    sales = ValueAttribute[tuple[Line, ...]](tuple[Line, ...])
    buyers = ValueAttribute[tuple[Line, ...]](tuple[Line, ...])
    shard = IntAttribute()
    after = UnicodeAttribute(null=True)
    version = IntAttribute()


class BoardRow(Table):
    """See ``rules.Board``; replaced whole."""

    class Meta:
        table_name = table_name("ranking-boards")

    month = UnicodeAttribute(hash_key=True)
    as_of = TimeAttribute()
    sales = ValueAttribute[tuple[Line, ...]](tuple[Line, ...])
    buyers = ValueAttribute[tuple[Line, ...]](tuple[Line, ...])
