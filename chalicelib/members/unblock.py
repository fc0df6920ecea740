"""Let a blocked member in again (M3)."""

from chalicelib.kernel.dynamo import commit
from chalicelib.members import store
from chalicelib.members.rules import Member, status_after


def unblock(member_id: str) -> Member:
    """Let the member in again. Raises ``MemberUnknown``, ``MemberClosed``."""
    member = store.load(member_id)
    commit(store.set_status(member, status_after(member, "ACTIVE"), reason=None))
    return store.load(member_id)
