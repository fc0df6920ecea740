"""Become a member with a username and a password, for the H5 shop outside WeChat (M1)."""

from chalicelib.kernel import clock, ids, limits, passwords
from chalicelib.kernel.dynamo import commit
from chalicelib.kernel.limits import Limit
from chalicelib.members import store
from chalicelib.members.rules import (
    MIN_PASSWORD,
    Credential,
    Member,
    UsernameTaken,
    cleaned_username,
    new_member,
)

_PER_ADDRESS = Limit("sign-up", times=20, minutes=60)


def sign_up(username: str, password: str, *, ip: str) -> Member:
    """A new member who signs in with this username.

    Raises ``BadUsername``, ``WeakPassword``, ``UsernameTaken``, and ``TooOften`` per IP address.
    """
    name = cleaned_username(username)
    passwords.check_new(password, username=name, min_length=MIN_PASSWORD)
    limits.take((_PER_ADDRESS, ip))
    member = new_member(ids.new_id("ME"), clock.now(), username=name)
    credential = Credential(member.member_id, passwords.hashed(password))
    commit(store.put_username(name, credential, UsernameTaken), store.put_member(member))
    return member
