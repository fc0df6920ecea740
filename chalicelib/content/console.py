"""Staff's doors to announcements (G5)."""

from typing import Any

from chalicelib.content import rules, store
from chalicelib.content.publish_announcement import publish_announcement
from chalicelib.content.rules import Announcement
from chalicelib.content.save_announcement import save_announcement
from chalicelib.content.schemas import AnnouncementIn, StaffAnnouncementOut, StaffAnnouncementsOut
from chalicelib.content.withdraw_announcement import withdraw_announcement
from chalicelib.kernel.auth import staff
from chalicelib.kernel.http import Ask, Doors, Paging

doors = Doors("/console")
_EDIT = staff("content.edit")
_ERRORS = (rules.AnnouncementUnknown, rules.AnnouncementChanged)


@doors.get("/announcements", who=_EDIT, query=Paging, returns=StaffAnnouncementsOut)
def list_all(ask: Ask[Any]) -> StaffAnnouncementsOut:
    """All announcements, newest first."""
    found = store.announcements(limit=ask.query.limit, cursor=ask.query.next)
    return StaffAnnouncementsOut(items=[_shown(one) for one in found.items], next=found.next)


@doors.post("/announcements", who=_EDIT, body=AnnouncementIn, returns=StaffAnnouncementOut, status=201)
def write_announcement(ask: Ask[AnnouncementIn]) -> StaffAnnouncementOut:
    """Write an announcement; nobody sees it before it is published."""
    return _shown(save_announcement(ask.body.title, ask.body.text))


@doors.put(
    "/announcements/{announcement_id}",
    who=_EDIT,
    body=AnnouncementIn,
    returns=StaffAnnouncementOut,
    errors=(*_ERRORS, rules.AnnouncementNotDraft),
)
def change_announcement(ask: Ask[AnnouncementIn]) -> StaffAnnouncementOut:
    """Change the words of an announcement that is not published."""
    given = ask.body
    changed = save_announcement(given.title, given.text, announcement_id=ask.path["announcement_id"])
    return _shown(changed)


@doors.post(
    "/announcements/{announcement_id}/publish", who=_EDIT, returns=StaffAnnouncementOut, errors=_ERRORS
)
def publish(ask: Ask[Any]) -> StaffAnnouncementOut:
    """Let everybody read an announcement."""
    return _shown(publish_announcement(ask.path["announcement_id"]))


@doors.post(
    "/announcements/{announcement_id}/withdraw", who=_EDIT, returns=StaffAnnouncementOut, errors=_ERRORS
)
def take_back(ask: Ask[Any]) -> StaffAnnouncementOut:
    """Let nobody read an announcement any more."""
    return _shown(withdraw_announcement(ask.path["announcement_id"]))


def _shown(announcement: Announcement) -> StaffAnnouncementOut:
    return StaffAnnouncementOut.model_validate(announcement)
