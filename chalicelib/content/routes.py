"""Members' doors to what the shop tells them (N2)."""

from typing import Any

from chalicelib.content import rules, store
from chalicelib.content.accept_messages import accept_messages
from chalicelib.content.read_notice import read_notice
from chalicelib.content.rules import KINDS, ShopProfile, SubscribeMessages
from chalicelib.content.schemas import (
    AcceptedIn,
    AnnouncementOut,
    AnnouncementsOut,
    InboxOut,
    NoticeOut,
    ShopOut,
    SubscriptionOut,
    SubscriptionsOut,
)
from chalicelib.kernel import settings
from chalicelib.kernel.auth import anyone, member
from chalicelib.kernel.http import Ask, Doors, Nothing, Paging

doors = Doors("/shop")


@doors.get("/inbox", who=member, query=Paging, returns=InboxOut)
def list_notices(ask: Ask[Any]) -> InboxOut:
    """The asking member's notices, newest first, and how many are unread."""
    found = store.notices(ask.who.id, limit=ask.query.limit, cursor=ask.query.next)
    items = [NoticeOut.model_validate(one) for one in found.items]
    return InboxOut(items=items, next=found.next, unread=store.unread_count(ask.who.id))


@doors.post("/inbox/{notice_id}/read", who=member, returns=Nothing, status=204, errors=(rules.NoticeUnknown,))
def mark_read(ask: Ask[Any]) -> None:
    """Mark a notice as read."""
    read_notice(ask.who.id, ask.path["notice_id"])


@doors.get("/subscriptions", who=member, returns=SubscriptionsOut)
def list_subscriptions(ask: Ask[Any]) -> SubscriptionsOut:
    """Which messages the client may ask the member to accept."""
    return _subscriptions(ask.who.id)


@doors.post("/subscriptions", who=member, body=AcceptedIn, returns=SubscriptionsOut)
def accept(ask: Ask[AcceptedIn]) -> SubscriptionsOut:
    """Remember which messages the member has just accepted."""
    accept_messages(ask.who.id, ask.body.kinds)
    return _subscriptions(ask.who.id)


@doors.get("/announcements", who=anyone, query=Paging, returns=AnnouncementsOut)
def list_announcements(ask: Ask[Any]) -> AnnouncementsOut:
    """What the shop announces, last published first."""
    found = store.published_announcements(limit=ask.query.limit, cursor=ask.query.next)
    return AnnouncementsOut(
        items=[AnnouncementOut.model_validate(one) for one in found.items], next=found.next
    )


@doors.get("/profile", who=anyone, returns=ShopOut)
def read_shop(ask: Ask[Any]) -> ShopOut:
    """What the shop is called, and how to reach its customer service."""
    return ShopOut.model_validate(settings.read(ShopProfile))


def _subscriptions(member_id: str) -> SubscriptionsOut:
    accepted = store.accepted(member_id)
    return SubscriptionsOut(
        items=[
            SubscriptionOut(
                kind=one.kind,
                title=KINDS[one.kind].title,
                template_id=one.template_id,
                accepted=accepted.get(one.kind, 0),
            )
            for one in settings.read(SubscribeMessages).templates
        ]
    )
