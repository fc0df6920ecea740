"""Fixtures of this room: levels with tasks, and people on them."""

import pytest

from chalicelib.distributors import store as distributors
from tests.support import quick


@pytest.fixture(autouse=True)
def fresh_levels() -> None:
    """No level is remembered from another test's tables."""
    distributors.forget_levels()


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Properties here count some hundred facts each."""
    quick.moto(monkeypatch)
