"""Count an order, or what went back of it, for the teams its buyer is in (D7)."""

from chalicelib.kernel.jobs import count_once
from chalicelib.standing.rules import SaleEvent
from chalicelib.team import store
from chalicelib.team.rules import brought_by_sale


def count_team_sale(event: SaleEvent) -> None:
    """Add this event for each upline that the order froze, once however often it is told."""
    brought = brought_by_sale(event)
    if not brought:
        return
    count_once(store.mark_counted(event.event_id), [store.count(one) for one in brought])
