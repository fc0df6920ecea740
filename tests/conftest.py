"""Fixtures that every room's tests share."""

from collections.abc import Iterator

import pytest
from hypothesis import settings

from tests.support import world as support

settings.register_profile("shared-machine", deadline=None, print_blob=True)
settings.load_profile("shared-machine")


@pytest.fixture
def world() -> Iterator[support.Clock]:
    """Fresh tables and a clock that stands; see ``tests.support.world``."""
    with support.small_world() as clock:
        yield clock
