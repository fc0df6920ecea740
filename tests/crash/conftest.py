"""The peer at the other end of every killed call."""

from collections.abc import Iterator

import pytest

from chalicelib.commissions import store as commissions
from chalicelib.orders import store as orders
from chalicelib.payments import store as payments
from chalicelib.withdrawals import store as withdrawals
from tests.payments.fakes import WeChatPay, installed
from tests.support.world import Clock


@pytest.fixture(autouse=True)
def _one_shard(monkeypatch: pytest.MonkeyPatch) -> None:
    """The sweepers walk one shard as they walk eight, and here they walk some thousand times."""
    for store in (commissions, orders, payments, withdrawals):
        monkeypatch.setattr(store, "DUE_SHARDS", 1)


@pytest.fixture
def peer(world: Clock) -> Iterator[WeChatPay]:
    with installed() as made:
        yield made
