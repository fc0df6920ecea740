"""Count an event for its business day, once (B4, G1)."""

from collections.abc import Iterable

from chalicelib.kernel.jobs import count_once
from chalicelib.reports import store
from chalicelib.reports.day_figures import Tally


def count_tallies(tallies: Iterable[Tally]) -> None:
    """Add each to its day, once however often it is told; each is a commit of its own with its mark."""
    for tally in tallies:
        count_once(store.mark_counted(tally.mark), store.add_tally(tally))
