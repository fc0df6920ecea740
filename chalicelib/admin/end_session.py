"""A staff member ends one of the own sessions, say on a computer left behind (G2)."""

from chalicelib.admin.rules import SessionUnknown
from chalicelib.kernel import sessions
from chalicelib.kernel.dynamo import commit


def end_session(staff_id: str, session_id: str) -> None:
    """That session is over at once. Raises ``SessionUnknown``, for somebody else's too."""
    if session_id not in {one.session_id for one in sessions.live(staff_id)}:
        raise SessionUnknown()
    commit(sessions.end(session_id))
