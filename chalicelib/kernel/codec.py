"""Frozen dataclasses in and out of DynamoDB's typed values, by their type hints.

A row may hold values of its own (an order its lines, a commission its explanation). They are plain
frozen dataclasses; this codec stores them as maps and lists and gives the same values back. It knows
whole numbers, texts, booleans, times, enums, tuples, string-keyed dicts and dataclasses, and refuses
the rest: a float above all (invariant 1).
"""

import dataclasses
import functools
import types
import typing
from collections.abc import Callable
from datetime import date, datetime
from enum import Enum
from typing import Any

from chalicelib.kernel.clock import parse, rfc3339

Typed = dict[str, Any]


def dump(value: Any) -> Typed:
    """``value`` as DynamoDB writes it, e.g. ``{"N": "7"}``. Raises ``TypeError`` on a float."""
    if value is None:
        return {"NULL": True}
    if isinstance(value, bool):
        return {"BOOL": value}
    if isinstance(value, Enum):
        return {"S": str(value.value)}
    if isinstance(value, int):
        return {"N": str(value)}
    if isinstance(value, str):
        return {"S": value}
    if isinstance(value, datetime):
        return {"S": rfc3339(value)}
    if isinstance(value, date):
        return {"S": value.isoformat()}
    if isinstance(value, tuple | list):
        return {"L": [dump(inner) for inner in value]}
    if isinstance(value, dict):
        return {"M": {str(key): dump(inner) for key, inner in value.items()}}
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {
            "M": {
                field.name: dump(inner)
                for field in dataclasses.fields(value)
                if (inner := getattr(value, field.name)) is not None and not _is_nothing(inner, field)
            }
        }
    raise TypeError(f"a table cannot hold {type(value).__name__}: {value!r}")


def _is_nothing(inner: Any, field: "dataclasses.Field[Any]") -> bool:
    """Empty by default: not written, because every byte of a row is paid for."""
    if inner not in ((), "", {}):
        return False
    return inner == field.default or field.default_factory is dict


def load(hint: Any, typed: Typed) -> Any:
    """The value of type ``hint`` that ``dump`` wrote."""
    return _loader(hint)(typed)


@functools.cache
def _loader(hint: Any) -> Callable[[Typed], Any]:
    while isinstance(hint, typing.NewType):
        hint = hint.__supertype__
    origin = typing.get_origin(hint)
    if origin in (typing.Union, types.UnionType):
        (inner,) = (part for part in typing.get_args(hint) if part is not type(None))
        some = _loader(inner)
        return lambda typed: None if "NULL" in typed else some(typed)
    if origin in (tuple, list):
        item = _loader(typing.get_args(hint)[0])
        return lambda typed: origin(item(part) for part in typed["L"])
    if origin is dict:
        item = _loader(typing.get_args(hint)[1])
        return lambda typed: {key: item(part) for key, part in typed["M"].items()}
    if origin is typing.Literal or hint is str:
        return _text
    if hint is bool:
        return lambda typed: bool(typed["BOOL"])
    if hint is int:
        return lambda typed: int(typed["N"])
    if hint is datetime:
        return lambda typed: parse(typed["S"])
    if hint is date:
        return lambda typed: date.fromisoformat(typed["S"])
    if isinstance(hint, type) and issubclass(hint, Enum):
        return lambda typed: hint(typed["S"])
    if dataclasses.is_dataclass(hint):
        return _dataclass_loader(hint)
    raise TypeError(f"a table cannot give back {hint!r}")


def _text(typed: Typed) -> str:
    return str(typed["S"])


def _dataclass_loader(kind: Any) -> Callable[[Typed], Any]:
    hints = typing.get_type_hints(kind)
    loaders = {field.name: _loader(hints[field.name]) for field in dataclasses.fields(kind)}
    optional = {name for name, hint in hints.items() if type(None) in typing.get_args(hint)}

    def made(typed: Typed) -> Any:
        given = typed["M"]
        values = {name: loaders[name](given[name]) for name in loaders if name in given}
        for name in optional - values.keys():
            values[name] = None
        return kind(**values)

    return made
