"""Count a business day again from the journal, the orders and the distributors' histories (B4, G1)."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from itertools import islice

from chalicelib.kernel.clock import business_day, now
from chalicelib.kernel.dynamo import commit
from chalicelib.kernel.jobs import Drift
from chalicelib.kernel.paging import MAX_PAGE
from chalicelib.orders import store as orders
from chalicelib.reports import store
from chalicelib.reports.count_tallies import count_tallies
from chalicelib.reports.day_figures import DayFigures, Tally, day_figures, is_sale, tallies_of_entries
from chalicelib.wallet import store as wallet
from chalicelib.wallet.rules import Entry

_MARKED = timedelta(days=20)
"""Marks of these days are sure to be there still, so what has none was never counted."""
Shards = dict[int, DayFigures]


def recount_day(
    day: date, joined: Sequence[Tally], believed: Drift[Shards] | None = None
) -> Drift[Shards] | None:
    """How the projection differs from its sources, mended when it did before too (``kernel.jobs.recount``).

    ``joined`` tells who became a distributor on that day. At the first look, what no stream delivered yet is
    counted under its mark, so that it is not counted when it comes after all. Raises ``FiguresMoved`` when a
    shard moved at that very moment; nothing is written then.
    """
    tallies = [*tallies_of_entries(*_with_buyers(wallet.entries_of_day(day))), *joined]
    if believed is None and business_day(now()) - day < _MARKED:
        count_tallies(tallies)
    seen, counted = store.shards_of(day), _counted(tallies)
    found = Drift(seen, counted)
    if seen == counted:
        return None
    if found != believed:
        return found
    commit(store.put_shard(day, shard, counted[shard], seen[shard]) for shard in seen)
    return None


def buyers_of(entries: Iterable[Entry]) -> dict[str, str]:
    """Whose order each sale among these paid."""
    named = iter(sorted({entry.refs["order_id"] for entry in entries if is_sale(entry)}))
    found: dict[str, str] = {}
    while chunk := list(islice(named, MAX_PAGE)):
        found |= {one.order_id: one.buyer_id for one in orders.load_many(chunk).values()}
    return found


def _with_buyers(entries: Iterator[Entry]) -> tuple[list[Entry], dict[str, str]]:
    walked = list(entries)
    return walked, buyers_of(walked)


def _counted(tallies: Iterable[Tally]) -> Shards:
    by_shard: dict[int, list[Tally]] = defaultdict(list)
    for tally in tallies:
        by_shard[store.shard_of_tally(tally)].append(tally)
    return {shard: day_figures(by_shard[shard]) for shard in range(store.SHARDS)}
