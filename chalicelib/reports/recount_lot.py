"""List commissions that are not listed, and set the sums of days to what the rows say (B2)."""

from collections.abc import Iterable, Mapping
from datetime import date
from itertools import islice

from chalicelib.commissions.rules import Commission, State
from chalicelib.kernel.dynamo import commit
from chalicelib.kernel.jobs import Drift
from chalicelib.kernel.paging import MAX_PAGE
from chalicelib.reports import store
from chalicelib.reports.sums_of import Sum, day_of, sum_of

Lot = tuple[State, int]
"""A state and a shard of it: the part of the projection that is compared at once."""
ByDay = dict[date, Sum]
_CHUNK = 90


def add_commissions(lots: dict[Lot, ByDay], rows: Iterable[Commission]) -> None:
    """Count these rows, and list those of them that are not, or under another state."""
    waiting = iter(rows)
    while chunk := list(islice(waiting, _CHUNK)):
        for row in chunk:
            days = lots.setdefault((row.state, store.shard_of_commission(row)), {})
            days[day_of(row)] = days.get(day_of(row), Sum()) + sum_of(row)
        commit(store.list_commission(row) for row in store.not_listed(chunk))


def recount_lot(
    lot: Lot, counted: Mapping[date, Sum], believed: Drift[ByDay] | None = None
) -> Drift[ByDay] | None:
    """How a lot's sums differ from what was ``counted``; mended when they did before too.

    Raises ``LedgerMoved`` when one moved at that very moment; nothing of that commit is written then.
    """
    state, shard = lot
    seen = store.sums_of_lot(state, shard)
    days = sorted(seen.keys() | counted.keys())
    found = Drift(*({day: one.get(day, Sum()) for day in days} for one in (seen, counted)))
    if found.seen == found.counted:
        return None
    if found != believed:
        return found
    moved = [day for day in days if found.seen[day] != found.counted[day]]
    for start in range(0, len(moved), MAX_PAGE):
        commit(
            store.put_sum(lot, day, found.counted[day], found.seen[day])
            for day in moved[start : start + MAX_PAGE]
        )
    return None
