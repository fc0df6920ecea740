"""People for tests, made through the rooms' own verbs and stores."""

import functools
from collections.abc import Sequence

from chalicelib.admin import store
from chalicelib.admin.rules import Role, Staff
from chalicelib.kernel import clock, sessions
from chalicelib.kernel.auth import Entrant, access_token
from chalicelib.kernel.crypto import random_token
from chalicelib.kernel.dynamo import commit, put
from chalicelib.kernel.passwords import hashed
from chalicelib.kernel.sessions import LONGEST, SessionRow


def make_staff(staff_id: str, permissions: Sequence[str]) -> None:
    """A staff member with one role of these permissions; called again, the role grants these instead."""
    role_id = f"RO{staff_id}"
    before = store.roles().get(role_id)
    version = before.version + 1 if before else 1
    commit(store.put_role(Role(role_id, "测试角色", tuple(permissions), version=version)))
    if store.find_staff(staff_id) is None:
        commit(store.put_staff(_staff(staff_id, role_id), _password()))


def staff_token(staff_id: str) -> str:
    """An access token as sign-in gives it; the session is made once and lasts as long as any."""
    entrant = Entrant("staff", staff_id, f"SE{staff_id}", "console")
    if not sessions.is_live(entrant.session_id):
        commit(put(_session(entrant)))
    return access_token(entrant)


def _session(entrant: Entrant) -> SessionRow:
    at = clock.now()
    return SessionRow(
        entrant.session_id,
        owner_id=entrant.id,
        kind=entrant.kind,
        via=entrant.via,
        token_hash="",
        started_at=at,
        idle_until=at + LONGEST["staff"],
        ends_at=at + LONGEST["staff"],
        forget_at=int((at + LONGEST["staff"]).timestamp()),
    )


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
