"""What the contract promises of refusals: clients branch on ``code``, so a door refuses only in codes that
its contract lists under that status. Every request that a test makes is held to it (design §5)."""

import functools
import re

from chalicelib import front_door
from chalicelib.kernel import openapi
from chalicelib.kernel.http import Door

NOBODYS = {500: {"BUG"}, 503: {"CROWDED", "UNREACHABLE"}}
"""Accidents, not refusals: any door may meet them, and none can say more than `try again`."""


def hold(method: str, path: str, status: int, code: str) -> None:
    """Raises ``AssertionError`` when the door at this path never promised to refuse so."""
    door = _door(method, path.partition("?")[0])
    promised = openapi.refusals(door).get(status, set()) | NOBODYS.get(status, set())
    assert code in promised, f"{door.method} {door.path}: {status} {code} is not among {sorted(promised)}"


@functools.cache
def _door(method: str, path: str) -> Door:
    """The most literal of those that fit, as the gateway picks it."""
    fitting = [door for door in _doors() if door.method == method and _shape(door.path).fullmatch(path)]
    return min(fitting, key=lambda door: door.path.count("{"))


@functools.cache
def _doors() -> list[Door]:
    return front_door.all_doors()


@functools.cache
def _shape(template: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"{\w+}", "[^/]+", template) + "/?")
