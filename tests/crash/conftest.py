"""The peer at the other end of every killed call."""

from collections.abc import Iterator

import pytest

from tests.payments.fakes import WeChatPay, installed
from tests.support import quick
from tests.support.world import Clock


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """The sweepers walk, and moto answers, some thousand times here."""
    quick.one_shard(monkeypatch)
    quick.moto(monkeypatch)


@pytest.fixture
def peer(world: Clock) -> Iterator[WeChatPay]:
    with installed() as made:
        yield made
