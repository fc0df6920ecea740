"""Sign a staff member in (G2)."""

from chalicelib.admin import store
from chalicelib.admin.matching_step import FactorNeeded, WrongCode, matching_step
from chalicelib.admin.record import record
from chalicelib.admin.rules import Staff, StaffChanged, WrongStaffPassword
from chalicelib.kernel import clock, limits, log, passwords, sessions
from chalicelib.kernel.auth import Entrant
from chalicelib.kernel.dynamo import Write, commit
from chalicelib.kernel.limits import Limit
from chalicelib.kernel.sessions import Tokens

_PER_USERNAME = Limit("staff-password", times=5, minutes=15)
_PER_ADDRESS = Limit("staff-password-ip", times=20, minutes=15)
"""Wider than for a name: an office stands behind one address."""


def sign_in(
    username: str, password: str, code: str | None = None, *, ip: str, request_id: str
) -> tuple[Staff, Tokens]:
    """The staff member whom this password proves, and a session; the audit keeps that it happened.

    Whoever has a second factor gives its ``code``, too, which is used up with the session it opens:
    ``FactorNeeded`` without one, ``WrongCode`` with a wrong or a used one, which counts as a failure.
    Unknown, disabled and wrong all answer ``WrongStaffPassword`` at the same cost. Raises ``TooOften``
    after five failures for a username or twenty from an address.
    """
    staff, code_used = _proved(username.strip().lower(), password, code, ip)
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
    commit(started, audited, code_used)
    return staff, tokens


def _proved(username: str, password: str, code: str | None, ip: str) -> tuple[Staff, list[Write]]:
    uses = ((_PER_USERNAME, username), (_PER_ADDRESS, ip))
    limits.take(*uses)
    staff_id = store.staff_id_of(username)
    staff = store.find_staff(staff_id)
    is_right = passwords.matches(store.password_hash(staff_id), password)
    if staff is None or not is_right or staff.status != "ACTIVE":
        log.count("staff_sign_in_failed")
        raise WrongStaffPassword()
    if staff.factor_at is not None and code is None:
        limits.give_back(*uses)
        raise FactorNeeded()
    code_used = [] if staff.factor_at is None else [_code_used(staff, code or "")]
    limits.give_back(*uses)
    return staff, code_used


def _code_used(staff: Staff, code: str) -> Write:
    factor = store.factor(staff.staff_id)
    if factor is None:
        raise StaffChanged()
    step = matching_step(factor.secret(staff.staff_id), code, at=clock.now(), after=factor.step)
    if step is None:
        log.count("staff_sign_in_failed")
        raise WrongCode()
    return store.use_code(staff.staff_id, factor, step)
