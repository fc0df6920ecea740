"""Count an event for its business day, once (B4, G1)."""

from collections.abc import Iterable

from chalicelib.kernel.dynamo import commit
from chalicelib.reports import store
from chalicelib.reports.day_figures import Tally


def count_tallies(tallies: Iterable[Tally]) -> None:
    """Add each to its day, once however often it is told; each is a commit of its own with its mark."""
    for tally in tallies:
        try:
            commit(store.mark_counted(tally.mark, _CountedBefore), store.add_tally(tally))
        except _CountedBefore:
            continue


class _CountedBefore(Exception):
    """The stream delivered this event again, or another one counted the same member."""
