"""Renew a member's session."""

from chalicelib.kernel import sessions
from chalicelib.kernel.dynamo import commit
from chalicelib.kernel.sessions import Tokens
from chalicelib.members import store
from chalicelib.members.rules import Member, demand_active


def refresh(refresh_token: str) -> tuple[Member, Tokens]:
    """Fresh tokens for a refresh token that is good once.

    Raises ``SessionOver``, and ``MemberBlocked`` or ``MemberClosed`` for those kept out meanwhile.
    """
    session = sessions.resume(refresh_token, "member")
    member = store.load(session.owner_id)
    demand_active(member)
    tokens, write = sessions.renew(session)
    commit(write)
    return member, tokens
