"""After an account is closed: whatever else speaks of the person goes, room by room (M2, N4).

The rule: what only serves the member goes; a record of money, goods or conduct stays under its id, without
the words, pictures and places that name somebody. Each commit is small and takes away what it was made for,
so whoever dies begins again and finds what is left.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import TypeVar

from chalicelib.catalog import store as catalog
from chalicelib.content import store as content
from chalicelib.distributors import store as distributors
from chalicelib.invites import store as invites
from chalicelib.kernel.clock import now
from chalicelib.kernel.dynamo import Write, commit
from chalicelib.kernel.paging import MAX_PAGE, Page
from chalicelib.kernel.uploads import drop_folder
from chalicelib.marketing import store as marketing
from chalicelib.marketing.make_poster import posters_of
from chalicelib.members.rules import avatar_folder
from chalicelib.orders import store as orders
from chalicelib.orders.erase_buyer import erase_buyer
from chalicelib.orders.offer_upload import folder_of
from chalicelib.orders.rules import Order
from chalicelib.service.erase_reviews import erase_reviews
from chalicelib.standing import store as standing

Item = TypeVar("Item")
_AT_ONCE = 25
"""Items of one commit; far below what a transaction takes."""
_GONE = "（已随账号注销删除）"


def forget(member_id: str) -> None:
    """Forget a member whose account is closed; again is as good as once.

    Raises what a change at this very moment raises (``ReviewMoved``, ``OrderMoved`` …): try again.
    """
    erase_reviews(member_id)
    for write in _serving(member_id):
        commit(write)
    for order in _orders(member_id):
        commit(erase_buyer(order))
    commit(distributors.drop_message(member_id))
    for one in standing.violations_of(member_id):
        if one.appeal not in (None, _GONE):
            commit(standing.replace_violation(one, replace(one, appeal=_GONE, version=one.version + 1)))
    for folder in (avatar_folder(member_id), folder_of(member_id), posters_of(member_id)):
        drop_folder(folder)


def _serving(member_id: str) -> Iterator[list[Write]]:
    """What is there for the member alone, and codes, which are a member's words for a place."""
    lines = orders.cart(member_id)
    yield [orders.take_from_cart(member_id, one.sku_id) for one in lines[:_AT_ONCE]]
    yield [orders.take_from_cart(member_id, one.sku_id) for one in lines[_AT_ONCE:]]
    yield [content.drop_accepted(member_id, kind) for kind in content.accepted(member_id)]
    for product_ids in _batches(lambda cursor: catalog.favourites(member_id, limit=_AT_ONCE, cursor=cursor)):
        yield [catalog.unmark_favourite(member_id, one) for one in product_ids]
    for notices in _batches(lambda cursor: content.notices(member_id, limit=_AT_ONCE, cursor=cursor)):
        yield [content.drop_notice(one) for one in notices]
    for claims in _batches(lambda cursor: marketing.claims_of(member_id, limit=_AT_ONCE, cursor=cursor)):
        sent = [one for one in claims if one.address_sealed and one.status != "CLAIMED"]
        yield [marketing.replace_claim(one, replace(one, address_sealed=None)) for one in sent]
    for codes in _batches(lambda cursor: invites.codes_of(member_id, limit=_AT_ONCE, cursor=cursor)):
        yield [write for one in codes for write in invites.close_code(one, now())]


def _orders(member_id: str) -> Iterable[Order]:
    for found in _batches(lambda cursor: orders.of_buyer(member_id, None, limit=MAX_PAGE, cursor=cursor)):
        yield from found


def _batches(read: Callable[[str | None], Page[Item]]) -> Iterator[list[Item]]:
    """Every page of a list; a page may be taken away before the next is read."""
    cursor: str | None = None
    while True:
        found = read(cursor)
        yield found.items
        cursor = found.next
        if cursor is None:
            return
