"""Sign a staff member in (G2)."""

from chalicelib.admin import store
from chalicelib.admin.record import record
from chalicelib.admin.rules import Staff, WrongStaffPassword
from chalicelib.kernel import limits, log, passwords, sessions
from chalicelib.kernel.auth import Entrant
from chalicelib.kernel.dynamo import commit
from chalicelib.kernel.limits import Limit
from chalicelib.kernel.sessions import Tokens

_PER_USERNAME = Limit("staff-password", times=5, minutes=15)
_PER_ADDRESS = Limit("staff-password-ip", times=20, minutes=15)
"""Wider than for a name: an office stands behind one address."""


def sign_in(username: str, password: str, *, ip: str, request_id: str) -> tuple[Staff, Tokens]:
    """The staff member whom this password proves, and a session; the audit keeps that it happened.

    Unknown, disabled and wrong all answer ``WrongStaffPassword`` at the same cost. Raises ``TooOften``
    after five failures for a username or twenty from an address.
    """
    staff = _proved(username.strip().lower(), password, ip)
    # The second factor (TOTP) will be asked for here, before a session is given.
    tokens, started = sessions.start("staff", staff.staff_id, "console")
    entrant = Entrant("staff", staff.staff_id, tokens.session_id, "console")
    audited = record(
        [started],
        entrant=entrant,
        door_name="POST /console/sign-in",
        request_id=request_id,
        ip=ip,
        body={"username": staff.username},
    )
    commit(started, audited)
    return staff, tokens


def _proved(username: str, password: str, ip: str) -> Staff:
    uses = ((_PER_USERNAME, username), (_PER_ADDRESS, ip))
    limits.take(*uses)
    staff_id = store.staff_id_of(username)
    staff = store.find_staff(staff_id)
    is_right = passwords.matches(store.password_hash(staff_id), password)
    if staff is None or not is_right or staff.status != "ACTIVE":
        log.count("staff_sign_in_failed")
        raise WrongStaffPassword()
    limits.give_back(*uses)
    return staff
