"""Reading what WeChat sends, field by field: a missing or ill-typed one is ``BadShape``, never a guess."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from chalicelib.kernel.clock import parse
from chalicelib.kernel.money import MAX_FEN, Fen


class BadShape(ValueError):
    """WeChat's answer or notice is not shaped as documented; the text names the field, not its value."""


def text(source: Mapping[str, Any], name: str) -> str:
    """A text that must be there and not be empty."""
    value = source.get(name)
    if not isinstance(value, str) or not value:
        raise BadShape(name)
    return value


def optional_text(source: Mapping[str, Any], name: str) -> str | None:
    """A text that may be missing or empty."""
    return text(source, name) if source.get(name) not in (None, "") else None


def fen(source: Mapping[str, Any], name: str) -> Fen:
    """Whole fen, not negative; a boolean or a number with a point is refused."""
    value = source.get(name)
    if type(value) is not int or not 0 <= value <= MAX_FEN:
        raise BadShape(name)
    return Fen(value)


def moment(source: Mapping[str, Any], name: str) -> datetime:
    """An RFC 3339 time, in UTC."""
    try:
        return parse(text(source, name))
    except ValueError:
        raise BadShape(name) from None


def optional_moment(source: Mapping[str, Any], name: str) -> datetime | None:
    """A time that may be missing."""
    return moment(source, name) if source.get(name) else None


def part(source: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """An object inside."""
    value = source.get(name)
    if not isinstance(value, dict):
        raise BadShape(name)
    return value


def one_of(source: Mapping[str, Any], name: str, allowed: Sequence[str]) -> str:
    """A text out of a closed list; a value WeChat adds later is ``BadShape`` until we know it."""
    value = text(source, name)
    if value not in allowed:
        raise BadShape(name)
    return value
