"""Sign a staff member out on this device."""

from chalicelib.kernel import sessions
from chalicelib.kernel.dynamo import commit


def sign_out(session_id: str) -> None:
    """End the session: its refresh token is worth nothing from now on."""
    commit(sessions.end(session_id))
