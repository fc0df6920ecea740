"""Let an owner in again from a script: nobody in the console may do so for the last one (G2)."""

from chalicelib.admin import store
from chalicelib.admin.rules import MIN_PASSWORD, OnlyOwners, Staff, cleaned_staff_username
from chalicelib.kernel import passwords, sessions
from chalicelib.kernel.dynamo import commit


def recover_owner(username: str, password: str) -> Staff:
    """An owner has this password and no second factor from now on; every session ends.

    Whoever runs it holds the keys of the cloud account already. Raises ``StaffUnknown``, ``OnlyOwners``
    for whoever is none, ``BadStaffUsername``, ``WeakPassword``, ``StaffChanged``.
    """
    cleaned = cleaned_staff_username(username)
    owner = store.load_staff(store.staff_id_of(cleaned))
    if not owner.is_owner:
        raise OnlyOwners()
    passwords.check_new(password, username=cleaned, min_length=MIN_PASSWORD)
    commit(
        store.set_password(owner, passwords.hashed(password), must_change=False, with_factor=False),
        sessions.end_all(owner.staff_id),
    )
    return store.load_staff(owner.staff_id)
