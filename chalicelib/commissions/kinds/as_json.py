"""Rules and caps as JSON, as the doors take them and the table keeps them. Pure."""

import functools

from pydantic import TypeAdapter

from chalicelib.commissions.kinds.model import Cap, Rule


def rules_json(rules: tuple[Rule, ...]) -> str:
    """The rules as JSON."""
    return _rules().dump_json(rules).decode()


def rules_of(text: str) -> tuple[Rule, ...]:
    """The rules that ``rules_json`` wrote."""
    return _rules().validate_json(text)


def caps_json(caps: tuple[Cap, ...]) -> str:
    """A plan's own caps as JSON."""
    return _caps().dump_json(caps).decode()


def caps_of(text: str) -> tuple[Cap, ...]:
    """The caps that ``caps_json`` wrote."""
    return _caps().validate_json(text)


@functools.cache
def _rules() -> TypeAdapter[tuple[Rule, ...]]:
    return TypeAdapter(tuple[Rule, ...])


@functools.cache
def _caps() -> TypeAdapter[tuple[Cap, ...]]:
    return TypeAdapter(tuple[Cap, ...])
