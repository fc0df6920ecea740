"""Give a member who has proved who it is a session."""

from chalicelib.kernel import sessions
from chalicelib.kernel.dynamo import commit
from chalicelib.kernel.sessions import Tokens
from chalicelib.members.rules import Member, demand_active


def start_session(member: Member, via: str) -> Tokens:
    """Tokens of a new session; ``via`` is mp, oa or web. Raises ``MemberBlocked`` or ``MemberClosed``."""
    demand_active(member)
    tokens, write = sessions.start("member", member.member_id, via)
    commit(write)
    return tokens
