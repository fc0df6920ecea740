"""Whoever closes the account takes the own words and pictures away (M2)."""

from chalicelib.kernel.dynamo import commit
from chalicelib.service import store
from chalicelib.service.rules import erased


def erase_reviews(member_id: str) -> None:
    """Erase every review of the member, one commit each; their pictures go with the member's folder.

    Called again it finds what is left. Raises ``ReviewMoved`` when one changed at this moment.
    """
    cursor: str | None = None
    while True:
        found = store.of_member(member_id, limit=100, cursor=cursor)
        for review in found.items:
            if review.state != "GONE":
                whole = store.load(review.review_id)
                commit(store.change(whole, erased(whole)))
        cursor = found.next
        if cursor is None:
            return
