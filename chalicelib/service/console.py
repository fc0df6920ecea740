"""Staff doors of reviews: look through, show, take down, answer (P1)."""

from datetime import timedelta
from typing import Any

from chalicelib.kernel.auth import staff
from chalicelib.kernel.clock import business_day, now
from chalicelib.kernel.http import Ask, Doors
from chalicelib.kernel.paging import BadCursor
from chalicelib.service import store
from chalicelib.service.judge_review import judge_review
from chalicelib.service.reply_review import reply_review
from chalicelib.service.rules import Review, ReviewMoved, ReviewUnknown
from chalicelib.service.schemas import HideIn, ReplyIn, ReviewsAsked, StaffReviewOut, StaffReviewsOut
from chalicelib.service.show import show_to_staff

doors = Doors("/console")
_EDIT = staff("reviews.edit")
_ERRORS = (ReviewUnknown, ReviewMoved)
_FURTHEST_BACK = timedelta(days=366)


@doors.get("/reviews", who=_EDIT, query=ReviewsAsked, returns=StaffReviewsOut, errors=(BadCursor,))
def list_reviews(ask: Ask[Any]) -> StaffReviewsOut:
    """Reviews of some days, newest first; those that wait are not shown to anybody yet."""
    asked = ask.query
    newest = asked.newest or business_day(now())
    found = store.of_days(
        newest=newest,
        oldest=max(asked.oldest or newest - _FURTHEST_BACK, newest - _FURTHEST_BACK),
        state=asked.state,
        limit=asked.limit,
        cursor=asked.next,
    )
    return StaffReviewsOut(items=show_to_staff(found.items), next=found.next)


@doors.post("/reviews/{review_id}/show", who=_EDIT, returns=StaffReviewOut, errors=_ERRORS)
def show_one(ask: Ask[Any]) -> StaffReviewOut:
    """Let everybody read a review."""
    return _shown(judge_review(ask.path["review_id"], "SHOWN"))


@doors.post("/reviews/{review_id}/hide", who=_EDIT, body=HideIn, returns=StaffReviewOut, errors=_ERRORS)
def hide_one(ask: Ask[HideIn]) -> StaffReviewOut:
    """Take a review down; its writer reads why."""
    return _shown(judge_review(ask.path["review_id"], "HIDDEN", reason=ask.body.reason))


@doors.post("/reviews/{review_id}/reply", who=_EDIT, body=ReplyIn, returns=StaffReviewOut, errors=_ERRORS)
def reply(ask: Ask[ReplyIn]) -> StaffReviewOut:
    """Answer a review; the answer may be changed."""
    return _shown(reply_review(ask.path["review_id"], ask.body.text))


def _shown(review: Review) -> StaffReviewOut:
    (shown,) = show_to_staff([review])
    return shown
