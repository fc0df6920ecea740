"""Make or change one of the shop's own roles (G2)."""

from chalicelib.admin import store
from chalicelib.admin.rules import Role, RoleFixed, demand_holds, demand_known
from chalicelib.kernel import ids
from chalicelib.kernel.dynamo import commit


def save_role(name: str, permissions: list[str], *, by: str, role_id: str | None = None) -> Role:
    """Keep the role; without ``role_id`` it is new.

    Raises ``PermissionUnknown``, ``NotYoursToGrant``, ``RoleUnknown``, ``RoleFixed``, ``RoleChanged``.
    """
    actor, roles = store.load_staff(by), store.roles()
    before = store.load_role(role_id) if role_id else None
    if before is not None and before.is_preset:
        raise RoleFixed()
    demand_known(permissions)
    demand_holds(actor, {*permissions, *(before.permissions if before else ())}, roles)
    role = Role(
        role_id=before.role_id if before else ids.new_id("RO"),
        name=name.strip(),
        permissions=tuple(sorted(set(permissions))),
        version=before.version + 1 if before else 1,
    )
    commit(store.put_role(role), store.still(actor))
    return role
