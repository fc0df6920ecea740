"""The town whose doors are attacked."""

from collections.abc import Iterator

import pytest

from tests.support import town as towns
from tests.support.town import Town


@pytest.fixture(scope="module")
def _standing() -> Iterator[Town]:
    with towns.standing() as made:
        yield made


@pytest.fixture
def town(_standing: Town) -> Town:
    """As it was built."""
    towns.rebuild(_standing)
    return _standing
