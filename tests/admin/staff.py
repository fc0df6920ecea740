"""Staff as they come to be in the product."""

from pyotp import TOTP

from chalicelib.admin.add_staff import add_staff
from chalicelib.admin.change_password import change_password
from chalicelib.admin.create_owner import create_owner
from chalicelib.admin.offer_factor import offer_factor
from chalicelib.admin.rules import Staff
from chalicelib.admin.set_factor import set_factor
from chalicelib.kernel import clock
from tests.support import people

PASSWORD = "four plain words"


def owner(username: str = "boss") -> Staff:
    """An owner who has changed the first password."""
    return create_owner(username, "店主", PASSWORD, must_change=False)


def employee(username: str, *role_ids: str, by: Staff) -> Staff:
    """Somebody with these roles who has changed the first password."""
    made, first = add_staff(username, username, list(role_ids), by=by.staff_id)
    return change_password(made.staff_id, first, PASSWORD, session_id="")


def with_factor(staff: Staff) -> TOTP:
    """The codes of a second factor that this one has set up; the first is used up."""
    codes = TOTP(offer_factor(staff.staff_id, PASSWORD).secret)
    set_factor(staff.staff_id, codes.at(clock.now()), session_id="")
    return codes


def token(staff: Staff) -> str:
    """An access token as sign-in gives it."""
    return people.staff_token(staff.staff_id)
