"""Tables of this room; only ``team.store`` touches them."""

from pynamodb.attributes import UnicodeAttribute
from pynamodb.indexes import AllProjection, GlobalSecondaryIndex

from chalicelib.kernel.dynamo import FenAttribute, IntAttribute, Table, table_name


class EarnedIndex(GlobalSecondaryIndex["ContributionRow"]):  # type: ignore[no-untyped-call]
    """One level of one team, by what each brought; whoever is in no team now is not there."""

    class Meta:
        index_name = "earned"
        projection = AllProjection()

    team = UnicodeAttribute(hash_key=True)
    earned_fen = FenAttribute(range_key=True)


class ContributionRow(Table):
    """See ``rules.Contribution``; a projection kept by followers. The buyer comes first, so that a star's
    team is spread over the table and everything of one buyer lies together."""

    class Meta:
        table_name = table_name("team-contributions")

    downline_id = UnicodeAttribute(hash_key=True)
    upline_id = UnicodeAttribute(range_key=True)
    level = IntAttribute(null=True)
    team = UnicodeAttribute(null=True)
    earned_fen = FenAttribute()
    orders = IntAttribute()
    sales_fen = FenAttribute()
    by_earned = EarnedIndex()


class MarkRow(Table):
    """What the projection has counted already; forgotten after the stream itself has."""

    class Meta:
        table_name = table_name("team-marks")

    mark = UnicodeAttribute(hash_key=True)
    forget_at = IntAttribute()
