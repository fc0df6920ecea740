"""Take an announcement back."""

from dataclasses import replace

from chalicelib.content import store
from chalicelib.content.rules import Announcement
from chalicelib.kernel.dynamo import commit


def withdraw_announcement(announcement_id: str) -> Announcement:
    """Let nobody read it any more; staff keep it. Raises ``AnnouncementUnknown``, ``AnnouncementChanged``."""
    announcement, version = store.load_announcement(announcement_id)
    if announcement.status == "WITHDRAWN":
        return announcement
    withdrawn = replace(announcement, status="WITHDRAWN", published_at=None)
    commit(store.put_announcement(withdrawn, version=version))
    return withdrawn
