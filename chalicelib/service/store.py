"""Reads of reviews as values, and their writes for a verb's one commit."""

from collections.abc import Sequence
from datetime import date
from functools import reduce
from operator import and_
from typing import Any

from chalicelib.kernel.clock import business_day
from chalicelib.kernel.days import walk_back
from chalicelib.kernel.dynamo import Write, put, put_new, update
from chalicelib.kernel.ids import derived_id
from chalicelib.kernel.paging import Page, page
from chalicelib.service.models import ReviewRow, ReviewSumsRow
from chalicelib.service.rules import (
    Review,
    ReviewedAlready,
    ReviewMoved,
    ReviewState,
    ReviewSums,
    ReviewUnknown,
    stars_to_count,
)


def review_id_of(order_id: str, line_no: int) -> str:
    """The one review that a line may have."""
    return derived_id("RV", order_id, str(line_no))


def find(review_id: str) -> Review | None:
    """The review as it stands, or ``None``."""
    row = ReviewRow.find(review_id)
    return row.as_value(Review) if row else None


def load(review_id: str) -> Review:
    """The review as it stands. Raises ``ReviewUnknown``."""
    found = find(review_id)
    if found is None:
        raise ReviewUnknown()
    return found


def find_many(review_ids: Sequence[str]) -> dict[str, Review]:
    """Those of these that were written, at most 100 asked for."""
    rows = ReviewRow.batch_get(list(dict.fromkeys(review_ids)), consistent_read=True)
    return {row.review_id: row.as_value(Review) for row in rows}


def of_product(product_id: str, *, limit: int, cursor: str | None) -> Page[Review]:
    """A product's shown reviews, newest first."""
    found = page(ReviewRow.by_shown, product_id, limit=limit, cursor=cursor)
    return found.map(lambda row: row.as_value(Review))


def of_member(member_id: str, *, limit: int, cursor: str | None) -> Page[Review]:
    """A member's own reviews, newest first, the erased ones too."""
    found = page(ReviewRow.by_writer, member_id, limit=limit, cursor=cursor)
    return found.map(lambda row: row.as_value(Review))


def of_days(
    *, newest: date, oldest: date, state: ReviewState | None, limit: int, cursor: str | None
) -> Page[Review]:
    """Reviews written between these business days, all or of one state, newest first."""

    only = None if state is None else ReviewRow.state == state
    found = walk_back(
        lambda day, count, inner: page(
            ReviewRow.by_day, day, limit=count, cursor=inner, filter_condition=only
        ),
        name=f"reviews:{state}",
        newest=newest,
        oldest=oldest,
        limit=limit,
        cursor=cursor,
    )
    whole = find_many([row.review_id for row in found.items]) if found.items else {}
    return Page([whole[row.review_id] for row in found.items if row.review_id in whole], found.next)


def review_of_image(image: dict[str, Any]) -> Review:
    """The review that a stream record of ``reviews`` holds."""
    return ReviewRow.of_image(image).as_value(Review)


def add(review: Review) -> Write:
    """Put a fresh review; ``ReviewedAlready`` when its line has one."""
    return put_new(_row(review), ReviewedAlready)


def change(before: Review, after: Review) -> Write:
    """Put ``after`` over the review read as ``before``; ``ReviewMoved`` when it changed meanwhile."""
    unchanged = (ReviewRow.version == before.version) & (ReviewRow.counted_stars == before.counted_stars)
    return put(_row(after), unchanged, ReviewMoved)


def sums(product_id: str) -> ReviewSums:
    """What a product's shown reviews come to."""
    row = ReviewSumsRow.find(product_id)
    return row.as_value(ReviewSums) if row else ReviewSums(product_id)


def count(review: Review) -> list[Write]:
    """Bring its product's sums up to this review, whatever of it they hold.

    ``ReviewMoved`` when another delivery did so, or the review changed: then it is told of again.
    """
    wanted, held = stars_to_count(review), review.counted_stars
    if wanted == held:
        return []
    row: Any = ReviewSumsRow
    steps = [(stars, step) for stars, step in ((held, -1), (wanted, 1)) if stars]
    actions = [getattr(row, f"stars_{stars}").add(step) for stars, step in steps]
    is_seen = (ReviewRow.counted_stars == held) & (ReviewRow.version == review.version)
    marks = [ReviewRow.counted_stars.set(wanted)]
    return [
        update(ReviewRow, (review.review_id,), marks, is_seen, otherwise=ReviewMoved),
        update(ReviewSumsRow, (review.product_id,), actions),
    ]


def put_sums(counted: ReviewSums, seen: ReviewSums) -> Write:
    """Write counted sums over those ``seen``; ``ReviewMoved`` when they moved meanwhile."""
    row: Any = ReviewSumsRow
    pairs = [(getattr(row, f"stars_{stars}"), number) for stars, number in enumerate(seen.by_stars, 1)]
    same = [
        attribute == number if number else attribute.does_not_exist() | (attribute == 0)
        for attribute, number in pairs
    ]
    return put(ReviewSumsRow.of_value(counted), reduce(and_, same), ReviewMoved)


def _row(review: Review) -> ReviewRow:
    row = ReviewRow.of_value(review, day=business_day(review.at).isoformat())
    if review.state == "SHOWN":
        row.shown_product_id = review.product_id
    return row
