"""Count an order, or what went back of it, for the code it came by (I5)."""

from chalicelib.invites import store
from chalicelib.invites.count_row import CodeStats
from chalicelib.kernel.jobs import count_once


def count_code_sale(event_id: str, more: CodeStats) -> None:
    """Add this event of an order to its code's statistics, once however often it is told."""
    if more == CodeStats(more.code):
        return
    count_once(store.mark_counted(f"sale:{event_id}"), store.add_to_stats(more))
