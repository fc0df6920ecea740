"""Reviews as everybody, their writers and staff read them (P1)."""

from collections.abc import Sequence

from chalicelib.kernel.clock import now
from chalicelib.kernel.uploads import signed_link
from chalicelib.members import store as members
from chalicelib.members.rules import masked
from chalicelib.orders.rules import Order
from chalicelib.service import store
from chalicelib.service.rules import Review, may_review
from chalicelib.service.schemas import (
    LineReviewOut,
    OrderReviewsOut,
    OwnReviewOut,
    ProductReviewsOut,
    ReviewOut,
    StaffReviewOut,
)

_LINK_SECONDS = 600


def show_product_reviews(product_id: str, *, limit: int, cursor: str | None) -> ProductReviewsOut:
    """A page of a product's reviews; their count follows by a second or so. Raises ``BadCursor``."""
    sums, found = store.sums(product_id), store.of_product(product_id, limit=limit, cursor=cursor)
    names = _names(found.items)
    return ProductReviewsOut(
        count=sums.count,
        average_tenths=sums.average_tenths,
        by_stars=list(sums.by_stars),
        items=[_shown(one, names) for one in found.items],
        next=found.next,
    )


def show_order_reviews(order: Order) -> OrderReviewsOut:
    """Each line of the buyer's own order with its review, or whether one may be written."""
    at = now()
    ids = {line.line_no: store.review_id_of(order.order_id, line.line_no) for line in order.lines}
    written = store.find_many(list(ids.values()))
    own = dict(zip(written, show(list(written.values())), strict=True))
    return OrderReviewsOut(
        items=[
            LineReviewOut(
                line_no=line.line_no,
                title=line.title,
                sku_name=line.sku_name,
                picture_url=line.picture_url,
                can_review=ids[line.line_no] not in written and may_review(order, line, at),
                review=own.get(ids[line.line_no]),
            )
            for line in order.lines
        ]
    )


def show(reviews: Sequence[Review]) -> list[OwnReviewOut]:
    """Reviews as their writer reads them."""
    names = _names(reviews)
    return [_own(one, names) for one in reviews]


def show_to_staff(reviews: Sequence[Review]) -> list[StaffReviewOut]:
    """Reviews with what staff may do."""
    names = _names(reviews)
    return [
        StaffReviewOut(
            **dict(_own(one, names)),
            member_id=one.member_id,
            hidden_reason=one.hidden_reason,
            can_show=one.state in ("WAITING", "HIDDEN"),
            can_hide=one.state in ("WAITING", "SHOWN"),
            can_reply=one.state != "GONE",
        )
        for one in reviews
    ]


def _own(review: Review, names: dict[str, str]) -> OwnReviewOut:
    return OwnReviewOut(
        **dict(_shown(review, names)),
        order_id=review.order_id,
        line_no=review.line_no,
        product_id=review.product_id,
        title=review.title,
        state=review.state,
        says=_says(review),
    )


def _shown(review: Review, names: dict[str, str]) -> ReviewOut:
    return ReviewOut(
        review_id=review.review_id,
        nickname=names.get(review.member_id, masked("")),
        sku_name=review.sku_name,
        stars=review.stars,
        text=review.text,
        picture_urls=[signed_link(key, valid_seconds=_LINK_SECONDS) for key in review.picture_keys],
        at=review.at,
        reply=review.reply,
        replied_at=review.replied_at,
    )


def _says(review: Review) -> str:
    if review.state == "HIDDEN":
        return f"商家没有展示这条评价：{review.hidden_reason}"
    return {
        "WAITING": "商家看过后就会展示给大家。",
        "SHOWN": "大家都能看到，名字只露第一个字。",
        "GONE": "已随账号注销删除。",
    }[review.state]


def _names(reviews: Sequence[Review]) -> dict[str, str]:
    ids = {one.member_id for one in reviews}
    found = members.load_many(ids) if ids else {}
    return {member_id: masked(member.nickname) for member_id, member in found.items()}
