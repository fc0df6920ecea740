"""Policy as data: each room declares its settings as a frozen dataclass with defaults.

The values live in a table with versions (the admin room keeps them and tells the kernel how to
load them); a process sees a change within ten seconds. What an order needs is frozen on the order,
so a change moves no past money (trust A3).
"""

import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar, cast

from pydantic import ConfigDict, TypeAdapter, ValidationError

from chalicelib.kernel.errors import Invalid
from chalicelib.kernel.wording import field_message

_KEPT_SECONDS = 10
Setting = TypeVar("Setting")
Loader = Callable[[str], dict[str, Any] | None]


@dataclass(frozen=True)
class Declared:
    """One kind of settings: its name in the table and in the console."""

    name: str
    title: str
    kind: type[Any]


_declared: dict[str, Declared] = {}


def _defaults_only(name: str) -> dict[str, Any] | None:
    return None


def _none_to_import() -> None:
    return None


_loader: Loader = _defaults_only
_import_rooms: Callable[[], None] = _none_to_import
_kept: dict[str, tuple[float, Any]] = {}


def declare(name: str, title: str) -> Callable[[type[Setting]], type[Setting]]:
    """Mark a frozen dataclass as settings. Its ``check(self)``, if any, raises ``ValueError`` in Chinese."""

    def mark(kind: type[Setting]) -> type[Setting]:
        kind.__pydantic_config__ = ConfigDict(extra="forbid", strict=True)  # type: ignore[attr-defined]
        _declared[name] = Declared(name, title, kind)
        return kind

    return mark


def declared() -> dict[str, Declared]:
    """Every kind of settings, by name."""
    _import_rooms()
    return dict(_declared)


def install_rooms(import_them: Callable[[], None]) -> None:
    """How to import every room, so that all have declared theirs."""
    global _import_rooms
    _import_rooms = import_them


def install(loader: Loader | None) -> None:
    """Load stored values with ``loader(name)``; ``None`` means defaults only."""
    global _loader
    _loader = loader or _defaults_only
    forget()


def read(kind: type[Setting]) -> Setting:
    """The settings in force, at most ten seconds old."""
    name = next(one.name for one in _declared.values() if one.kind is kind)
    held = _kept.get(name)
    if held is None or held[0] < time.monotonic():
        stored = _loader(name)
        held = (time.monotonic() + _KEPT_SECONDS, kind() if stored is None else parse(name, stored))
        _kept[name] = held
    return cast(Setting, held[1])


def parse(name: str, given: dict[str, Any]) -> Any:
    """Check a JSON object against its declaration. Raises ``Invalid`` with each wrong field."""
    kind = _declared[name].kind
    try:
        value = TypeAdapter(kind).validate_json(json.dumps(given))
    except ValidationError as wrong:
        problems = wrong.errors(include_url=False, include_input=False)
        fields = {".".join(map(str, one["loc"])): field_message(cast(Any, one)) for one in problems}
        raise Invalid(next(iter(fields.values())), fields=fields) from None
    check = getattr(value, "check", None)
    if check is not None:
        try:
            check()
        except ValueError as wrong:
            raise Invalid(str(wrong)) from None
    return value


def forget() -> None:
    """Read every setting afresh from now on."""
    _kept.clear()
