"""Count orders again for the sales figures and for what buyers kept, from the orders themselves (D2)."""

from datetime import date

from chalicelib.distributors.keep_purchase import keep_purchase
from chalicelib.orders import store
from chalicelib.orders.purchase_of import purchase_of
from chalicelib.orders.sale_events import sale_events
from chalicelib.standing.count_sale import count_sale
from chalicelib.standing.rules import facts_of

_PAGE = 100


def recount(day: date) -> set[str]:
    """Put the facts that are missing of all orders placed on this business day.

    Returns the members concerned, whose figures ``standing.rebuild`` then folds. Facts that are there
    stay as they are, so it may run while the stream goes on, and again after any crash.
    """
    concerned: set[str] = set()
    cursor: str | None = None
    while True:
        page = store.of_days(newest=day, oldest=day, status=None, limit=_PAGE, cursor=cursor)
        for order in page.items:
            for event in sale_events(order, store.refunds_of(order)):
                count_sale(event)
                concerned |= {fact.member_id for fact in facts_of(event)}
            kept = purchase_of(order)
            if kept is not None:
                keep_purchase(kept)
        cursor = page.next
        if cursor is None:
            return concerned
