"""Fixtures of this room."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from chalicelib.distributors import store
from chalicelib.kernel import settings

Join = Callable[..., None]


@pytest.fixture(autouse=True)
def fresh_levels() -> None:
    """No level is remembered from another test's tables."""
    store.forget_levels()


@pytest.fixture
def join(monkeypatch: pytest.MonkeyPatch) -> Iterator[Join]:
    """Set how members become distributors."""
    present: dict[str, dict[str, Any]] = {}
    monkeypatch.setattr(settings, "_loader", present.get)
    settings.forget()

    def change(**rules: Any) -> None:
        present["join"] = rules
        settings.forget()

    yield change
    settings.forget()
