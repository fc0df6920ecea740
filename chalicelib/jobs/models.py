"""Rows of long work; a row is forgotten some weeks after its result."""

from pynamodb.attributes import UnicodeAttribute
from pynamodb.indexes import AllProjection, GlobalSecondaryIndex, KeysOnlyProjection

from chalicelib.kernel.dynamo import IntAttribute, Table, TimeAttribute, table_name


class MineIndex(GlobalSecondaryIndex["JobRow"]):  # type: ignore[no-untyped-call]
    """One person's jobs by when they were asked for."""

    class Meta:
        index_name = "mine"
        projection = AllProjection()

    by = UnicodeAttribute(hash_key=True)
    created_at = TimeAttribute(range_key=True)


class DueIndex(GlobalSecondaryIndex["JobRow"]):  # type: ignore[no-untyped-call]
    """Open jobs by when somebody may go on with them; there are few."""

    class Meta:
        index_name = "due"
        projection = KeysOnlyProjection()

    due_shard = UnicodeAttribute(hash_key=True)
    due_at = TimeAttribute(range_key=True)


class JobRow(Table):
    """See ``rules.Job``."""

    class Meta:
        table_name = table_name("jobs")

    job_id = UnicodeAttribute(hash_key=True)
    kind = UnicodeAttribute()
    title = UnicodeAttribute()
    permission = UnicodeAttribute()
    by = UnicodeAttribute()
    params_json = UnicodeAttribute()
    file_name = UnicodeAttribute()
    status = UnicodeAttribute()
    created_at = TimeAttribute()
    moved_at = TimeAttribute()
    due_at = TimeAttribute()
    due_shard = UnicodeAttribute(null=True)
    expires_at = TimeAttribute()
    input_hash = UnicodeAttribute(null=True)
    step = IntAttribute()
    cursor = UnicodeAttribute(null=True)
    done = IntAttribute()
    total = IntAttribute(null=True)
    pieces = IntAttribute()
    result_bytes = IntAttribute(null=True)
    summary_json = UnicodeAttribute()
    error = UnicodeAttribute(null=True)
    tries = IntAttribute()
    finished_at = TimeAttribute(null=True)
    version = IntAttribute()
    forget_at = IntAttribute()
    mine = MineIndex()
    due = DueIndex()
