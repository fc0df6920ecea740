"""Are the figures that the overview shows those of the journal (B4)?"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date

from chalicelib.kernel import log
from chalicelib.orders.rules import Order
from chalicelib.reports import store
from chalicelib.reports.day_figures import day_figures, tallies_of_entries
from chalicelib.wallet.rules import Entry


def check_figures(walked: Mapping[date, Iterable[Entry]], looked_at: Mapping[str, Order]) -> list[date]:
    """Days whose projection is not the fold of these entries; told by ``day_figures_off``.

    Nobody's money is off by it, so it is no finding: ``scripts/rebuild`` sets it right. Only for days
    that are over long enough for the streams to have come through.
    """
    buyers = {order.order_id: order.buyer_id for order in looked_at.values()}
    shown = store.figures_of(list(walked))
    off = []
    for day, entries in walked.items():
        folded = day_figures(tallies_of_entries(entries, buyers))
        if replace(shown[day], new_distributors=0) != folded:
            off.append(day)
            log.error("day_figures_off", day=day.isoformat(), shown=str(shown[day]), folded=str(folded))
    if off:
        log.count("day_figures_off", len(off))
    return off
