"""Count a product's reviews again, beside the running shop (``scripts/rebuild``)."""

from chalicelib.kernel.jobs import Drift, recount
from chalicelib.service import store
from chalicelib.service.rules import Review, ReviewSums, add_up


def recount_reviews(product_id: str, believed: Drift[ReviewSums] | None = None) -> Drift[ReviewSums] | None:
    """How far the sums are from the reviews, if at all; asked again with that, they are mended."""
    reviews: list[Review] = []
    cursor: str | None = None
    while True:
        found = store.of_product(product_id, limit=100, cursor=cursor)
        reviews += found.items
        cursor = found.next
        if cursor is None:
            break
    return recount(store.sums(product_id), add_up(product_id, reviews), believed, store.put_sums)
