"""Fixtures that every room's tests share."""

from collections.abc import Iterator

import pytest

from tests.support import world as support


@pytest.fixture
def world() -> Iterator[support.Clock]:
    """Fresh tables and a clock that stands; see ``tests.support.world``."""
    with support.small_world() as clock:
        yield clock
