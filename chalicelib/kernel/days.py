"""Lists over time: rows are filed by business day, and a list walks the days backwards.

No index holds all rows of a table under one key, so a shop of any age lists its newest quickly (N5).
"""

import json
from collections.abc import Callable
from datetime import date, timedelta
from typing import Annotated

from pydantic import AfterValidator

from chalicelib.kernel import crypto
from chalicelib.kernel.dynamo import Row
from chalicelib.kernel.paging import MAX_PAGE, BadCursor, Page

MAX_EMPTY_DAYS = 62
"""So many days without a row are read in one request; then the page ends early with a cursor."""

MAX_SHORT_READS = 2
"""A filtered day is read in pieces that may hold little; after so many the page ends early as well."""

FIRST, LAST = date(2000, 1, 1), date(2199, 12, 31)


def _within_reach(day: date) -> date:
    if not FIRST <= day <= LAST:
        raise ValueError("请选择 2000 年到 2199 年之间的日期")
    return day


Day = Annotated[date, AfterValidator(_within_reach)]
"""A day that a caller names: so far from both ends of the calendar that a year more or less is one too."""

OneDay = Callable[[str, int, str | None], Page[Row]]


def walk_back(
    read: OneDay[Row], *, name: str, newest: date, oldest: date, limit: int = 20, cursor: str | None = None
) -> Page[Row]:
    """Rows of the days ``newest`` back to ``oldest``, newest first.

    ``read(day, limit, cursor)`` gives a page of one day. ``name`` binds the cursor to this list; a
    page may hold fewer rows than ``limit`` while ``next`` still goes on. Raises ``BadCursor``.
    """
    purpose = f"days:{name}"
    day, inner = _opened(cursor, purpose) or (newest, None)
    limit = max(1, min(limit, MAX_PAGE))
    items: list[Row] = []
    last_read = max(oldest, day - timedelta(days=MAX_EMPTY_DAYS - 1))
    short_reads = 0
    while day >= last_read and len(items) < limit and short_reads < MAX_SHORT_READS:
        page = read(day.isoformat(), limit - len(items), inner)
        items.extend(page.items)
        inner = page.next
        if inner is None:
            day -= timedelta(days=1)
        else:
            short_reads += 1
    at_end = day < oldest
    return Page(items, None if at_end else _cursor(day, inner, purpose))


def _cursor(day: date, inner: str | None, purpose: str) -> str:
    return crypto.sign(json.dumps([day.isoformat(), inner]).encode(), purpose=purpose)


def _opened(cursor: str | None, purpose: str) -> tuple[date, str | None] | None:
    if not cursor:
        return None
    raw = crypto.open_signed(cursor, purpose=purpose)
    if raw is None:
        raise BadCursor()
    day, inner = json.loads(raw)
    return date.fromisoformat(day), inner
