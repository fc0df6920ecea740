"""Count an order, or what went back of it, for the teams its buyer is in (D7)."""

from chalicelib.kernel.dynamo import commit
from chalicelib.standing.rules import SaleEvent
from chalicelib.team import store
from chalicelib.team.rules import brought_by_sale


def count_team_sale(event: SaleEvent) -> None:
    """Add this event for each upline that the order froze, once however often it is told."""
    brought = brought_by_sale(event)
    if not brought:
        return
    try:
        commit(store.mark_counted(event.event_id, _CountedBefore), [store.count(one) for one in brought])
    except _CountedBefore:
        return


class _CountedBefore(Exception):
    """The stream delivered this event again."""
