"""Let everybody read an announcement."""

from dataclasses import replace

from chalicelib.content import store
from chalicelib.content.rules import Announcement
from chalicelib.kernel import clock
from chalicelib.kernel.dynamo import commit


def publish_announcement(announcement_id: str) -> Announcement:
    """Publish it; twice is once. Raises ``AnnouncementUnknown``, ``AnnouncementChanged``."""
    announcement, version = store.load_announcement(announcement_id)
    if announcement.status == "PUBLISHED":
        return announcement
    published = replace(announcement, status="PUBLISHED", published_at=clock.now())
    commit(store.put_announcement(published, version=version))
    return published
