"""A staff member changes its own password; the first one must be changed (G2)."""

from chalicelib.admin import store
from chalicelib.admin.rules import MIN_PASSWORD, Staff, WrongOldPassword
from chalicelib.kernel import limits, passwords, sessions
from chalicelib.kernel.dynamo import commit
from chalicelib.kernel.limits import Limit
from chalicelib.kernel.passwords import WeakPassword

_PER_STAFF = Limit("staff-old-password", times=5, minutes=15)


def change_password(staff_id: str, old: str, new: str, *, session_id: str) -> Staff:
    """Set the new password and end every other session of this staff member.

    Raises ``WrongOldPassword``, ``WeakPassword``, ``TooOften``.
    """
    staff = store.load_staff(staff_id)
    passwords.check_new(new, username=staff.username, min_length=MIN_PASSWORD)
    limits.take((_PER_STAFF, staff_id))
    if not passwords.matches(store.password_hash(staff_id), old):
        raise WrongOldPassword()
    limits.give_back((_PER_STAFF, staff_id))
    if new == old:
        raise WeakPassword("新密码不能和原密码一样。")
    commit(
        store.set_password(staff, passwords.hashed(new), must_change=False),
        sessions.end_all(staff_id, but=session_id),
    )
    return store.load_staff(staff_id)
