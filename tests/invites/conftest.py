"""Fixtures of this room."""

from collections.abc import Callable, Iterator
from dataclasses import asdict
from typing import Any

import pytest

from chalicelib.distributors import store as distributors
from chalicelib.invites.rules import BindingRules
from chalicelib.kernel import settings

SetRules = Callable[..., None]


@pytest.fixture(autouse=True)
def fresh_levels() -> None:
    """No level is remembered from another test's tables."""
    distributors.forget_levels()


@pytest.fixture
def binding(monkeypatch: pytest.MonkeyPatch) -> Iterator[SetRules]:
    """Set the binding rules of the shop."""
    present: dict[str, dict[str, Any]] = {}
    monkeypatch.setattr(settings, "_loader", present.get)
    settings.forget()

    def change(**rules: Any) -> None:
        present["binding"] = asdict(BindingRules(**rules))
        settings.forget()

    yield change
    settings.forget()
