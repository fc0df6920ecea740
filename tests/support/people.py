"""People for tests, made through the rooms' own verbs and stores."""

import functools
from collections.abc import Sequence

from chalicelib.admin import store
from chalicelib.admin.rules import Role, Staff
from chalicelib.kernel import clock
from chalicelib.kernel.crypto import random_token
from chalicelib.kernel.dynamo import commit
from chalicelib.kernel.passwords import hashed


def make_staff(staff_id: str, permissions: Sequence[str]) -> None:
    """A staff member with one role of these permissions; called again, the role grants these instead."""
    role_id = f"RO{staff_id}"
    before = store.roles().get(role_id)
    version = before.version + 1 if before else 1
    commit(store.put_role(Role(role_id, "测试角色", tuple(permissions), version=version)))
    if store.find_staff(staff_id) is None:
        commit(store.put_staff(_staff(staff_id, role_id), _password()))


@functools.cache
def _password() -> str:
    """Of nobody's knowing; hashed once, since that is made to be slow."""
    return hashed(random_token())


def _staff(staff_id: str, role_id: str) -> Staff:
    return Staff(
        staff_id=staff_id,
        username=staff_id.lower(),
        name="测试员",
        status="ACTIVE",
        role_ids=(role_id,),
        must_change_password=False,
        made_at=clock.now(),
        password_changed_at=None,
        version=1,
    )
