"""Take one of the shop's own roles away (G2)."""

from chalicelib.admin import store
from chalicelib.admin.rules import RoleFixed, RoleInUse, demand_holds
from chalicelib.kernel.dynamo import commit


def remove_role(role_id: str, *, by: str) -> None:
    """Remove a role that nobody holds. Raises ``RoleUnknown``, ``RoleFixed``, ``RoleInUse``, ``RoleChanged``.

    Somebody given the role at this very moment holds a role that grants nothing.
    """
    actor, role = store.load_staff(by), store.load_role(role_id)
    if role.is_preset:
        raise RoleFixed()
    demand_holds(actor, role.permissions, store.roles())
    if any(role_id in one.role_ids for one in store.all_staff()):
        raise RoleInUse()
    commit(store.remove_role(role), store.still(actor))
