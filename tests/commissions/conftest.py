"""Fixtures of this room."""

import pytest

from chalicelib.commissions import store
from chalicelib.distributors import store as distributors


@pytest.fixture(autouse=True)
def nothing_remembered() -> None:
    """No plan and no level is remembered from another test's tables."""
    store.forget_plans()
    distributors.forget_levels()
