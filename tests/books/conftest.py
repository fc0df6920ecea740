"""The engine as the crash suite has it: quick answers, one shard to sweep."""

import pytest

from tests.support import quick


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    quick.one_shard(monkeypatch)
    quick.moto(monkeypatch)
