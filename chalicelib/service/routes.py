"""Doors of reviews: read by everybody, written by who received the goods (P1)."""

from typing import Any

from chalicelib.kernel.auth import anyone, member
from chalicelib.kernel.errors import Invalid
from chalicelib.kernel.http import Ask, Doors, Paging
from chalicelib.kernel.limits import TooOften
from chalicelib.kernel.paging import BadCursor
from chalicelib.orders import store as orders
from chalicelib.orders.offer_upload import demand_own_pictures
from chalicelib.orders.rules import LineUnknown, OrderUnknown
from chalicelib.service import store
from chalicelib.service.rules import NotReviewable, ReviewedAlready, ReviewNotFine
from chalicelib.service.schemas import (
    OrderReviewsOut,
    OwnReviewOut,
    OwnReviewsOut,
    ProductReviewsOut,
    ReviewIn,
)
from chalicelib.service.show import show, show_order_reviews, show_product_reviews
from chalicelib.service.write_review import Said, write_review

doors = Doors("/shop")


@doors.get(
    "/products/{product_id}/reviews",
    who=anyone,
    query=Paging,
    returns=ProductReviewsOut,
    errors=(BadCursor,),
)
def read_reviews(ask: Ask[Any]) -> ProductReviewsOut:
    """What others say of a product."""
    asked = ask.query
    return show_product_reviews(ask.path["product_id"], limit=asked.limit, cursor=asked.next)


@doors.get("/orders/{order_id}/reviews", who=member, returns=OrderReviewsOut, errors=(OrderUnknown,))
def read_order_reviews(ask: Ask[Any]) -> OrderReviewsOut:
    """Which lines of one's own order are reviewed, and which may be."""
    return show_order_reviews(orders.load_own(ask.who.id, ask.path["order_id"]))


@doors.post(
    "/orders/{order_id}/reviews",
    who=member,
    body=ReviewIn,
    returns=OwnReviewOut,
    status=201,
    errors=(OrderUnknown, LineUnknown, NotReviewable, ReviewedAlready, ReviewNotFine, Invalid, TooOften),
)
def write(ask: Ask[ReviewIn]) -> OwnReviewOut:
    """Review a line of one's own order, once; the same again is the same review."""
    given = ask.body
    order_id = orders.load_own(ask.who.id, ask.path["order_id"]).order_id
    demand_own_pictures(ask.who.id, given.picture_keys)
    said = Said(given.line_no, given.stars, given.text, given.picture_keys)
    (shown,) = show([write_review(ask.who.id, order_id, said)])
    return shown


@doors.get("/me/reviews", who=member, query=Paging, returns=OwnReviewsOut, errors=(BadCursor,))
def read_own(ask: Ask[Any]) -> OwnReviewsOut:
    """One's own reviews, newest first."""
    found = store.of_member(ask.who.id, limit=ask.query.limit, cursor=ask.query.next)
    return OwnReviewsOut(items=show(found.items), next=found.next)
