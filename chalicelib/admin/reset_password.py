"""Give a staff member who forgot the password a first password again (G2)."""

from chalicelib.admin import store
from chalicelib.admin.rules import Staff, demand_may_change
from chalicelib.kernel import ids, passwords, sessions
from chalicelib.kernel.dynamo import commit


def reset_password(staff_id: str, *, by: str) -> tuple[Staff, str]:
    """A first password, shown this once and to be changed at once; every session ends.

    Raises ``StaffUnknown``, ``CannotChangeSelf``, ``OnlyOwners``, ``NotYoursToGrant``, ``StaffChanged``.
    """
    actor, target = store.load_staff(by), store.load_staff(staff_id)
    demand_may_change(actor, target, (), store.roles())
    first_password = ids.short_code(12)
    commit(
        store.set_password(target, passwords.hashed(first_password), must_change=True),
        store.still(actor),
        sessions.end_all(staff_id),
    )
    return store.load_staff(staff_id), first_password
