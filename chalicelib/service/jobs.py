"""What follows a review: its product's count and average (P1)."""

from contextlib import suppress

from chalicelib.kernel.dynamo import commit
from chalicelib.kernel.jobs import Change, Jobs
from chalicelib.service import store
from chalicelib.service.rules import ReviewMoved

jobs = Jobs("service")


@jobs.follow("reviews")
def count_review(change: Change) -> None:
    """Bring the sums up to the review as it stands now; whoever changes it meanwhile is told of again."""
    if change.new is None:
        return
    review = store.load(store.review_of_image(change.new).review_id)
    with suppress(ReviewMoved):
        commit(store.count(review))
