"""Lists: ``items`` and a signed ``next`` cursor; never a scan, never more than 100 at once."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from pynamodb.expressions.condition import Condition
from pynamodb.indexes import GlobalSecondaryIndex

from chalicelib.kernel import crypto
from chalicelib.kernel.dynamo import Table
from chalicelib.kernel.errors import BadRequest

MAX_PAGE = 100
Item = TypeVar("Item")
Other = TypeVar("Other")
Row = TypeVar("Row", bound=Table)


class BadCursor(BadRequest):
    """The ``next`` cursor was not made by us, or for another list."""

    title = "列表已失效"
    detail = "请返回并重新打开列表。"


@dataclass(frozen=True)
class Page(Generic[Item]):
    """One page; ``next`` is what to ask for to go on, ``None`` at the end."""

    items: list[Item]
    next: str | None = None

    def map(self, turn: Callable[[Item], Other]) -> "Page[Other]":
        """The same page of other values."""
        return Page([turn(item) for item in self.items], self.next)


def page(
    source: type[Row] | GlobalSecondaryIndex[Row],
    hash_key: str,
    *,
    range_condition: Condition | None = None,
    limit: int = 20,
    cursor: str | None = None,
    newest_first: bool = True,
    filter_condition: Condition | None = None,
) -> Page[Row]:
    """Query a table or an index by its hash key. Raises ``BadCursor`` on a forged cursor."""
    name = source.Meta.table_name if isinstance(source, type) else source.Meta.index_name or ""
    purpose = f"cursor:{name}:{hash_key}"
    found = source.query(
        hash_key,
        range_condition,
        filter_condition=filter_condition,
        scan_index_forward=not newest_first,
        limit=max(1, min(limit, MAX_PAGE)),
        last_evaluated_key=_opened(cursor, purpose),
    )
    items = list(found)
    last: dict[str, Any] | None = found.last_evaluated_key
    return Page(items, crypto.sign(json.dumps(last).encode(), purpose=purpose) if last else None)


def _opened(cursor: str | None, purpose: str) -> dict[str, Any] | None:
    if not cursor:
        return None
    raw = crypto.open_signed(cursor, purpose=purpose)
    if raw is None:
        raise BadCursor()
    key: dict[str, Any] = json.loads(raw)
    return key
