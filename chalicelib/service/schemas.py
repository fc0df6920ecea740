"""What reviews look like from outside."""

from datetime import datetime
from typing import Annotated

from pydantic import Field, StringConstraints

from chalicelib.kernel.days import Day
from chalicelib.kernel.http import Body, Out, Paging
from chalicelib.service.rules import MAX_PICTURES, MAX_TEXT, ReviewState

_Words = Annotated[str, StringConstraints(strip_whitespace=True, max_length=MAX_TEXT)]


class ReviewIn(Body):
    """What a buyer says of one line."""

    line_no: int = Field(title="商品", ge=1, le=100)
    stars: int = Field(title="星级", ge=1, le=5)
    text: _Words = Field("", title="评价")
    picture_keys: list[str] = Field(
        default_factory=list, title="图片", max_length=MAX_PICTURES, description="Keys from /shop/evidence."
    )


class ReviewOut(Out):
    """A review as everybody reads it."""

    review_id: str
    nickname: str = Field(description="Masked.")
    sku_name: str
    stars: int
    text: str
    picture_urls: list[str] = Field(description="Good for ten minutes.")
    at: datetime
    reply: str | None
    replied_at: datetime | None


class ProductReviewsOut(Out):
    """A product's reviews, newest first, and what all of them come to."""

    count: int
    average_tenths: int | None = Field(description="48 is 4.8 stars; null without a review.")
    by_stars: list[int] = Field(description="From one star to five.")
    items: list[ReviewOut]
    next: str | None


class OwnReviewOut(ReviewOut):
    """A review as its writer reads it."""

    order_id: str
    line_no: int
    product_id: str
    title: str
    state: ReviewState
    says: str = Field(description="Whether others see it, in a sentence.")


class OwnReviewsOut(Out):
    """One page of one's own reviews."""

    items: list[OwnReviewOut]
    next: str | None


class LineReviewOut(Out):
    """A line of an order: reviewed, or to be."""

    line_no: int
    title: str
    sku_name: str
    picture_url: str | None
    can_review: bool
    review: OwnReviewOut | None


class OrderReviewsOut(Out):
    """The lines of an order."""

    items: list[LineReviewOut]


class ReviewsAsked(Paging):
    """Reviews of some days, of a state or of all."""

    state: ReviewState | None = Field(None, title="状态")
    newest: Day | None = Field(None, title="截止日期")
    oldest: Day | None = Field(None, title="开始日期")


class StaffReviewOut(OwnReviewOut):
    """A review as staff see it."""

    member_id: str
    hidden_reason: str | None
    can_show: bool
    can_hide: bool
    can_reply: bool


class StaffReviewsOut(Out):
    """One page of reviews."""

    items: list[StaffReviewOut]
    next: str | None


class ReplyIn(Body):
    """The shop's answer."""

    text: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=300)] = Field(
        title="回复"
    )


class HideIn(Body):
    """Why a review is taken down; its writer reads it."""

    reason: Annotated[str, StringConstraints(strip_whitespace=True, min_length=2, max_length=100)] = Field(
        title="原因"
    )
