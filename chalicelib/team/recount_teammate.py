"""Count again what one buyer brought everybody, from uplines, orders and commissions themselves (D7)."""

from collections.abc import Iterator

from chalicelib.commissions import store as commissions
from chalicelib.kernel.dynamo import commit
from chalicelib.kernel.jobs import Drift
from chalicelib.kernel.paging import MAX_PAGE
from chalicelib.members import store as members
from chalicelib.orders import store as orders
from chalicelib.orders.rules import Order
from chalicelib.orders.sale_events import sale_events
from chalicelib.team import store
from chalicelib.team.rules import Contribution, fold

_CHUNK = 90
"""Of a buyer's uplines, sharers and holders together there are rarely more than a few."""
Brought = dict[str, Contribution]


def recount_teammate(downline_id: str, believed: Drift[Brought] | None = None) -> Drift[Brought] | None:
    """How the projection differs from its sources, mended when it did before too (``kernel.jobs.recount``).

    Raises ``TeamMoved`` when one of them moved at that very moment; nothing is written with it then.
    """
    seen, counted = store.of_downline(downline_id), _counted(downline_id)
    for upline_id in seen.keys() | counted.keys():
        nothing = Contribution(downline_id, upline_id)
        seen.setdefault(upline_id, nothing)
        counted.setdefault(upline_id, nothing)
    found = Drift(seen, counted)
    if seen == counted:
        return None
    if found != believed:
        return found
    writes = [store.put_contribution(one, seen[key]) for key, one in counted.items() if one != seen[key]]
    for start in range(0, len(writes), _CHUNK):
        commit(writes[start : start + _CHUNK])
    return None


def _counted(downline_id: str) -> Brought:
    member = members.find(downline_id)
    bought = [order for order in _orders(downline_id) if order.paid_at is not None]
    return fold(
        downline_id,
        member.path if member else (),
        [event for order in bought for event in sale_events(order, orders.refunds_of(order))],
        [row for order in bought for row in commissions.of_order(order.order_id)],
    )


def _orders(buyer_id: str) -> Iterator[Order]:
    cursor: str | None = None
    while True:
        page = orders.of_buyer(buyer_id, None, limit=MAX_PAGE, cursor=cursor)
        yield from page.items
        cursor = page.next
        if cursor is None:
            return
