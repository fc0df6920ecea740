"""Rows of notices, announcements and accepted subscribe messages."""

from pynamodb.attributes import UnicodeAttribute
from pynamodb.indexes import AllProjection, GlobalSecondaryIndex, KeysOnlyProjection

from chalicelib.kernel.dynamo import IntAttribute, Table, TimeAttribute, table_name


class RecentIndex(GlobalSecondaryIndex["InboxRow"]):  # type: ignore[no-untyped-call]
    """A member's notices by time."""

    class Meta:
        index_name = "recent"
        projection = AllProjection()

    member_id = UnicodeAttribute(hash_key=True)
    made_at = TimeAttribute(range_key=True)


class UnreadIndex(GlobalSecondaryIndex["InboxRow"]):  # type: ignore[no-untyped-call]
    """A member's unread notices, to count them."""

    class Meta:
        index_name = "unread"
        projection = KeysOnlyProjection()

    member_id = UnicodeAttribute(hash_key=True)
    unread_at = TimeAttribute(range_key=True)


class InboxRow(Table):
    """One notice; its id is derived from the event, so the same event is told once."""

    class Meta:
        table_name = table_name("inbox")

    member_id = UnicodeAttribute(hash_key=True)
    notice_id = UnicodeAttribute(range_key=True)
    kind = UnicodeAttribute()
    title = UnicodeAttribute()
    text = UnicodeAttribute()
    page = UnicodeAttribute()
    made_at = TimeAttribute()
    unread_at = TimeAttribute(null=True)
    """As ``made_at`` until it is read, then absent."""
    read_at = TimeAttribute(null=True)
    message = UnicodeAttribute()
    forget_at = IntAttribute()
    recent = RecentIndex()
    unread = UnreadIndex()


class SubscriptionRow(Table):
    """How many messages of a kind the member has accepted; a hint only, WeChat has the last word."""

    class Meta:
        table_name = table_name("subscriptions")

    member_id = UnicodeAttribute(hash_key=True)
    kind = UnicodeAttribute(range_key=True)
    accepted = IntAttribute()


class PublishedIndex(GlobalSecondaryIndex["AnnouncementRow"]):  # type: ignore[no-untyped-call]
    """What everybody may read, by when it was published."""

    class Meta:
        index_name = "published"
        projection = AllProjection()

    shelf = UnicodeAttribute(hash_key=True)
    published_at = TimeAttribute(range_key=True)


class AnnouncementRow(Table):
    """One announcement; a shop has few, so one shelf holds them all."""

    class Meta:
        table_name = table_name("announcements")

    shelf = UnicodeAttribute(hash_key=True)
    announcement_id = UnicodeAttribute(range_key=True)
    status = UnicodeAttribute()
    title = UnicodeAttribute()
    text = UnicodeAttribute()
    made_at = TimeAttribute()
    published_at = TimeAttribute(null=True)
    version = IntAttribute()
    published = PublishedIndex()
