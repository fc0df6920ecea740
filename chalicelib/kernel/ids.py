"""Names of things: two capitals and 26 letters or digits, 28 in all.

WeChat takes at most 32 letters and digits as an order, refund or bill number, so every id of ours
can serve as one. Fresh ids are ULIDs and sort by time; derived ids name a consequence, so that
doing a thing twice meets itself (trust A3).
"""

import hashlib
import secrets
from collections.abc import Callable

from chalicelib.kernel import clock

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_random: Callable[[int], bytes] = secrets.token_bytes


def new_id(prefix: str) -> str:
    """A fresh id, e.g. ``OR01KB5…``; sorts by the time it was made."""
    _check(prefix)
    milliseconds = int(clock.now().timestamp() * 1000)
    return prefix + _encode((milliseconds << 80) | int.from_bytes(_random(10)), 26)


def derived_id(prefix: str, *parts: str) -> str:
    """The one id that these parts have, the same each time."""
    _check(prefix)
    digest = hashlib.sha256("\x1f".join(parts).encode()).digest()
    return prefix + _encode(int.from_bytes(digest[:16]), 26)


def short_code(length: int = 8) -> str:
    """A fresh random code for people and QR codes; no letters that look like digits."""
    return "".join(_ALPHABET[byte % 32] for byte in _random(length))


def shard_of(key: str, shards: int) -> int:
    """Spread ``key`` evenly over 0 … shards-1, the same each time."""
    return int.from_bytes(hashlib.sha256(key.encode()).digest()[:4]) % shards


def install(random: Callable[[int], bytes] | None) -> None:
    """Take randomness from ``random``; ``None`` goes back to the system's."""
    global _random
    _random = random or secrets.token_bytes


def _check(prefix: str) -> None:
    assert len(prefix) == 2 and prefix.isascii() and prefix.isupper(), prefix


def _encode(number: int, length: int) -> str:
    letters = []
    for _ in range(length):
        number, digit = divmod(number, 32)
        letters.append(_ALPHABET[digit])
    return "".join(reversed(letters))
