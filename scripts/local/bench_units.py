"""Write units of a transaction, counted at the client from the items before and after.

Two units a started kilobyte for each item of a transaction; one a started kilobyte for each index
entry that is put, taken away or changed (DynamoDB's documented rules). The embedded engine's own
figures leave the indexes out.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from chalicelib.kernel.config import config
from scripts.local import tables

Item = dict[str, Any]


class WriteUnits:
    """Watches a client's calls between two moments."""

    def __init__(self, client: Any) -> None:
        self.client = client
        self.calls: dict[str, int] = {}
        self.by_item: dict[str, int] = {}
        self._defined = {one["TableName"]: one for one in tables.definitions(config().stage)}
        self._transactions: list[list[tuple[str, Item, Item | None]]] = []
        self._is_ours = False

    @property
    def total(self) -> int:
        """Of everything watched."""
        return sum(self.by_item.values())

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Count inside."""
        events = self.client.meta.events
        events.register("before-parameter-build.dynamodb.*", self._before)
        try:
            yield
        finally:
            events.unregister("before-parameter-build.dynamodb.*", self._before)
            self._is_ours = True
            for transaction in self._transactions:
                for table, key, before in transaction:
                    self._count(table, before, self._read(table, key))

    def _before(self, params: dict[str, Any], model: Any, **_: Any) -> None:
        if self._is_ours:
            return
        self.calls[model.name] = self.calls.get(model.name, 0) + 1
        if model.name != "TransactWriteItems":
            return
        seen = []
        for action in params["TransactItems"]:
            ((_, request),) = action.items()
            table = request["TableName"]
            names = [one["AttributeName"] for one in self._defined[table]["KeySchema"]]
            key = {name: (request.get("Key") or request["Item"])[name] for name in names}
            self._is_ours = True
            seen.append((table, key, self._read(table, key)))
            self._is_ours = False
        self._transactions.append(seen)

    def _read(self, table: str, key: Item) -> Item | None:
        found: Item | None = self.client.get_item(TableName=table, Key=key, ConsistentRead=True).get("Item")
        return found

    def _count(self, table: str, before: Item | None, after: Item | None) -> None:
        short = table.removeprefix(f"fenxiao-{config().stage}-")
        units = 2 * max(_kilobytes(before), _kilobytes(after))
        for index in self._defined[table].get("GlobalSecondaryIndexes", []):
            units += _index_units(index, self._defined[table]["KeySchema"], before, after)
        self.by_item[short] = self.by_item.get(short, 0) + units


def _index_units(index: Any, table_keys: Any, before: Item | None, after: Item | None) -> int:
    keys = [one["AttributeName"] for one in index["KeySchema"]]
    own = keys + [one["AttributeName"] for one in table_keys]
    is_all = index["Projection"]["ProjectionType"] == "ALL"

    def entry(item: Item | None) -> Item | None:
        if item is None or any(name not in item for name in keys):
            return None
        return item if is_all else {name: item[name] for name in own}

    old, new = entry(before), entry(after)
    if old == new:
        return 0
    if old is not None and new is not None and any(old[name] != new[name] for name in keys):
        return _kilobytes(old) + _kilobytes(new)
    return max(_kilobytes(old), _kilobytes(new))


def _kilobytes(item: Item | None) -> int:
    if item is None:
        return 0
    return -(-sum(len(name.encode()) + _size(value) for name, value in item.items()) // 1024)


def _size(typed: Any) -> int:
    ((kind, value),) = typed.items()
    if kind == "N":
        return len(value) // 2 + 2
    if kind in ("BOOL", "NULL"):
        return 1
    if kind == "L":
        return 3 + sum(1 + _size(one) for one in value)
    if kind == "M":
        return 3 + sum(1 + len(name.encode()) + _size(one) for name, one in value.items())
    if kind == "SS":
        return sum(len(one.encode()) for one in value)
    return len(value.encode())
