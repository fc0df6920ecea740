"""The shop answers a review, for everybody to read (P1)."""

from chalicelib.kernel.clock import now
from chalicelib.kernel.dynamo import commit
from chalicelib.service import store
from chalicelib.service.rules import Review, replied


def reply_review(review_id: str, text: str) -> Review:
    """The review with its answer; a second answer takes the first one's place. Raises ``ReviewUnknown`` or
    ``ReviewMoved``."""
    before = store.load(review_id)
    after = replied(before, text, now())
    commit(store.change(before, after))
    return after
