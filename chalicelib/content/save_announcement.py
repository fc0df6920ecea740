"""Write an announcement, or change one that is not published (G5)."""

from dataclasses import replace

from chalicelib.content import store
from chalicelib.content.rules import Announcement, demand_draft
from chalicelib.kernel import clock, ids
from chalicelib.kernel.dynamo import commit


def save_announcement(title: str, text: str, *, announcement_id: str | None = None) -> Announcement:
    """Keep the words; a new announcement begins as a draft.

    Raises ``AnnouncementUnknown``, ``AnnouncementNotDraft``, ``AnnouncementChanged``.
    """
    if announcement_id is None:
        made = Announcement(ids.new_id("AN"), "DRAFT", title, text, made_at=clock.now())
        commit(store.put_announcement(made, version=0))
        return made
    announcement, version = store.load_announcement(announcement_id)
    demand_draft(announcement)
    changed = replace(announcement, title=title, text=text)
    commit(store.put_announcement(changed, version=version))
    return changed
