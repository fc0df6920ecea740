"""What makes suites of thousands of calls quick, and changes no answer."""

from typing import Any

import pytest
from moto.core.serialize import ResponseSerializer

from chalicelib.commissions import store as commissions
from chalicelib.orders import store as orders
from chalicelib.payments import store as payments
from chalicelib.standing import store as standing
from chalicelib.withdrawals import store as withdrawals


def one_shard(patch: pytest.MonkeyPatch) -> None:
    """The sweepers walk one shard as they walk eight."""
    for store in (commissions, orders, payments, withdrawals):
        patch.setattr(store, "DUE_SHARDS", 1)


def one_scope_shard(patch: pytest.MonkeyPatch) -> None:
    """Closing walks one shard of a period as it walks eight."""
    patch.setattr(standing, "SCOPE_SHARDS", 1)


def moto(patch: pytest.MonkeyPatch) -> None:
    """moto tries every type and alias on every attribute it gives back, most of the time it takes."""
    real = ResponseSerializer.get_value

    def get_value(self: Any, value: Any, key: str, shape: Any) -> Any:
        parent = getattr(shape, "parent", None)
        if type(value) is dict and parent is not None and parent.name == "AttributeValue":
            return value.get(key)
        return real(self, value, key, shape)

    patch.setattr(ResponseSerializer, "get_value", get_value)
