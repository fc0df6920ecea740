"""An owner takes away the second factor of somebody whose phone is lost (G2)."""

from chalicelib.admin import store
from chalicelib.admin.rules import OnlyOwners, Staff, demand_may_change
from chalicelib.kernel import sessions
from chalicelib.kernel.dynamo import commit


def reset_factor(staff_id: str, *, by: str) -> Staff:
    """The password alone signs in again, until a new factor is set up; every session ends.

    Nobody does so for oneself: whoever took over a session would only have to ask. Raises
    ``StaffUnknown``, ``CannotChangeSelf``, ``OnlyOwners``, ``StaffChanged``.
    """
    actor, target = store.load_staff(by), store.load_staff(staff_id)
    demand_may_change(actor, target, (), store.roles())
    if not actor.is_owner:
        raise OnlyOwners()
    commit(store.remove_factor(target), store.still(actor), sessions.end_all(staff_id))
    return store.load_staff(staff_id)
