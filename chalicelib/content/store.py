"""Notices, announcements and accepted messages in their tables."""

from datetime import datetime, timedelta

from chalicelib.content.models import AnnouncementRow, InboxRow, SubscriptionRow
from chalicelib.content.rules import (
    KEPT_DAYS,
    Announcement,
    AnnouncementChanged,
    AnnouncementUnknown,
    MessageState,
    Notice,
    NoticeUnknown,
)
from chalicelib.kernel.dynamo import Write, delete, put, put_new, update
from chalicelib.kernel.paging import Page, page

_SHELF = "all"
MAX_COUNTED = 100


def find_notice(member_id: str, notice_id: str) -> Notice | None:
    """The member's own notice."""
    row = InboxRow.find(member_id, notice_id)
    return None if row is None else row.as_value(Notice)


def notices(member_id: str, *, limit: int = 20, cursor: str | None = None) -> Page[Notice]:
    """The member's notices, newest first."""
    found = page(InboxRow.recent, member_id, limit=limit, cursor=cursor)
    return found.map(lambda row: row.as_value(Notice))


def unread_count(member_id: str) -> int:
    """How many notices are unread, counted up to 100."""
    # PynamoDB's own count() reads on past its limit
    return sum(1 for _ in InboxRow.unread.query(member_id, limit=MAX_COUNTED))


def put_notice(notice: Notice) -> Write:
    """Put a notice once; ``ConditionFailed`` when the event was told before."""
    forget_at = int((notice.made_at + timedelta(days=KEPT_DAYS)).timestamp())
    return put_new(InboxRow.of_value(notice, unread_at=notice.made_at, forget_at=forget_at))


def mark_read(member_id: str, notice_id: str, at: datetime) -> Write:
    """Take a notice off the unread ones; the first time of reading stays."""
    actions = [InboxRow.unread_at.remove(), InboxRow.read_at.set(InboxRow.read_at | at)]
    there = InboxRow.notice_id.exists()
    return update(InboxRow, (member_id, notice_id), actions, there, otherwise=NoticeUnknown)


def drop_notice(notice: Notice) -> Write:
    """Take a notice away."""
    return delete(InboxRow, (notice.member_id, notice.notice_id))


def mark_message(notice: Notice, state: MessageState) -> Write:
    """Note what became of the subscribe message."""
    key = (notice.member_id, notice.notice_id)
    return update(InboxRow, key, [InboxRow.message.set(state)], InboxRow.notice_id.exists())


def accepted(member_id: str) -> dict[str, int]:
    """How many messages of each kind the member has accepted and not yet got, as far as we know."""
    return {row.kind: row.accepted for row in SubscriptionRow.query(member_id)}


def accept(member_id: str, kind: str) -> Write:
    """The member allowed one more message of this kind."""
    return update(SubscriptionRow, (member_id, kind), [SubscriptionRow.accepted.add(1)])


def drop_accepted(member_id: str, kind: str) -> Write:
    """Forget what the member accepted of this kind."""
    return delete(SubscriptionRow, (member_id, kind))


def used_up(member_id: str, kind: str, *, all_of_them: bool) -> Write:
    """A message was sent, or WeChat says there is nothing left. ``ConditionFailed`` when none was left."""
    rest = SubscriptionRow.accepted.set(0) if all_of_them else SubscriptionRow.accepted.add(-1)
    return update(SubscriptionRow, (member_id, kind), [rest], SubscriptionRow.accepted > 0)


def load_announcement(announcement_id: str) -> tuple[Announcement, int]:
    """The announcement and its version. Raises ``AnnouncementUnknown``."""
    row = AnnouncementRow.find(_SHELF, announcement_id)
    if row is None:
        raise AnnouncementUnknown()
    return row.as_value(Announcement), row.version


def announcements(*, limit: int = 20, cursor: str | None = None) -> Page[Announcement]:
    """All announcements, newest first."""
    found = page(AnnouncementRow, _SHELF, limit=limit, cursor=cursor)
    return found.map(lambda row: row.as_value(Announcement))


def published_announcements(*, limit: int = 20, cursor: str | None = None) -> Page[Announcement]:
    """What everybody may read, last published first."""
    found = page(AnnouncementRow.published, _SHELF, limit=limit, cursor=cursor)
    return found.map(lambda row: row.as_value(Announcement))


def put_announcement(announcement: Announcement, *, version: int) -> Write:
    """Keep the announcement if it still has ``version``; 0 is a new one."""
    row = AnnouncementRow.of_value(announcement, shelf=_SHELF, version=version + 1)
    if version == 0:
        return put_new(row, AnnouncementChanged)
    return put(row, AnnouncementRow.version == version, AnnouncementChanged)
