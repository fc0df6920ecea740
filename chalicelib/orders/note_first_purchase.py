"""Find out again when a member first bought (R6)."""

from contextlib import suppress

from chalicelib.kernel.dynamo import commit
from chalicelib.kernel.paging import MAX_PAGE
from chalicelib.members import store as members
from chalicelib.members.rules import BoughtBefore
from chalicelib.orders import store


def note_first_purchase(member_id: str) -> None:
    """Note the earliest payment among the member's orders, unless it is noted already."""
    first = None
    cursor: str | None = None
    while True:
        page = store.of_buyer(member_id, None, limit=MAX_PAGE, cursor=cursor)
        for order in page.items:
            if order.paid_at is not None and (first is None or order.paid_at < first):
                first = order.paid_at
        cursor = page.next
        if cursor is None:
            break
    if first is not None:
        with suppress(BoughtBefore):
            commit(members.mark_bought(member_id, first))
