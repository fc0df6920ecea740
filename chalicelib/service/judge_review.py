"""Staff show a review to everybody, or take it down (P1)."""

from chalicelib.kernel.dynamo import commit
from chalicelib.service import store
from chalicelib.service.rules import Review, ReviewState, moved


def judge_review(review_id: str, to: ReviewState, *, reason: str | None = None) -> Review:
    """The review as it stands now. Raises ``ReviewUnknown`` or ``ReviewMoved``."""
    before = store.load(review_id)
    after = moved(before, to, reason=reason)
    commit(store.change(before, after))
    return after
