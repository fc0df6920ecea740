"""The shopper's story in one browser window, two phones side by side. I1–I3, O1–O4, A1, W6, M1.

Scan the code on the other phone's screen, look round, sign in when it is needed, buy two articles with a
coupon and points, turn away from the payment and come back to it, receive, and give one piece back.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, FilePayload, expect

from scripts.local.people import Phone, Staff, wait_for
from scripts.local.world import World
from tests.pages.shop import a_picture, give_points, wanted
from tests.pages.street import Street, give_address, sign_in_by_wechat

pytestmark = pytest.mark.local_world

TEA_FEN, CUP_FEN = 3_333, 4_500


@dataclass
class Two(Street):
    """``sharer`` is a distributor, ``friend`` is new."""

    sharer: Phone
    friend: Phone


@pytest.fixture
def street(world: World, chromium: Browser, owner: Staff) -> Iterator[Two]:
    sharer = Phone.fresh(world.api_url, world.wechat_url, "阿芳")
    sharer.sign_in()
    if sharer.post("/shop/distributor/application", {"message": "分享给朋友"})["status"] == "PENDING":
        owner.post(f"/console/distributors/{sharer.member_id}/approve", {})
    friend = Phone.fresh(world.api_url, world.wechat_url, "小林")
    page = chromium.new_page(viewport={"width": 1600, "height": 1000})
    page.goto(world.phones_url)
    yield Two(page, sharer, friend)
    page.close()
    sharer.close()
    friend.close()


def test_from_the_scan_to_the_refund(street: Two, owner: Staff) -> None:
    tea = wanted(street.sharer, "高山云雾绿茶")
    _scan_the_code_on_the_other_screen(street, tea["product_id"])
    _buy_leads_through_the_sign_in(street)
    friend = _known(street.friend)
    assert friend.get("/shop/me")["inviter_nickname"]
    give_points(owner, friend.member_id, 20)
    _claim_the_coupon(street)
    order_id = _place_two_articles(street)
    _turn_away_and_pay(street, order_id)
    wait_for("the commission", lambda: street.sharer.get("/distributor/commissions")["items"])
    _receive(street, owner, order_id)
    _give_one_back(street, owner, order_id)


def _scan_the_code_on_the_other_screen(street: Two, product_id: str) -> None:
    """The sharer opens the product's code; the friend's camera sees it, and the product opens."""
    shown, seen = street.mall(street.sharer), street.mall(street.friend)
    shown.get_by_test_id("search").wait_for()
    street.go(street.sharer, f"pages/distributor/poster?product_id={product_id}")
    sign_in_by_wechat(shown)
    expect(shown.get_by_test_id("poster")).to_be_visible()
    street.scan(street.friend)
    expect(seen.get_by_test_id("product")).to_be_visible()


def _buy_leads_through_the_sign_in(street: Two) -> None:
    """Nobody was asked before; buying asks, and WeChat's own page leads on to the checkout."""
    mall = street.mall(street.friend)
    mall.get_by_test_id("buy").click()
    mall.get_by_test_id("sku-go").click()
    mall.get_by_test_id("by-wechat").click()
    expect(mall.get_by_test_id("total")).to_be_visible()
    give_address(mall, "小林")


def _known(friend: Phone) -> Phone:
    """The same person at the API, to see what really became of it."""
    friend.sign_in()
    return friend


def _claim_the_coupon(street: Two) -> None:
    mall = street.mall(street.friend)
    street.go(street.friend, "pages/coupons/index")
    mall.get_by_test_id("claim").first.click()
    wait_for("the coupon", lambda: street.friend.get("/shop/coupons", status="UNUSED")["items"])


def _place_two_articles(street: Two) -> str:
    """Two tea and a cup from the cart; the server's price with coupon and points is what is placed."""
    friend, mall = street.friend, street.mall(street.friend)
    for title, quantity in (("高山云雾绿茶", 2), ("陶土马克杯", 1)):
        line = wanted(friend, title, quantity=quantity)
        friend.put(f"/shop/cart/{line['sku_id']}", {"product_id": line["product_id"], "quantity": quantity})
    street.go(friend, "pages/cart/index")
    expect(mall.get_by_test_id("cart-line")).to_have_count(2)
    mall.get_by_test_id("to-checkout").click()
    expect(mall.get_by_test_id("coupon-off")).to_be_visible()
    mall.locator("[data-testid=points] .uni-switch-input").click()
    expect(mall.get_by_test_id("points-off")).to_contain_text("20.00")
    total = mall.get_by_test_id("total").inner_text()
    mall.get_by_test_id("place").click()
    street.turn_away(friend)
    expect(mall.get_by_test_id("status")).to_have_text("待付款")
    expect(mall.get_by_test_id("says")).to_contain_text("前付款")
    (order,) = friend.get("/shop/orders")["items"]
    lines = friend.get(f"/shop/orders/{order['order_id']}")["lines"]
    goods_fen = 2 * TEA_FEN + CUP_FEN
    assert order["coupon_fen"] > 0
    assert (order["goods_fen"], order["points_fen"]) == (goods_fen, 2_000)
    assert order["total_fen"] == goods_fen - order["coupon_fen"] - 2_000 + order["freight_fen"]
    assert sum(line["paid_fen"] for line in lines) == order["total_fen"] - order["freight_fen"]
    assert f"{order['total_fen'] // 100}.{order['total_fen'] % 100:02}" in "".join(total.split())
    return str(order["order_id"])


def _turn_away_and_pay(street: Two, order_id: str) -> None:
    """Cancelled, the order waits; paid from its page, it is paid once and the cart is empty."""
    friend, mall = street.friend, street.mall(street.friend)
    mall.get_by_test_id("pay").click()
    street.agree(friend)
    expect(mall.get_by_test_id("pay-result")).to_have_text("付款成功")
    mall.get_by_test_id("to-order").click()
    expect(mall.get_by_test_id("status")).to_have_text("待发货")
    assert len(friend.get("/shop/orders")["items"]) == 1
    assert friend.get("/shop/points")["available"] == 0
    wait_for("an empty cart", lambda: not friend.get("/shop/cart")["lines"])


def _receive(street: Two, owner: Staff, order_id: str) -> None:
    mall = street.mall(street.friend)
    parcel = {"delivery": "EXPRESS", "express_company": "SF", "tracking_number": "SF1417000999888"}
    owner.post(f"/console/orders/{order_id}/ship", parcel)
    street.go(street.friend, "pages/orders/list?status=SHIPPED")
    mall.get_by_test_id("order").click()
    expect(mall.get_by_test_id("parcel")).to_contain_text("SF1417000999888")
    mall.get_by_test_id("receive").click()
    mall.locator(".uni-modal__btn_primary").click()
    expect(mall.get_by_test_id("status")).to_have_text("已收货")


def _give_one_back(street: Two, owner: Staff, order_id: str) -> None:
    """One of two: the money of one, the points of one; the page follows it to the end."""
    friend, mall = street.friend, street.mall(street.friend)
    mall.get_by_test_id("ask-refund").click()
    mall.get_by_test_id("line").filter(has_text="高山云雾绿茶").get_by_test_id("more").click()
    with street.page.expect_file_chooser() as chooser:
        mall.get_by_test_id("add-picture").click()
    chooser.value.set_files(FilePayload(name="cup.png", mimeType="image/png", buffer=a_picture()))
    expect(mall.get_by_test_id("picture")).to_have_count(1)
    mall.get_by_test_id("ask-go").click()
    expect(mall.get_by_test_id("refund-status")).to_be_visible()
    (refund,) = friend.get("/shop/refunds")["items"]
    (line,) = refund["lines"]
    (picture,) = refund["picture_urls"]
    assert httpx.get(picture).content == a_picture()
    before = _line(friend, order_id, "高山云雾绿茶")
    assert line["quantity"] == 1
    assert refund["amount_fen"] == before["paid_fen"] // 2
    owner.post(f"/console/refunds/{refund['refund_id']}/approve", {})
    friend.device("POST", "/sim/clock", {"advance_seconds": 120})
    wait_for("the refund", lambda: friend.get("/shop/refunds")["items"][0]["status"] == "POSTED")
    street.go(friend, "pages/refunds/list")
    expect(mall.get_by_test_id("refund")).to_contain_text("已退款")
    after = _line(friend, order_id, "高山云雾绿茶")
    assert after["refunded_fen"] == refund["amount_fen"]


def _line(friend: Phone, order_id: str, title: str) -> dict[str, Any]:
    lines: list[dict[str, Any]] = friend.get(f"/shop/orders/{order_id}")["lines"]
    return next(one for one in lines if one["title"] == title)
