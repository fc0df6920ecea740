"""Passwords: kept only as argon2id hashes, checked at the same cost whether somebody is known or not.

The cost follows OWASP's password storage advice for argon2id (19 MiB, two passes, one lane), which
a small Lambda function pays in some tens of milliseconds.
"""

import base64
import functools
import itertools
from typing import Any

from chalicelib.kernel.errors import Invalid

MAX_LENGTH = 64
_MEMORY_KIB, _PASSES, _LANES = 19_456, 2, 1


class WeakPassword(Invalid):
    title = "密码太简单"
    detail = "请换一个不容易猜到的密码。"


def check_new(password: str, *, username: str, min_length: int) -> None:
    """Accept a new password. Raises ``WeakPassword`` on one that is short, long or quickly guessed."""
    if len(password) < min_length:
        raise WeakPassword(f"密码至少要 {min_length} 位。")
    if len(password) > MAX_LENGTH:
        raise WeakPassword(f"密码最多 {MAX_LENGTH} 位。")
    plain = password.casefold()
    if username and username.casefold() in plain:
        raise WeakPassword("密码里不要包含用户名。")
    if len(set(plain)) < 5 or _is_run(plain):
        raise WeakPassword()


def hashed(password: str) -> str:
    """The text to keep instead of the password."""
    text: str = _hasher().hash(password)
    return text


def matches(stored: str | None, password: str) -> bool:
    """Whether ``password`` is the one of ``stored``.

    Nobody stored (``None``) costs the same time, so that an answer's delay names no user.
    """
    from argon2.exceptions import VerifyMismatchError

    try:
        _hasher().verify(stored or _NOBODY, password)
    except VerifyMismatchError:
        return False
    return stored is not None


@functools.cache
def _hasher() -> Any:
    import argon2

    return argon2.PasswordHasher(time_cost=_PASSES, memory_cost=_MEMORY_KIB, parallelism=_LANES)


def _is_run(text: str) -> bool:
    """``12345678``, ``hgfedcba``: each letter the next one, up or down."""
    steps = {ord(after) - ord(before) for before, after in itertools.pairwise(text)}
    return steps in ({1}, {-1})


def _zeros(count: int) -> str:
    return base64.b64encode(bytes(count)).rstrip(b"=").decode()


_NOBODY = f"$argon2id$v=19$m={_MEMORY_KIB},t={_PASSES},p={_LANES}${_zeros(16)}${_zeros(32)}"
"""A hash that no password has, at the cost of a real one."""
