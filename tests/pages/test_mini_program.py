"""The mini-program that WeChat would get, on WeChat's own component engine and the real API. N1, I1–I3, O1.

It has no window, document or fetch here, as in WeChat; it signs in by wx.login, pays by wx.requestPayment.
"""

import re
from collections.abc import Iterator
from urllib.parse import quote

import pytest
from playwright.sync_api import Route, expect

from scripts.local.people import Phone, Staff, wait_for
from scripts.local.world import World
from tests.pages.mini import MiniProgram
from tests.pages.shop import ADDRESS, wanted

pytestmark = pytest.mark.local_world

OWN_PAGES = {
    "/pages/search/index": "search-input",
    "/pages/points/index": "points-available",
    "/pages/user/profile": "nickname",
    "/pages/user/address": "save-address",
    "/pages/user/settings": "text-privacy",
    "/pages/orders/list": "empty",
    "/pages/refunds/list": "empty",
    "/pages/gifts/index": "empty",
    "/pages/user/inbox": "empty",
    "/pages/distributor/join": "apply",
}
"""What a page of somebody new shows when it has come to life."""


@pytest.fixture
def sharer(world: World, owner: Staff) -> Iterator[Phone]:
    phone = Phone.fresh(world.api_url, world.wechat_url, "阿芳")
    phone.sign_in()
    if phone.post("/shop/distributor/application", {"message": "分享"})["status"] == "PENDING":
        owner.post(f"/console/distributors/{phone.member_id}/approve", {})
    yield phone
    phone.close()


def test_a_code_binds_and_opens_its_product_without_a_question(mini: MiniProgram, sharer: Phone) -> None:
    """Signed in quietly by wx.login; the scene's inviter is bound; the code's product is shown."""
    tea = wanted(sharer, "高山云雾绿茶")["product_id"]
    code = sharer.post("/distributor/codes", {"channel": "", "product_id": tea})["code"]
    mini.open(scene=quote(quote(f"i={code}", safe="")))
    expect(mini.see("product")).to_be_visible()
    mini.phone.sign_in()
    assert mini.phone.get("/shop/me")["inviter_nickname"]


def test_buying_cancelling_and_paying(mini: MiniProgram) -> None:
    mini.open()
    mini.see("product-card").filter(has_text="秦岭百花蜜").click()
    mini.see("buy").click()
    mini.see("sku").first.click()
    mini.see("sku-go").click()
    expect(mini.see("why")).to_contain_text("收货地址")
    mini.phone.sign_in()
    mini.phone.post("/shop/me/addresses", ADDRESS)
    mini.see("address").click()
    mini.see("address-item").click()
    mini.field("note").fill("放门口")
    expect(mini.see("place")).not_to_have_class(re.compile(r"\boff\b"))
    mini.pays = "cancel"
    mini.see("place").click()
    expect(mini.see("status")).to_have_text("待付款")
    mini.pays = "pay"
    mini.see("pay").click()
    expect(mini.see("pay-result")).to_have_text("付款成功")
    (order,) = mini.phone.get("/shop/orders")["items"]
    assert order["status"] == "PAID"
    assert mini.phone.get(f"/shop/orders/{order['order_id']}")["note"] == "放门口"
    assert len(mini.asked("requestPayment")) == 2


def test_cart_tabs_and_what_is_ones_own(mini: MiniProgram) -> None:
    mini.open()
    mini.see("product-card").filter(has_text="陶土马克杯").click()
    mini.see("add-to-cart").click()
    mini.see("more").click()
    mini.see("sku-go").click()
    mini.see("to-cart").click()
    expect(mini.see("cart-line")).to_have_count(1)
    expect(mini.see("count")).to_have_text("2")
    mini.page.locator("#tabs div").nth(3).click()
    mini.see("to-coupons").click()
    mini.see("claim").first.click()
    wait_for("the toast", lambda: any("优惠券" in one for one in mini.asked("showToast")))
    mini.phone.sign_in()
    assert mini.phone.get("/shop/coupons", status="UNUSED")["items"]


def test_every_page_of_ones_own_comes_to_life(mini: MiniProgram) -> None:
    mini.open()
    mini.see("product-card").first.wait_for()
    for path, shown in OWN_PAGES.items():
        mini.go(path)
        expect(mini.see(shown)).to_be_visible()


def test_signing_in_may_end_after_a_page_came_up(mini: MiniProgram) -> None:
    """M1: a page that shows what is one's own asks for it then; it was left waiting for ever."""
    held: list[Route] = []
    mini.page.route("**/shop/sign-in/mini-program", lambda route: held.append(route))
    mini.open()
    mini.see("product-card").first.wait_for()
    mini.go("/pages/distributor/join")
    expect(mini.see("sign-in")).to_be_visible()
    held.pop().continue_()
    expect(mini.see("apply")).to_be_visible()
