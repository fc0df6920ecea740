"""What staff write about a member: a note and tags (M3)."""

from chalicelib.kernel.dynamo import commit
from chalicelib.members import store
from chalicelib.members.rules import Member


def annotate(member_id: str, *, note: str | None = None, tags: list[str] | None = None) -> Member:
    """Set the note or the tags, whichever is given. Raises ``MemberUnknown``."""
    store.load(member_id)
    if note is not None:
        commit(store.set_note(member_id, note.strip()))
    if tags is not None:
        commit(store.set_tags(member_id, tuple(dict.fromkeys(tags))))
    return store.load(member_id)
