"""Fixtures of this room: levels with tasks, and people on them."""

import pytest

from chalicelib.distributors import store as distributors


@pytest.fixture(autouse=True)
def fresh_levels() -> None:
    """No level is remembered from another test's tables."""
    distributors.forget_levels()
