"""moto as quick as it can be and answer the same: half the time of every test that talks to it.

Installed by ``tests.support.world`` for the whole process, as its lock is.
"""

import copy
from collections import defaultdict
from typing import Any

from moto.core.serialize import JSONSerializer
from moto.dynamodb.exceptions import ItemSizeTooLarge
from moto.dynamodb.models import DynamoDBBackend
from moto.dynamodb.models.dynamo_type import DynamoType, Item, LimitedSizeDict
from moto.dynamodb.models.table import Table

from tests.support import quick_updates

MOST_BYTES = 405_000
"""Of one item, as moto has it."""
_slowly = JSONSerializer._serialize_type_structure
_transact = DynamoDBBackend.transact_write_items
_update = DynamoDBBackend.update_item
_before: dict[str, Any] | None = None
"""By name, the tables before the transaction that is being written; the lock lets only one be."""


def install() -> None:
    """From now on in this process."""
    JSONSerializer._serialize_type_structure = _structure
    Table.__deepcopy__ = _copied
    DynamoDBBackend.transact_write_items = _written
    DynamoDBBackend.update_item = _updated
    Item.__init__ = _made
    Item.__deepcopy__ = _copied_item
    quick_updates.install()


def _structure(self: Any, serialized: Any, value: Any, shape: Any, key: str) -> None:
    """moto tries every type and alias on every attribute it gives back, most of the time it takes."""
    if key and shape.name == "AttributeValue" and type(value) is dict:
        plain = _plain(value)
        if plain is not None:
            self._default_serialize(serialized, plain, shape, key)
            return
    _slowly(self, serialized, value, shape, key)


def _plain(value: dict[str, Any]) -> dict[str, Any] | None:
    """An attribute as JSON has it; ``None`` where a set or bytes, seldom here, are in it."""
    ((kind, held),) = value.items()
    if kind in ("S", "N"):
        return {kind: str(held)}
    if kind in ("BOOL", "NULL"):
        return value
    if kind == "L":
        inner = [_plain(one) for one in held]
        return None if None in inner else {kind: inner}
    if kind == "M":
        named = {name: _plain(one) for name, one in held.items()}
        return None if None in named.values() else {kind: named}
    return None


def _written(self: Any, transact_items: list[dict[str, Any]]) -> None:
    """moto copies every table whole for each item of a transaction, to be able to go back; once will do."""
    global _before
    _before = {}
    try:
        _transact(self, transact_items)
    finally:
        _before = None


def _updated(self: Any, table_name: str, key: dict[str, Any], *given: Any, **named: Any) -> Any:
    """moto changes an item where it lies; here it is put anew, so that a copy of a table may share it."""
    table = self.tables.get(table_name)
    if table is not None and table.hash_key_attr in key:
        held, place = table.items, DynamoType(key[table.hash_key_attr])
        if table.range_key_attr in key:
            held, place = held.get(place, {}), DynamoType(key[table.range_key_attr])
        if isinstance(held.get(place), Item):
            held[place] = _copied_item(held[place])
    return _update(self, table_name, key, *given, **named)


def _copied(table: Any, _: Any) -> Any:
    """A table of its own with the same items: none is changed once it lies there, nor a stream record."""
    if _before and table.name in _before:
        return _before[table.name]
    made = copy.copy(table)
    has_range = bool(table.range_key_attr)
    made.items = defaultdict(
        dict, {key: dict(held) if has_range else held for key, held in table.items.items()}
    )
    if table.stream_shard is not None:
        made.stream_shard = copy.copy(table.stream_shard)
        made.stream_shard.table, made.stream_shard.items = made, list(table.stream_shard.items)
    if _before is not None:
        _before[table.name] = made
    return made


def _copied_item(item: Any, _: Any = None) -> Any:
    """An item is a tree of plain values."""
    made = copy.copy(item)
    made.attrs = LimitedSizeDict.__new__(LimitedSizeDict)
    dict.update(made.attrs, _tree(dict(item.attrs)))
    return made


def _tree(value: Any) -> Any:
    if type(value) is dict:
        return {name: _tree(inner) for name, inner in value.items()}
    if type(value) is list:
        return [_tree(inner) for inner in value]
    if type(value) is DynamoType:
        made = copy.copy(value)
        made.value = _tree(value.value)
        return made
    return value


def _made(item: Any, hash_key: Any, range_key: Any, attrs: dict[str, Any]) -> None:
    """moto weighs the whole of an item again for each attribute it puts into it; once is enough."""
    item.hash_key, item.range_key, item.attrs = hash_key, range_key, LimitedSizeDict()
    dict.update(item.attrs, {name: DynamoType(value) for name, value in attrs.items()})
    if item.size() > MOST_BYTES:
        raise ItemSizeTooLarge
