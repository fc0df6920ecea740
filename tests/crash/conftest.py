"""The peer at the other end of every killed call."""

from collections.abc import Iterator
from typing import Any

import pytest
from moto.core.serialize import ResponseSerializer

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


@pytest.fixture(autouse=True)
def _quick_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    """moto tries every type and alias on every attribute it gives back, most of the time of these tests."""
    real = ResponseSerializer.get_value

    def get_value(self: Any, value: Any, key: str, shape: Any) -> Any:
        parent = getattr(shape, "parent", None)
        if type(value) is dict and parent is not None and parent.name == "AttributeValue":
            return value.get(key)
        return real(self, value, key, shape)

    monkeypatch.setattr(ResponseSerializer, "get_value", get_value)


@pytest.fixture
def peer(world: Clock) -> Iterator[WeChatPay]:
    with installed() as made:
        yield made
