"""One's own pages on a real local world: a face, points day by day. M2, W6."""

import httpx
import pytest
from playwright.sync_api import FilePayload, expect

from scripts.local.people import Staff, fresh_key, wait_for
from tests.pages.shop import Shopper, a_picture, give_points, wanted

pytestmark = pytest.mark.local_world


def test_a_face(shopper: Shopper) -> None:
    """The picture goes straight into the bucket; what only WeChat can give says so (name, phone number)."""
    page = shopper.open("pages/user/profile")
    with page.expect_file_chooser() as chooser:
        page.get_by_test_id("avatar").click()
    chooser.value.set_files(FilePayload(name="me.png", mimeType="image/png", buffer=a_picture()))
    url = wait_for("the avatar", lambda: shopper.get("/shop/me")["avatar_url"])
    assert httpx.get(url).content == a_picture()
    expect(page.get_by_test_id("phone-way-round")).to_be_visible()
    expect(page.get_by_test_id("nickname-way-round")).to_contain_text("小程序")


def test_what_was_received_is_reviewed_with_a_picture(shopper: Shopper, owner: Staff) -> None:
    """P1: from the order to the product's page; a picture waits until staff have seen it."""
    order_id = received(shopper, owner)
    page = shopper.open(f"pages/orders/detail?id={order_id}")
    page.get_by_test_id("to-review").click()
    page.get_by_test_id("review-go").click()
    expect(page.get_by_text("先点星星打分")).to_be_attached()
    page.get_by_test_id("star-4").click()
    page.locator("[data-testid=review-words] textarea").fill("睡得很香")
    with page.expect_file_chooser() as chooser:
        page.get_by_test_id("add-picture").click()
    chooser.value.set_files(FilePayload(name="bed.png", mimeType="image/png", buffer=a_picture()))
    expect(page.get_by_test_id("picture")).to_have_count(1)
    page.get_by_test_id("review-go").click()
    expect(page.get_by_test_id("review-says")).to_contain_text("商家看过后")
    (mine,) = shopper.get("/shop/me/reviews")["items"]
    path = f"/shop/products/{mine['product_id']}/reviews"
    assert shopper.get(path)["count"] == 0
    owner.post(f"/console/reviews/{mine['review_id']}/show")
    owner.post(f"/console/reviews/{mine['review_id']}/reply", {"text": "谢谢您"})
    wait_for("the count", lambda: shopper.get(path)["count"] == 1)
    page = shopper.open(f"pages/product/detail?id={mine['product_id']}")
    expect(page.get_by_test_id("average")).to_have_text("4.0 分")
    page.get_by_test_id("to-reviews").click()
    expect(page.get_by_test_id("review-text").last).to_have_text("睡得很香")
    expect(page.get_by_test_id("reply").last).to_contain_text("谢谢您")
    page = shopper.open("pages/me/index")
    page.get_by_test_id("to-reviews").click()
    expect(page.get_by_test_id("review-says")).to_contain_text("大家都能看到")


def received(shopper: Shopper, owner: Staff) -> str:
    """Paid by points, so that no WeChat is needed; sent and received."""
    give_points(owner, shopper.member_id, 299)
    lines = [wanted(shopper, "长绒棉四件套")]
    body = {"lines": lines, "address_id": shopper.address_id, "expected_total_fen": 0, "points": 299}
    order_id = str(shopper.post("/shop/orders", body, key=fresh_key())["order_id"])
    shopper.post(f"/shop/orders/{order_id}/free-payment")
    owner.post(f"/console/orders/{order_id}/ship", {"delivery": "PICK_UP"})
    shopper.post(f"/shop/orders/{order_id}/receive")
    return order_id


def test_a_day_is_checked_in_once(shopper: Shopper) -> None:
    page = shopper.open("pages/points/index")
    page.get_by_test_id("check-in").click()
    expect(page.get_by_test_id("check-in")).to_have_text("今天签过了")
    before = shopper.get("/shop/points")["available"]
    assert before > 0
    expect(page.get_by_test_id("points-available")).to_have_text(str(before))
    page.get_by_test_id("check-in").click()
    assert shopper.get("/shop/points")["available"] == before
