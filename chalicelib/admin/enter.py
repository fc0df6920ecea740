"""Judge whether a staff member may pass a door; the front door installs it as the check ``staff``."""

from chalicelib.admin import store
from chalicelib.admin.matching_step import FactorMustBeSet, StaffRules
from chalicelib.admin.rules import PasswordMustChange, StaffSignedOut, granted
from chalicelib.kernel import sessions, settings
from chalicelib.kernel.auth import OWN, Entrant
from chalicelib.kernel.errors import Forbidden
from chalicelib.kernel.sessions import SessionOver

REFUSALS = (SessionOver, StaffSignedOut, PasswordMustChange, FactorMustBeSet)


def enter(entrant: Entrant, permission: str) -> None:
    """Let pass who is active and holds ``permission`` by a role.

    Read at every entry, so signing out, a disabled account and a changed role count at once. ``OWN``
    needs no role, and a job goes on when the session of whoever asked is over.
    Raises ``SessionOver``, ``StaffSignedOut``, ``PasswordMustChange``,
    ``FactorMustBeSet`` or ``Forbidden``.
    """
    staff = store.find_staff(entrant.id)
    if staff is None or staff.status != "ACTIVE":
        raise StaffSignedOut()
    if entrant.via != "job" and not sessions.is_live(entrant.session_id):
        raise SessionOver()
    if permission == OWN:
        return
    if staff.must_change_password:
        raise PasswordMustChange()
    if staff.factor_at is None and entrant.via != "job" and settings.read(StaffRules).must_have_factor:
        raise FactorMustBeSet()
    if staff.is_owner:
        return
    if permission not in granted(staff, store.roles()):
        raise Forbidden()
