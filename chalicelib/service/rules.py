"""A review, who may write it, and what a product's reviews come to (P1). Pure."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

from chalicelib.kernel.errors import Conflict, Invalid, NotFound
from chalicelib.orders.rules import Order, OrderLine

ReviewState = Literal["WAITING", "SHOWN", "HIDDEN", "GONE"]
"""For staff to look at; for everybody; taken down by staff; erased with its writer's account."""
Verdict = Literal["pass", "review", "risky"]

MAX_PICTURES = 6
MAX_TEXT = 500
WRITE_WITHIN = timedelta(days=180)
"""After receipt; what was used for longer says little of the product on sale."""


@dataclass(frozen=True)
class Review:
    """What a buyer says of one line of an order; one for each line, for ever.

    ``counted_stars`` is what of it is in its product's sums: the follower's mark (decision 3).
    """

    review_id: str
    order_id: str
    line_no: int
    product_id: str
    title: str
    sku_name: str
    member_id: str
    stars: int
    text: str
    picture_keys: tuple[str, ...]
    state: ReviewState
    at: datetime
    fingerprint: str
    reply: str | None = None
    replied_at: datetime | None = None
    hidden_reason: str | None = None
    version: int = 1
    counted_stars: int = 0


@dataclass(frozen=True)
class ReviewSums:
    """How many shown reviews of a product have so many stars."""

    product_id: str
    stars_1: int = 0
    stars_2: int = 0
    stars_3: int = 0
    stars_4: int = 0
    stars_5: int = 0

    @property
    def by_stars(self) -> tuple[int, ...]:
        """From one star to five."""
        return self.stars_1, self.stars_2, self.stars_3, self.stars_4, self.stars_5

    @property
    def count(self) -> int:
        """All of them."""
        return sum(self.by_stars)

    @property
    def average_tenths(self) -> int | None:
        """In tenths of a star, the half rounded up: 48 is 4.8. ``None`` without a review."""
        total = sum(stars * number for stars, number in enumerate(self.by_stars, 1))
        return (20 * total + self.count) // (2 * self.count) if self.count else None


class ReviewUnknown(NotFound):
    title = "没有这条评价"
    detail = "没有找到这条评价，请刷新后再试。"


class NotReviewable(Conflict):
    """Not received, never sent, or too long ago."""

    title = "现在不能评价"
    detail = "确认收货后的 180 天内可以评价；没有发出就退掉的商品不用评价。"


class ReviewedAlready(Conflict):
    title = "已经评价过"
    detail = "这件商品已经评价过了，感谢您的分享。"


class ReviewNotFine(Invalid):
    """WeChat finds the text unfit to be shown."""

    title = "换个说法试试"
    detail = "这段文字没有通过微信的内容检查，请换个说法。"


class ReviewMoved(Conflict):
    """Somebody else dealt with it meanwhile, or it is as wanted already."""

    title = "评价状态已变化"
    detail = "这条评价刚刚有变化，请刷新后再试。"


def may_review(order: Order, line: OrderLine, at: datetime) -> bool:
    """Whether the buyer holds, or held, these goods: a line that was refunded after receipt may be reviewed,
    one that was never sent may not."""
    is_received = order.received_at is not None and at < order.received_at + WRITE_WITHIN
    return is_received and line.shipped_quantity > 0


def first_state(verdict: Verdict, *, has_pictures: bool) -> ReviewState:
    """Shown at once only where nothing is left to judge: pictures, and what WeChat did not pass, wait for
    a person. Raises ``ReviewNotFine``."""
    if verdict == "risky":
        raise ReviewNotFine(fields={"text": ReviewNotFine.detail})
    return "SHOWN" if verdict == "pass" and not has_pictures else "WAITING"


def moved(review: Review, to: ReviewState, *, reason: str | None = None) -> Review:
    """Shown or hidden by staff. Raises ``ReviewMoved`` for one that is so already, or is gone."""
    if review.state in (to, "GONE"):
        raise ReviewMoved()
    return replace(review, state=to, hidden_reason=reason, version=review.version + 1)


def replied(review: Review, text: str, at: datetime) -> Review:
    """With the shop's answer, which may be changed. Raises ``ReviewMoved`` for one that is gone."""
    if review.state == "GONE":
        raise ReviewMoved()
    return replace(review, reply=text, replied_at=at, version=review.version + 1)


def erased(review: Review) -> Review:
    """Without anything its writer said; the answer to it goes too."""
    bare = replace(review, text="", picture_keys=(), reply=None, replied_at=None)
    return replace(bare, state="GONE", fingerprint="", version=review.version + 1)


def stars_to_count(review: Review) -> int:
    """What of it belongs into its product's sums: its stars while it is shown, else nothing."""
    return review.stars if review.state == "SHOWN" else 0


def add_up(product_id: str, reviews: Iterable[Review]) -> ReviewSums:
    """The sums of these reviews of one product."""
    numbers = [0] * 6
    for review in reviews:
        numbers[stars_to_count(review)] += 1
    return ReviewSums(product_id, *numbers[1:])
