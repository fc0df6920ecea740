"""Whoever closes the account takes the own words and pictures away (M2)."""

from chalicelib.kernel.dynamo import commit
from chalicelib.service import store
from chalicelib.service.rules import erased


def erase_reviews(member_id: str) -> list[str]:
    """Erase every review of the member, one commit each; gives the keys of pictures that nobody shows now.

    Called again it finds what is left. Raises ``ReviewMoved`` when one changed at this moment.
    """
    keys: list[str] = []
    cursor: str | None = None
    while True:
        found = store.of_member(member_id, limit=100, cursor=cursor)
        for review in found.items:
            if review.state != "GONE":
                keys += review.picture_keys
                whole = store.load(review.review_id)
                commit(store.change(whole, erased(whole)))
        cursor = found.next
        if cursor is None:
            return keys
