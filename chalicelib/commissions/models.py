"""Tables of this room; only ``commissions.store`` touches them."""

from pynamodb.attributes import UnicodeAttribute, UnicodeSetAttribute
from pynamodb.indexes import AllProjection, GlobalSecondaryIndex, KeysOnlyProjection

from chalicelib.commissions.rules import Note, Part
from chalicelib.kernel.dynamo import (
    FenAttribute,
    IntAttribute,
    Table,
    TimeAttribute,
    ValueAttribute,
    table_name,
)


class PayeeIndex(GlobalSecondaryIndex["CommissionRow"]):  # type: ignore[no-untyped-call]
    """One member's commissions, by when they were credited."""

    class Meta:
        index_name = "payee"
        projection = AllProjection()

    payee_id = UnicodeAttribute(hash_key=True)
    created_at = TimeAttribute(range_key=True)


class DueIndex(GlobalSecondaryIndex["CommissionRow"]):  # type: ignore[no-untyped-call]
    """Commissions whose window has been started; both attributes are absent otherwise."""

    class Meta:
        index_name = "due"
        projection = KeysOnlyProjection()

    due_shard = UnicodeAttribute(hash_key=True)
    due_at = TimeAttribute(range_key=True)


class ComingIndex(GlobalSecondaryIndex["CommissionRow"]):  # type: ignore[no-untyped-call]
    """What one member may look forward to, soonest first."""

    class Meta:
        index_name = "coming"
        projection = KeysOnlyProjection()

    payee_id = UnicodeAttribute(hash_key=True)
    due_at = TimeAttribute(range_key=True)


class CommissionRow(Table):
    """See ``rules.Commission``. ``due_at`` is when to look next, ``matures_at`` what the member is told."""

    class Meta:
        table_name = table_name("commissions")

    order_id = UnicodeAttribute(hash_key=True)
    payee_rule = UnicodeAttribute(range_key=True)
    payee_id = UnicodeAttribute()
    rule = UnicodeAttribute()
    level = IntAttribute()
    buyer_id = UnicodeAttribute()
    state = UnicodeAttribute()
    amount_fen = FenAttribute()
    created_at = TimeAttribute()
    plan_id = UnicodeAttribute()
    plan_version = IntAttribute()
    plan_name = UnicodeAttribute()
    cap_bps = IntAttribute()
    parts = ValueAttribute[tuple[Part, ...]](tuple[Part, ...])
    distributor_level_id = UnicodeAttribute()
    distributor_level_name = UnicodeAttribute()
    excluded = UnicodeAttribute(null=True)
    period_id = UnicodeAttribute(null=True)
    clawed_fen = FenAttribute()
    refunded_fen = FenAttribute()
    refunded_by_line = ValueAttribute[dict[str, int]](dict[str, int])
    holds = UnicodeSetAttribute(null=True)
    matures_at = TimeAttribute(null=True)
    matured_at = TimeAttribute(null=True)
    rule_title = UnicodeAttribute(null=True)
    base = UnicodeAttribute(null=True)
    form = UnicodeAttribute(null=True)
    share_bps = IntAttribute(null=True)
    unit_fen = FenAttribute(null=True)
    units = IntAttribute(null=True)
    ref = UnicodeAttribute(null=True)
    notes = ValueAttribute[tuple[Note, ...]](tuple[Note, ...], null=True)
    trimmed_fen = FenAttribute(null=True)
    kept_units = IntAttribute(null=True)
    due_shard = UnicodeAttribute(null=True)
    due_at = TimeAttribute(null=True)
    by_payee = PayeeIndex()
    due = DueIndex()
    coming = ComingIndex()


class PlanRow(Table):
    """All plans lie under one hash key: they are few, and one query gives the whole timeline."""

    class Meta:
        table_name = table_name("rebate-plans")

    shelf = UnicodeAttribute(hash_key=True)
    plan_id = UnicodeAttribute(range_key=True)
    version = IntAttribute()
    name = UnicodeAttribute()
    status = UnicodeAttribute()
    rules_json = UnicodeAttribute()
    """See ``kinds.as_json``."""
    caps_json = UnicodeAttribute()
    cap_bps = IntAttribute()
    entry_fee_fen = FenAttribute()
    note = UnicodeAttribute()
    based_on = UnicodeAttribute(null=True)
    revision = IntAttribute()
    created_at = TimeAttribute(null=True)
    edited_by = UnicodeAttribute(null=True)
    submitted_by = UnicodeAttribute(null=True)
    submitted_at = TimeAttribute(null=True)
    approved_by = UnicodeAttribute(null=True)
    approved_at = TimeAttribute(null=True)
    published_at = TimeAttribute(null=True)
    starts_at = TimeAttribute(null=True)
    ends_at = TimeAttribute(null=True)


class SpentRow(Table):
    """What was paid within a period's cap or a budget, see ``trim.Room``."""

    class Meta:
        table_name = table_name("commission-spent")

    counter = UnicodeAttribute(hash_key=True)
    spent_fen = FenAttribute()


class HeadcountIndex(GlobalSecondaryIndex["TreeRow"]):  # type: ignore[no-untyped-call]
    """The largest teams of each shard."""

    class Meta:
        index_name = "headcount"
        projection = AllProjection()

    shard = UnicodeAttribute(hash_key=True)
    headcount = IntAttribute(range_key=True)


class EarnedIndex(GlobalSecondaryIndex["TreeRow"]):  # type: ignore[no-untyped-call]
    """The best paid roots of each shard."""

    class Meta:
        index_name = "earned"
        projection = AllProjection()

    shard = UnicodeAttribute(hash_key=True)
    earned_fen = FenAttribute(range_key=True)


class TreeRow(Table):
    """See ``rules.Tree``; a projection kept by followers."""

    class Meta:
        table_name = table_name("commission-trees")

    root_id = UnicodeAttribute(hash_key=True)
    shard = UnicodeAttribute()
    headcount = IntAttribute()
    heads_1 = IntAttribute()
    heads_2 = IntAttribute()
    heads_3 = IntAttribute()
    earned_fen = FenAttribute()
    earned_0_fen = FenAttribute()
    earned_1_fen = FenAttribute()
    earned_2_fen = FenAttribute()
    earned_3_fen = FenAttribute()
    by_headcount = HeadcountIndex()
    by_earned = EarnedIndex()


class MarkRow(Table):
    """A stream event that was counted; forgotten after the stream itself has."""

    class Meta:
        table_name = table_name("commission-marks")

    mark = UnicodeAttribute(hash_key=True)
    forget_at = IntAttribute()


class PeriodCloseRow(Table):
    """See ``decide_period.PeriodClose``; put only."""

    class Meta:
        table_name = table_name("period-closes")

    member_id = UnicodeAttribute(hash_key=True)
    period_id = UnicodeAttribute(range_key=True)
    closed_at = TimeAttribute()
    plan_id = UnicodeAttribute()
    plan_version = IntAttribute()
    counted = ValueAttribute[dict[str, int]](dict[str, int])
    carried = ValueAttribute[dict[str, int]](dict[str, int])
    amount_fen = FenAttribute()
    rows = ValueAttribute[tuple[str, ...]](tuple[str, ...])
    to_date = ValueAttribute[dict[str, int]](dict[str, int])


class PeriodTotalRow(Table):
    """What a period paid so far, spread over shards; grows in each payee's own transaction."""

    class Meta:
        table_name = table_name("period-totals")

    period_id = UnicodeAttribute(hash_key=True)
    shard = UnicodeAttribute(range_key=True)
    payees = IntAttribute()
    amount_fen = FenAttribute()
