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
LOOKED_AT = 1_000
"""So many rows are judged by a filter at one read; what is left comes with the next page."""
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
    """Query a table or an index by its hash key. Raises ``BadCursor`` on a forged cursor.

    With a filter it is one read of at most ``LOOKED_AT`` rows: the page may be short, even empty, and still
    go on. Else rare rows would be looked for through all that there is before anything is answered.
    """
    name = source.Meta.table_name if isinstance(source, type) else source.Meta.index_name or ""
    purpose = f"cursor:{name}:{hash_key}"
    start = _opened(cursor, purpose)
    limit = max(1, min(limit, MAX_PAGE))
    if filter_condition is None:
        found = source.query(
            hash_key,
            range_condition,
            scan_index_forward=not newest_first,
            limit=limit,
            last_evaluated_key=start,
        )
        items, last = list(found), found.last_evaluated_key
    else:
        found = source.query(
            hash_key,
            range_condition,
            filter_condition=filter_condition,
            scan_index_forward=not newest_first,
            limit=limit,
            page_size=LOOKED_AT,
            last_evaluated_key=start,
        )
        # The iterator would read on until it has enough; its first page is the one read.
        read = next(found.page_iter)
        items = [_row_of(source, item) for item in read["Items"][:limit]]
        last = read.get("LastEvaluatedKey")
        if len(read["Items"]) > limit:
            last = {key: read["Items"][limit - 1][key] for key in found.page_iter.key_names}
    return Page(items, crypto.sign(json.dumps(last).encode(), purpose=purpose) if last else None)


def _row_of(source: type[Row] | GlobalSecondaryIndex[Row], item: dict[str, Any]) -> Row:
    model = source if isinstance(source, type) else source._model
    return model.from_raw_data(item)


def _opened(cursor: str | None, purpose: str) -> dict[str, Any] | None:
    if not cursor:
        return None
    raw = crypto.open_signed(cursor, purpose=purpose)
    if raw is None:
        raise BadCursor()
    key: dict[str, Any] = json.loads(raw)
    return key
