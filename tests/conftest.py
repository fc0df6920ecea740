"""Fixtures that every room's tests share."""

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import settings as hypothesis

from chalicelib.kernel import settings
from tests.support import world as support

hypothesis.register_profile("shared-machine", deadline=None, print_blob=True)
hypothesis.load_profile("shared-machine")


@pytest.fixture
def world() -> Iterator[support.Clock]:
    """Fresh tables and a clock that stands; see ``tests.support.world``."""
    with support.small_world() as clock:
        yield clock


class Policy(dict[str, dict[str, Any]]):
    """The settings documents in force, by name, seen by the next read."""

    def put(self, name: str, **values: Any) -> None:
        """Put one document in force."""
        self[name] = values
        settings.forget()


@pytest.fixture
def policies(monkeypatch: pytest.MonkeyPatch) -> Iterator[Policy]:
    """Defaults until a test puts a document. What loaded settings before does so again afterwards: a
    loader left behind would decide the tests that come later in the same process."""
    held = Policy()
    monkeypatch.setattr(settings, "_loader", held.get)
    settings.forget()
    yield held
    settings.forget()
