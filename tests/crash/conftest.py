"""The peer at the other end of every killed call, and a shop to kill verbs in."""

from collections.abc import Iterator
from dataclasses import replace
from types import SimpleNamespace

import pytest

from chalicelib.kernel import ids
from chalicelib.wechat import token
from tests.crash import harness
from tests.crash.books import Snapshot
from tests.crash.street import Street, opened
from tests.orders.shop import Shop, open_shop
from tests.support import quick
from tests.support.world import Clock


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """The sweepers walk some thousand times here."""
    quick.one_shard(monkeypatch)
    harness.died.clear()


@pytest.fixture
def peer(world: Clock, monkeypatch: pytest.MonkeyPatch) -> Iterator[Street]:
    """Whoever waits for the lock of a token that a dead container holds, waits on the test's own clock."""
    waits = SimpleNamespace(sleep=lambda seconds: world.advance(seconds=20 * seconds))
    monkeypatch.setattr(token, "time", waits)
    with opened() as made:
        yield made


_opened: list[tuple[Snapshot, Shop]] = []
"""The shop as it opened, made once and begun from in every test."""


@pytest.fixture
def shop(peer: Street, world: Clock) -> Shop:
    """Tea and samples in stock; A invited B invited C."""
    ids.install(None)  # a run that counted its ids would count the same ones again in the shop's
    if not _opened:
        made = open_shop(peer)
        _opened.append((Snapshot.take(peer, world), made))
    start, made = _opened[0]
    start.restore(peer, world)
    ids.install(None)
    return replace(made, peer=peer)
