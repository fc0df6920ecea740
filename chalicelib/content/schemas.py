"""What the doors of this room take and give."""

from datetime import datetime
from typing import Annotated

from pydantic import Field

from chalicelib.content.rules import AnnouncementStatus
from chalicelib.kernel.http import Body, Out


class NoticeOut(Out):
    """One entry of the inbox."""

    notice_id: str
    kind: str
    title: str
    text: str
    page: str = Field(description="Where it leads in the client; empty for nowhere.")
    made_at: datetime
    read_at: datetime | None


class ShopOut(Out):
    """The shop as everybody sees it; empty texts where it tells nothing."""

    name: str
    service_phone: str
    service_hours: str


class InboxOut(Out):
    """A page of the inbox, newest first."""

    items: list[NoticeOut]
    next: str | None = None
    unread: int = Field(description="Unread notices in all, counted up to 100.")


class SubscriptionOut(Out):
    """A kind of message that the client may ask the member to accept."""

    kind: str
    title: str
    template_id: str
    accepted: int = Field(description="Accepted and not yet used, as far as we know.")


class SubscriptionsOut(Out):
    """All kinds that have a template."""

    items: list[SubscriptionOut]
    next: str | None = None


class AcceptedIn(Body):
    """What the member accepted in wx.requestSubscribeMessage."""

    kinds: list[Annotated[str, Field(max_length=40)]] = Field(min_length=1, max_length=20)


class AnnouncementIn(Body):
    """The words of an announcement."""

    title: str = Field(title="标题", min_length=1, max_length=40, pattern=r"\S")
    text: str = Field(title="内容", min_length=1, max_length=5000, pattern=r"\S")


class AnnouncementOut(Out):
    """What everybody may read."""

    announcement_id: str
    title: str
    text: str
    published_at: datetime | None


class AnnouncementsOut(Out):
    """A page of announcements."""

    items: list[AnnouncementOut]
    next: str | None = None


class StaffAnnouncementOut(AnnouncementOut):
    """An announcement as staff see it."""

    status: AnnouncementStatus
    made_at: datetime


class StaffAnnouncementsOut(Out):
    """A page of announcements as staff see them."""

    items: list[StaffAnnouncementOut]
    next: str | None = None
