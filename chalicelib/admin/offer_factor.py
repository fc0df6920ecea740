"""Let a staff member scan a second factor into a phone (G2)."""

from dataclasses import dataclass

from chalicelib.admin import store
from chalicelib.admin.matching_step import FactorThere
from chalicelib.admin.rules import WrongOldPassword
from chalicelib.kernel import crypto, limits, passwords
from chalicelib.kernel.dynamo import commit
from chalicelib.kernel.limits import Limit

_PER_STAFF = Limit("staff-old-password", times=5, minutes=15)
_SHOP = "Fenxiao"


@dataclass(frozen=True)
class FactorOffer:
    """What the phone scans or, without a camera, what is typed into it; shown this once."""

    secret: str
    uri: str
    qr: str
    """The picture of ``uri`` as an SVG data address."""


def offer_factor(staff_id: str, password: str) -> FactorOffer:
    """A fresh secret, worth nothing until its first code comes (``set_factor``).

    The password is asked for again, so that a session left open binds nobody else's phone. Raises
    ``FactorThere``, ``WrongOldPassword``, ``TooOften``, ``StaffChanged``.
    """
    import segno
    from pyotp import TOTP

    staff = store.load_staff(staff_id)
    if staff.factor_at is not None:
        raise FactorThere()
    limits.take((_PER_STAFF, staff_id))
    if not passwords.matches(store.password_hash(staff_id), password):
        raise WrongOldPassword()
    limits.give_back((_PER_STAFF, staff_id))
    secret = crypto.random_secret()
    commit(store.offer_factor(staff, secret))
    uri = TOTP(secret).provisioning_uri(name=staff.username, issuer_name=_SHOP)
    return FactorOffer(secret, uri, segno.make_qr(uri, error="m").svg_data_uri(scale=5, border=4))
