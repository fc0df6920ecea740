"""What makes suites of thousands of calls quick, and changes no answer."""

import copy
from collections import defaultdict
from typing import Any

import pytest
from moto.core.serialize import ResponseSerializer
from moto.dynamodb.models.table import Table

from chalicelib.commissions import store as commissions
from chalicelib.marketing import store as marketing
from chalicelib.orders import store as orders
from chalicelib.payments import store as payments
from chalicelib.standing import store as standing
from chalicelib.withdrawals import store as withdrawals


def one_shard(patch: pytest.MonkeyPatch) -> None:
    """The sweepers walk one shard as they walk eight."""
    for store in (commissions, marketing, orders, payments, withdrawals):
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


def copies(patch: pytest.MonkeyPatch) -> None:
    """moto copies whole tables, descriptions and all, before each transaction, to be able to go back."""
    patch.setattr(Table, "__deepcopy__", _copied, raising=False)


def _copied(table: Any, _: Any) -> Any:
    """The table with items of its own; stream records never change, and its description stays too."""
    made = copy.copy(table)
    made.items = defaultdict(dict)
    for key, held in table.items.items():
        if table.range_key_attr:
            made.items[key] = {inner: _copied_item(item) for inner, item in held.items()}
        else:
            made.items[key] = _copied_item(held)
    if table.stream_shard is not None:
        made.stream_shard = copy.copy(table.stream_shard)
        made.stream_shard.table, made.stream_shard.items = made, list(table.stream_shard.items)
    return made


def _copied_item(item: Any) -> Any:
    made = copy.copy(item)
    made.attrs = copy.copy(item.attrs)
    dict.update(made.attrs, {name: copy.deepcopy(value) for name, value in item.attrs.items()})
    return made
