"""Change what a staff member may do, or keep it out (G2)."""

from dataclasses import replace

from chalicelib.admin import store
from chalicelib.admin.rules import Staff, StaffStatus, demand_may_change
from chalicelib.kernel import sessions
from chalicelib.kernel.dynamo import commit


def change_staff(staff_id: str, name: str, role_ids: list[str], *, status: StaffStatus, by: str) -> Staff:
    """Set name, roles and status of somebody else; counts at that one's next step.

    Disabling ends every session, so that being let in again begins with the password.

    The actor's own standing is checked in the same commit, so of two owners who disable each other
    at once only one succeeds and an owner is always left. Raises ``StaffUnknown``,
    ``CannotChangeSelf``, ``OnlyOwners``, ``RoleUnknown``, ``NotYoursToGrant``, ``StaffChanged``.
    """
    actor, target = store.load_staff(by), store.load_staff(staff_id)
    demand_may_change(actor, target, role_ids, store.roles())
    changed = replace(target, name=name.strip(), role_ids=tuple(dict.fromkeys(role_ids)), status=status)
    ended = sessions.end_all(staff_id) if status == "DISABLED" else []
    commit(store.change_staff(target, changed), store.still(actor), ended)
    return store.load_staff(staff_id)
