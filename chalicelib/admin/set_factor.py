"""Put a second factor in force by its first code (G2)."""

from chalicelib.admin import store
from chalicelib.admin.matching_step import FactorNotOffered, FactorThere, WrongFirstCode, matching_step
from chalicelib.admin.rules import Staff
from chalicelib.kernel import clock, limits, sessions
from chalicelib.kernel.dynamo import commit
from chalicelib.kernel.limits import Limit

_PER_STAFF = Limit("staff-first-code", times=10, minutes=15)


def set_factor(staff_id: str, code: str, *, session_id: str) -> Staff:
    """From now on signing in takes a code; every other session ends.

    Raises ``FactorThere``, ``FactorNotOffered``, ``WrongFirstCode``, ``TooOften``, ``StaffChanged``.
    """
    staff, offered = store.load_staff(staff_id), store.factor(staff_id, is_offered=True)
    if staff.factor_at is not None:
        raise FactorThere()
    if offered is None:
        raise FactorNotOffered()
    limits.take((_PER_STAFF, staff_id))
    step = matching_step(offered.secret(staff_id), code, at=clock.now(), after=None)
    if step is None:
        raise WrongFirstCode()
    commit(store.set_factor(staff, offered, step), sessions.end_all(staff_id, but=session_id))
    return store.load_staff(staff_id)
