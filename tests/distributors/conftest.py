"""Fixtures of this room."""

import functools
from collections.abc import Callable

import pytest

from chalicelib.distributors import store
from tests.conftest import Policy

Join = Callable[..., None]


@pytest.fixture(autouse=True)
def fresh_levels() -> None:
    """No level is remembered from another test's tables."""
    store.forget_levels()


@pytest.fixture
def join(policies: Policy) -> Join:
    """Set how members become distributors."""
    return functools.partial(policies.put, "join")
