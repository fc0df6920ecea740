"""A buyer says what it was like (P1): once for each line, after receipt."""

from collections.abc import Sequence
from dataclasses import dataclass

from chalicelib.kernel import limits
from chalicelib.kernel.clock import now
from chalicelib.kernel.config import config
from chalicelib.kernel.crypto import fingerprint
from chalicelib.kernel.dynamo import commit
from chalicelib.kernel.limits import Limit
from chalicelib.members import store as members
from chalicelib.orders import store as orders
from chalicelib.service import store
from chalicelib.service.rules import (
    NotReviewable,
    Review,
    ReviewedAlready,
    Verdict,
    first_state,
    may_review,
)
from chalicelib.wechat.messages import text_is_fine
from chalicelib.wechat.transport import WeChatUnavailable

_PER_MEMBER = Limit("review", times=30, minutes=60)


@dataclass(frozen=True)
class Said:
    """Stars from one to five, words if any, and the keys of own uploads."""

    line_no: int
    stars: int
    text: str
    picture_keys: Sequence[str]


def write_review(member_id: str, order_id: str, said: Said) -> Review:
    """The review of a line of the member's own order; the same again gives the same one.

    WeChat judges the words. What it does not pass for certain, or cannot judge (outside the
    mini-program, out of reach), and whatever has pictures, waits for staff. Raises ``OrderUnknown``,
    ``LineUnknown``, ``NotReviewable``, ``ReviewedAlready``, ``ReviewNotFine`` or ``TooOften``.
    """
    order, at = orders.load_own(member_id, order_id), now()
    line = order.line(said.line_no)
    mark = fingerprint(str(said.stars), said.text, *said.picture_keys)
    written = store.find(store.review_id_of(order_id, said.line_no))
    if written is not None:
        return _same(written, mark)
    if not may_review(order, line, at):
        raise NotReviewable()
    limits.take((_PER_MEMBER, member_id))
    state = first_state(_judged(member_id, said.text), has_pictures=bool(said.picture_keys))
    review = Review(
        review_id=store.review_id_of(order_id, said.line_no),
        order_id=order_id,
        line_no=line.line_no,
        product_id=line.product_id,
        title=line.title,
        sku_name=line.sku_name,
        member_id=member_id,
        stars=said.stars,
        text=said.text,
        picture_keys=tuple(said.picture_keys),
        state=state,
        at=at,
        fingerprint=mark,
    )
    try:
        commit(store.add(review))
    except ReviewedAlready:
        return _same(store.load(review.review_id), mark)
    return review


def _same(written: Review, mark: str) -> Review:
    if written.fingerprint != mark:
        raise ReviewedAlready()
    return written


def _judged(member_id: str, text: str) -> Verdict:
    if not text:
        return "pass"
    openid = members.load(member_id).openids.get(config().mp_appid)
    if openid is None:
        return "review"
    try:
        return text_is_fine(openid, text, scene=2)
    except WeChatUnavailable:
        return "review"
