"""The mall in a browser: a shopper with a window, and what both look at."""

import io
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from PIL import Image
from playwright.sync_api import Browser, FrameLocator, Locator, Page

from scripts.local.fill import OWNER_PASSWORD
from scripts.local.h5_page import remember, sign_in_as
from scripts.local.people import Caller, Phone, Staff, fresh_key
from scripts.local.story import Story
from scripts.local.world import World

ADDRESS = {
    "receiver": "小林",
    "phone": "13800138001",
    "province": "浙江省",
    "city": "杭州市",
    "district": "西湖区",
    "street": "龙井路 8 号",
    "is_default": True,
}
PHONE_SIZE = {"width": 390, "height": 844}


def typed(place: Page | FrameLocator, testid: str) -> Locator:
    """The input of a field; the framework puts it inside the marked element."""
    return place.locator(f"[data-testid={testid}] input")


class Shopper(Caller):
    """Somebody with a password account and a browser window of their own on the mall."""

    def __init__(self, world: World, chromium: Browser) -> None:
        super().__init__(world.api_url)
        self.username = f"lin{secrets.token_hex(4)}"
        self.password = "a-long-password-1"
        signed = self.post("/shop/sign-up", {"username": self.username, "password": self.password})
        self.token = signed["access_token"]
        self.member_id: str = signed["member"]["member_id"]
        self.address_id: str = self.post("/shop/me/addresses", ADDRESS)["address_id"]
        self.mall = f"{world.api_url}/h5/"
        self.context = chromium.new_context(viewport=PHONE_SIZE, is_mobile=True, has_touch=True)  # type: ignore[arg-type]
        self.page = self.context.new_page()
        self.page.goto(self.mall)
        sign_in_as(self.page, signed)

    def close(self) -> None:
        """Close the window, hang up."""
        self.context.close()
        super().close()

    def open(self, path: str) -> Page:
        """Open a page of the mall anew."""
        self.page.goto("about:blank")
        self.page.goto(f"{self.mall}#/{path}")
        return self.page

    def checkout(self, *lines: dict[str, Any]) -> Page:
        """Open the checkout with this basket and wait for its price."""
        remember(self.page, "basket", list(lines))
        page = self.open("pages/checkout/index")
        page.get_by_test_id("total").wait_for()
        return page

    def orders(self) -> list[dict[str, Any]]:
        """What was really placed."""
        found: list[dict[str, Any]] = self.get("/shop/orders", limit=50)["items"]
        return found


def a_picture() -> bytes:
    """A small PNG, as a phone would have one."""
    drawn = io.BytesIO()
    Image.new("RGB", (64, 64), "#5b8c5a").save(drawn, "PNG")
    return drawn.getvalue()


def wanted(caller: Caller, title: str, *, sku: int = 0, quantity: int = 1) -> dict[str, Any]:
    """A basket line of the demo shop, by the product's title."""
    cards = caller.get("/shop/products", limit=50)["items"]
    product_id = next(one["product_id"] for one in cards if one["title"] == title)
    skus = caller.get(f"/shop/products/{product_id}")["skus"]
    return {"product_id": product_id, "sku_id": skus[sku]["sku_id"], "quantity": quantity}


def give_points(owner: Staff, member_id: str, points: int) -> None:
    """A gift from the shop, as staff give it."""
    path = f"/console/points/{member_id}/grants"
    owner.post(path, {"points": points, "reason": "测试赠送"}, key=fresh_key())


def payout_rules(staff: Staff, **changed: int) -> dict[str, int]:
    """Change the settings of withdrawals; gives what they were. The API keeps the old for seconds."""
    path = "/console/settings/withdrawals"
    held = staff.get(path)
    staff.put(path, {"version": held["version"], "values": {**held["values"], **changed}})
    return {name: held["values"][name] for name in changed}


def call_off_orders(buyer: Caller, address_id: str, count: int) -> None:
    """So many orders that were placed and cancelled: a long list."""
    basket = {"lines": [wanted(buyer, "秦岭百花蜜")], "address_id": address_id}
    basket["expected_total_fen"] = buyer.post("/shop/quote", basket)["total_fen"]
    for _ in range(count):
        order = buyer.post("/shop/orders", basket, key=fresh_key())
        buyer.post(f"/shop/orders/{order['order_id']}/cancel")


@contextmanager
def a_sale(world: World, sharer: Phone, code: str) -> Iterator[Story]:
    """Let a friend come by the sharer's code, buy and pay."""
    story = Story(world.api_url, world.wechat_url, lambda _: None)
    friend = Phone.fresh(world.api_url, world.wechat_url, "朋友")
    friend.sign_in()
    assert friend.post("/shop/scans", {"code": code, "source": "LINK"})["decision"] == "BOUND"
    story.people = {"A": sharer, "C": friend}
    story.staff.sign_in("owner", OWNER_PASSWORD)
    story.buy()
    yield story
    friend.close()
    story.staff.close()
