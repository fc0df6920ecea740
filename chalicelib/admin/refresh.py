"""Renew a staff member's session."""

from chalicelib.admin import store
from chalicelib.admin.rules import Staff, StaffSignedOut
from chalicelib.kernel import sessions
from chalicelib.kernel.dynamo import commit
from chalicelib.kernel.sessions import Tokens


def refresh(refresh_token: str) -> tuple[Staff, Tokens]:
    """Fresh tokens for a refresh token that is good once. Raises ``SessionOver``, ``StaffSignedOut``."""
    session = sessions.resume(refresh_token, "staff")
    staff = store.find_staff(session.owner_id)
    if staff is None or staff.status != "ACTIVE":
        raise StaffSignedOut()
    tokens, write = sessions.renew(session)
    commit(write)
    return staff, tokens
