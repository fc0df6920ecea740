"""Sign a member in with a username and a password (M1)."""

from chalicelib.kernel import limits, passwords
from chalicelib.kernel.limits import Limit
from chalicelib.members import store
from chalicelib.members.rules import Member, WrongPassword, demand_active

_PER_USERNAME = Limit("member-password", times=5, minutes=15)
_PER_ADDRESS = Limit("member-password-ip", times=20, minutes=15)
"""Wider than for a name: a whole town may stand behind one address of a mobile network."""


def sign_in_with_password(username: str, password: str, *, ip: str) -> Member:
    """The member whom this password proves.

    An unknown username gets the same ``WrongPassword`` at the same cost. Raises ``TooOften`` after
    five failures for a username or twenty from an address, and ``MemberBlocked``, ``MemberClosed``.
    """
    name = username.strip().lower()
    uses = ((_PER_USERNAME, name), (_PER_ADDRESS, ip))
    limits.take(*uses)
    credential = store.credential(name)
    is_right = passwords.matches(credential.password_hash if credential else None, password)
    if credential is None or not is_right:
        raise WrongPassword()
    limits.give_back(*uses)
    member = store.load(credential.member_id)
    demand_active(member)
    return member
