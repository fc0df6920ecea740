"""Find among one's own orders by number or by what was bought (O3)."""

from chalicelib.kernel.paging import Page
from chalicelib.orders import store
from chalicelib.orders.rules import Order

_AT_ONCE = 100
_MOST_READ = 300


def search_orders(buyer_id: str, text: str, *, cursor: str | None) -> Page[Order]:
    """The buyer's orders whose id is ``text``, or with it in a title; newest first.

    Looks through 300 orders at most; where ``next`` goes on there may be more, even if this page
    is empty.
    """
    exact = store.find(text.upper())
    if exact is not None and exact.buyer_id == buyer_id:
        return Page([exact])
    found: list[Order] = []
    read = 0
    while read < _MOST_READ and not found:
        page = store.of_buyer(buyer_id, None, limit=_AT_ONCE, cursor=cursor)
        found = [order for order in page.items if _speaks_of(order, text)]
        cursor, read = page.next, read + _AT_ONCE
        if cursor is None:
            break
    return Page(found, cursor)


def _speaks_of(order: Order, text: str) -> bool:
    wanted = text.casefold()
    return any(wanted in f"{line.title} {line.sku_name}".casefold() for line in order.lines)
