"""Let somebody work in the console (G2)."""

from chalicelib.admin import store
from chalicelib.admin.rules import Staff, StaffExists, cleaned_staff_username, demand_may_change
from chalicelib.kernel import clock, ids, passwords
from chalicelib.kernel.dynamo import commit


def add_staff(username: str, name: str, role_ids: list[str], *, by: str) -> tuple[Staff, str]:
    """The new staff member and its first password, shown this once and to be changed at once.

    Raises ``BadStaffUsername``, ``StaffExists``, ``RoleUnknown``, ``OnlyOwners``, ``NotYoursToGrant``.
    """
    actor = store.load_staff(by)
    demand_may_change(actor, None, role_ids, store.roles())
    cleaned = cleaned_staff_username(username)
    staff_id = store.staff_id_of(cleaned)
    if store.find_staff(staff_id) is not None:
        raise StaffExists()
    staff = Staff(
        staff_id=staff_id,
        username=cleaned,
        name=name.strip(),
        status="ACTIVE",
        role_ids=tuple(dict.fromkeys(role_ids)),
        must_change_password=True,
        made_at=clock.now(),
        password_changed_at=None,
        version=1,
    )
    first_password = ids.short_code(12)
    commit(store.put_staff(staff, passwords.hashed(first_password)), store.still(actor))
    return staff, first_password
