"""A member marks a product, or takes the mark away (收藏; P1)."""

from chalicelib.catalog import store
from chalicelib.catalog.rules import ProductUnknown
from chalicelib.kernel.clock import now
from chalicelib.kernel.dynamo import commit


def favour(member_id: str, product_id: str, *, is_favourite: bool) -> None:
    """Make it so, however often it is asked. Only what is on the shelf can be marked: ``ProductUnknown``."""
    if not is_favourite:
        commit(store.unmark_favourite(member_id, product_id))
        return
    card = store.cards([product_id]).get(product_id)
    if card is None or not card.is_on_shelf:
        raise ProductUnknown()
    commit(store.mark_favourite(member_id, product_id, now()))
