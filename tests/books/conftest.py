"""The shards as the crash suite has them: one to sweep."""

import pytest

from tests.support import quick


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    quick.one_shard(monkeypatch)
