"""Keep a member out (M3)."""

from chalicelib.kernel.dynamo import commit
from chalicelib.members import store
from chalicelib.members.rules import Member, status_after


def block(member_id: str, *, reason: str) -> Member:
    """Keep the member out: it can neither sign in nor renew a session.

    An access token in use ends within half an hour. Raises ``MemberUnknown``, ``MemberClosed``.
    """
    member = store.load(member_id)
    commit(store.set_status(member, status_after(member, "BLOCKED"), reason=reason))
    return store.load(member_id)
