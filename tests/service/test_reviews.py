"""Reviews from receipt to the product's page, and what the shop does with them (P1)."""

import json

import pytest

from chalicelib.kernel.jobs import Change, Drift
from chalicelib.orders.complete import complete
from chalicelib.orders.receive import receive
from chalicelib.orders.rules import Order
from chalicelib.privacy.close_account import close_account
from chalicelib.service import store
from chalicelib.service.erase_reviews import erase_reviews
from chalicelib.service.jobs import count_review
from chalicelib.service.recount_reviews import recount_reviews
from chalicelib.service.rules import ReviewSums
from tests.orders.shop import Shop
from tests.support import api
from tests.support.world import Clock, dump, dump_all, upload
from tests.wechat.fake import FakeWeChat, Reply

STAFF = "reviews.edit"


@pytest.fixture
def received(shop: Shop, wechat: FakeWeChat) -> Order:
    wechat.on("/wxa/msg_sec_check", {"errcode": 0, "result": {"suggest": "pass"}})
    return receive(shop.shipped(shop.paid()))


def write(shop: Shop, order: Order, *, member_id: str = "", **said: object) -> api.Answer:
    body = {"line_no": 1, "stars": 5, "text": "很香，会再买", **said}
    token = api.member_token(member_id or shop.c)
    return api.post(f"/shop/orders/{order.order_id}/reviews", body, token=token)


def follow() -> None:
    """Every review is told of, twice."""
    told = [Change("reviews", "1", None, json.loads(one)) for one in dump("reviews")]
    for one in [*told, *told]:
        count_review(one)


def shown(shop: Shop) -> dict[str, object]:
    found: dict[str, object] = api.get(f"/shop/products/{shop.tea.product_id}/reviews").json
    return found


def test_a_fine_text_is_shown_at_once_under_a_masked_name(shop: Shop, received: Order) -> None:
    answer = write(shop, received)
    assert (answer.status, answer.json["state"]) == (201, "SHOWN")
    follow()
    page = shown(shop)
    assert (page["count"], page["average_tenths"], page["by_stars"]) == (1, 50, [0, 0, 0, 0, 1])
    (one,) = page["items"]  # type: ignore[misc]
    assert one["nickname"].endswith("**") and one["text"] == "很香，会再买"
    assert "member_id" not in one and "order_id" not in one


def test_once_a_line_and_the_same_again_is_the_same(shop: Shop, received: Order) -> None:
    first = write(shop, received)
    before = dump_all()
    assert write(shop, received).json == first.json
    refused = write(shop, received, stars=1)
    assert (refused.status, refused.json["code"]) == (409, "REVIEWED_ALREADY")
    assert dump_all() == before
    lines = api.get(f"/shop/orders/{received.order_id}/reviews", token=api.member_token(shop.c)).json["items"]
    assert [(one["can_review"], one["review"] is None) for one in lines] == [(False, False), (True, True)]


def test_only_who_received_it(shop: Shop, received: Order) -> None:
    unsent = shop.paid(key="order-0002")
    assert write(shop, unsent).json["code"] == "NOT_REVIEWABLE"
    assert write(shop, received, member_id=shop.b).status == 404
    assert write(shop, received, line_no=9).status == 422


@pytest.mark.parametrize(
    "wrong", [{"stars": 0}, {"stars": 6}, {"text": "长" * 501}, {"picture_keys": ["x"] * 7}]
)
def test_what_does_not_fit_is_refused(shop: Shop, received: Order, wrong: dict[str, object]) -> None:
    assert write(shop, received, **wrong).status == 422


def test_what_wechat_finds_risky_is_refused_under_its_field(
    shop: Shop, received: Order, wechat: FakeWeChat
) -> None:
    """N4, wechat.md §3.5."""
    wechat.on("/wxa/msg_sec_check", {"errcode": 0, "result": {"suggest": "risky"}})
    answer = write(shop, received)
    assert (answer.status, answer.json["code"]) == (422, "REVIEW_NOT_FINE")
    assert "text" in answer.json["fields"]


def test_pictures_and_doubtful_words_wait_for_staff(shop: Shop, received: Order, wechat: FakeWeChat) -> None:
    """Nothing unjudged is shown: staff look first; what they take down has a reason for its writer."""
    offer = api.post("/shop/evidence", {"content_type": "image/png"}, token=api.member_token(shop.c)).json
    assert write(shop, received, picture_keys=[offer["picture_key"]]).status == 422, "not uploaded"
    upload(offer["picture_key"])
    made = write(shop, received, picture_keys=[offer["picture_key"]]).json
    wechat.on("/wxa/msg_sec_check", {"errcode": 0, "result": {"suggest": "review"}})
    doubtful = write(shop, received, line_no=2).json
    assert (made["state"], doubtful["state"]) == ("WAITING", "WAITING")
    follow()
    assert (shown(shop)["count"], shown(shop)["items"]) == (0, [])
    token = api.staff_token(STAFF)
    waiting = api.get("/console/reviews?state=WAITING", token=token).json["items"]
    assert {one["review_id"] for one in waiting} == {made["review_id"], doubtful["review_id"]}
    path = f"/console/reviews/{made['review_id']}"
    assert api.post(f"{path}/show", token=api.staff_token("orders.read", staff_id="STOTHER")).status == 403
    answer = api.post(f"{path}/show", token=token)
    assert answer.status == 200, answer.body
    assert answer.json["state"] == "SHOWN"
    assert api.post(f"{path}/show", token=token).status == 409
    assert api.post(f"{path}/reply", {"text": "谢谢您"}, token=token).json["reply"] == "谢谢您"
    follow()
    (one,) = shown(shop)["items"]  # type: ignore[misc]
    assert (one["reply"], len(one["picture_urls"]), shown(shop)["count"]) == ("谢谢您", 1, 1)
    api.post(f"{path}/hide", {"reason": "含有电话号码"}, token=token)
    follow()
    assert (shown(shop)["count"], shown(shop)["items"]) == (0, [])
    mine = api.get("/shop/me/reviews", token=api.member_token(shop.c)).json["items"]
    assert any("含有电话号码" in one["says"] for one in mine)


def test_outside_the_mini_program_a_person_judges(shop: Shop, wechat: FakeWeChat) -> None:
    """WeChat judges for nobody it does not know: words wait, stars alone are shown."""
    wechat.on("/wxa/msg_sec_check", Reply(b"", 503))
    order = receive(shop.shipped(shop.paid()))
    assert write(shop, order).json["state"] == "WAITING"
    assert write(shop, order, line_no=2, text="  ").json["state"] == "SHOWN"


def test_sums_are_counted_again_beside_the_running_shop(shop: Shop, received: Order) -> None:
    write(shop, received)
    product_id = shop.tea.product_id
    drift = recount_reviews(product_id)
    assert drift == Drift(ReviewSums(product_id), ReviewSums(product_id, stars_5=1))
    recount_reviews(product_id, drift)
    assert store.sums(product_id).count == 1
    assert recount_reviews(product_id) is None


def test_who_closes_the_account_takes_the_words_away(shop: Shop, received: Order, world: Clock) -> None:
    """M2: nothing of it is shown or counted any more; twice is once."""
    write(shop, received)
    follow()
    world.advance(days=8)
    complete(received)
    close_account(shop.c)
    erase_reviews(shop.c)
    follow()
    assert (shown(shop)["count"], shown(shop)["items"]) == (0, [])
    assert "会再买" not in str(dump_all())
