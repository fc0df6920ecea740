"""Tables of this room; only ``service.store`` touches them."""

from pynamodb.attributes import UnicodeAttribute
from pynamodb.indexes import AllProjection, GlobalSecondaryIndex, IncludeProjection

from chalicelib.kernel.dynamo import IntAttribute, Table, TimeAttribute, ValueAttribute, table_name


class ShownIndex(GlobalSecondaryIndex["ReviewRow"]):  # type: ignore[no-untyped-call]
    """A product's shown reviews by when they were written."""

    class Meta:
        index_name = "shown"
        projection = AllProjection()

    shown_product_id = UnicodeAttribute(hash_key=True)
    at = TimeAttribute(range_key=True)


class WriterIndex(GlobalSecondaryIndex["ReviewRow"]):  # type: ignore[no-untyped-call]
    """A member's own reviews."""

    class Meta:
        index_name = "writer"
        projection = AllProjection()

    member_id = UnicodeAttribute(hash_key=True)
    at = TimeAttribute(range_key=True)


class ReviewDayIndex(GlobalSecondaryIndex["ReviewRow"]):  # type: ignore[no-untyped-call]
    """All reviews of one business day."""

    class Meta:
        index_name = "day"
        projection = IncludeProjection(["state"])

    day = UnicodeAttribute(hash_key=True)
    at = TimeAttribute(range_key=True)


class ReviewRow(Table):
    """One review; the last block is there for the indexes only."""

    class Meta:
        table_name = table_name("reviews")

    review_id = UnicodeAttribute(hash_key=True)
    order_id = UnicodeAttribute()
    line_no = IntAttribute()
    product_id = UnicodeAttribute()
    title = UnicodeAttribute()
    sku_name = UnicodeAttribute()
    member_id = UnicodeAttribute()
    stars = IntAttribute()
    text = UnicodeAttribute()
    picture_keys = ValueAttribute[tuple[str, ...]](tuple[str, ...])
    state = UnicodeAttribute()
    at = TimeAttribute()
    fingerprint = UnicodeAttribute()
    reply = UnicodeAttribute(null=True)
    replied_at = TimeAttribute(null=True)
    hidden_reason = UnicodeAttribute(null=True)
    version = IntAttribute()
    counted_stars = IntAttribute()

    day = UnicodeAttribute()
    shown_product_id = UnicodeAttribute(null=True)
    by_shown = ShownIndex()
    by_writer = WriterIndex()
    by_day = ReviewDayIndex()


class ReviewSumsRow(Table):
    """How many shown reviews of a product have so many stars; folded from the reviews."""

    class Meta:
        table_name = table_name("review-sums")

    product_id = UnicodeAttribute(hash_key=True)
    stars_1 = IntAttribute(null=True)
    stars_2 = IntAttribute(null=True)
    stars_3 = IntAttribute(null=True)
    stars_4 = IntAttribute(null=True)
    stars_5 = IntAttribute(null=True)
