"""Make an owner from a script, where nobody is signed in yet (G2)."""

from chalicelib.admin import store
from chalicelib.admin.rules import MIN_PASSWORD, OWNER, Staff, cleaned_staff_username
from chalicelib.kernel import clock, passwords
from chalicelib.kernel.dynamo import commit


def create_owner(username: str, name: str, password: str, *, must_change: bool = True) -> Staff:
    """An owner with this password, which is to be changed at the first sign-in unless told otherwise.

    Raises ``StaffExists`` when the username is taken, ``BadStaffUsername``, ``WeakPassword``.
    """
    cleaned = cleaned_staff_username(username)
    passwords.check_new(password, username=cleaned, min_length=MIN_PASSWORD)
    staff = Staff(
        staff_id=store.staff_id_of(cleaned),
        username=cleaned,
        name=name.strip(),
        status="ACTIVE",
        role_ids=(OWNER,),
        must_change_password=must_change,
        made_at=clock.now(),
        password_changed_at=None,
        version=1,
    )
    commit(store.put_staff(staff, passwords.hashed(password)))
    return staff
