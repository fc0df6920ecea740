"""What shoppers and distributors do most, in the built mini-program, from the tap to the shop's books.

With `test_mini_program.py` (the code, paying, the cart) these are the ten core flows of N1 on WeChat's own
component engine: P4, O1, O3, O4, W6, M1, D1, I1, R11, W2.
"""

import base64
import io
from typing import Any

import pytest
import zxingcpp
from PIL import Image
from playwright.sync_api import expect

from chalicelib.kernel.money import yuan
from scripts.local.people import Phone, Staff, fresh_key, wait_for
from scripts.local.world import World
from tests.pages.mini import MiniProgram
from tests.pages.shop import ADDRESS, a_sale, call_off_orders, give_points, wanted

pytestmark = pytest.mark.local_world


def test_a_product_is_searched_kept_and_found_again(mini: MiniProgram) -> None:
    _open(mini)
    mini.go("/pages/search/index")
    mini.field("search-input").fill("秦岭")
    mini.see("search-go").click()
    expect(mini.see("product-card")).to_have_count(1)
    mini.see("product-card").click()
    mini.see("favourite").click()
    wait_for("the favourite", lambda: mini.phone.get("/shop/favourites")["items"])
    mini.go("/pages/user/favourites")
    expect(mini.see("product-card")).to_contain_text("秦岭百花蜜")


def test_a_long_list_grows_as_one_scrolls(mini: MiniProgram) -> None:
    """N1, N5: the same foot as in the browser, by WeChat's own observer."""
    _open(mini)
    phone = mini.phone
    call_off_orders(phone, phone.post("/shop/me/addresses", ADDRESS)["address_id"], 15)
    mini.go("/pages/orders/list")
    expect(mini.see("order")).to_have_count(10)
    mini.page.wait_for_load_state("networkidle")
    expect(mini.see("order")).to_have_count(10)
    mini.see("foot").scroll_into_view_if_needed()
    expect(mini.see("order")).to_have_count(15)
    expect(mini.see("foot")).to_contain_text("没有更多了")


def test_coupon_and_points_are_off_the_price_that_is_paid(mini: MiniProgram, owner: Staff) -> None:
    """The total under the button is the order's total, coupon and points in it."""
    _open(mini)
    phone = mini.phone
    phone.post("/shop/me/addresses", ADDRESS)
    give_points(owner, phone.member_id, 20)
    offer = phone.get("/shop/coupon-offers")["items"][0]
    phone.post(f"/shop/coupon-offers/{offer['template_id']}/claim", key=fresh_key())
    tea = wanted(phone, "高山云雾绿茶", quantity=3)
    phone.put(f"/shop/cart/{tea['sku_id']}", {"product_id": tea["product_id"], "quantity": 3})
    mini.page.locator("#tabs div").nth(2).click()
    mini.see("to-checkout").click()
    expect(mini.see("coupon-off")).to_be_visible()
    mini.see("points").locator("input").click()
    expect(mini.see("points-off")).to_contain_text("20.00")
    shown = mini.see("total").inner_text()
    mini.see("place").click()
    expect(mini.see("pay-result")).to_have_text("付款成功")
    (order,) = phone.get("/shop/orders")["items"]
    assert order["coupon_fen"] > 0
    assert (order["points_fen"], order["status"]) == (2_000, "PAID")
    assert "".join(shown.split()).endswith(yuan(order["total_fen"]))


def test_a_parcel_is_received_and_its_goods_are_reviewed(mini: MiniProgram, owner: Staff) -> None:
    order_id = _bought(mini, "陶土马克杯", 1)
    parcel = {"delivery": "EXPRESS", "express_company": "SF", "tracking_number": "SF1417000999777"}
    owner.post(f"/console/orders/{order_id}/ship", parcel)
    mini.go(f"/pages/orders/detail?id={order_id}")
    expect(mini.see("parcel")).to_contain_text("SF1417000999777")
    mini.see("receive").click()
    expect(mini.see("status")).to_have_text("已收货")
    mini.see("to-review").click()
    mini.see("star-4").click()
    mini.area("review-words").fill("杯子很稳，釉色也好看")
    mini.see("review-go").click()
    (mine,) = wait_for("the review", lambda: mini.phone.get("/shop/me/reviews")["items"])
    assert (mine["stars"], mine["text"]) == (4, "杯子很稳，釉色也好看")


def test_one_of_two_is_given_back(mini: MiniProgram, owner: Staff) -> None:
    """O4: asked for by piece, followed to the end; half of what was paid is there again."""
    order_id = _bought(mini, "高山云雾绿茶", 2)
    mini.go(f"/pages/orders/detail?id={order_id}")
    mini.see("ask-refund").click()
    mini.see("more").click()
    mini.field("refund-note").fill("多买了一份")
    mini.see("ask-go").click()
    expect(mini.see("refund-status")).to_be_visible()
    (refund,) = mini.phone.get("/shop/refunds")["items"]
    (line,) = mini.phone.get(f"/shop/orders/{order_id}")["lines"]
    assert refund["amount_fen"] == line["paid_fen"] // 2
    owner.post(f"/console/refunds/{refund['refund_id']}/approve", {})
    mini.phone.device("POST", "/sim/clock", {"advance_seconds": 120})
    wait_for("the refund", lambda: mini.phone.get("/shop/refunds")["items"][0]["status"] == "POSTED")
    mini.go("/pages/refunds/list")
    expect(mini.see("refund")).to_contain_text("已退款")


def test_the_name_that_friends_see_is_changed(mini: MiniProgram) -> None:
    _open(mini)
    mini.go("/pages/user/profile")
    mini.field("nickname").fill("苗苗家的茶")
    mini.see("save-profile").click()
    wait_for("the name", lambda: mini.phone.get("/shop/me")["nickname"] == "苗苗家的茶")


def test_applying_leads_to_a_poster_whose_code_binds(mini: MiniProgram, world: World, owner: Staff) -> None:
    """D1, I1: the picture on the page is a code of this shop that brings a friend under its owner."""
    poster = _a_distributor_with_a_poster(mini, owner)
    with Image.open(io.BytesIO(base64.b64decode(poster.partition(",")[2]))) as image:
        (found,) = zxingcpp.read_barcodes(image)
    assert mini.see("code").inner_text() in found.text
    friend = Phone.fresh(world.api_url, world.wechat_url, "新朋友")
    friend.sign_in()
    said = friend.post("/shop/scans", {"code": mini.see("code").inner_text(), "source": "LINK"})
    assert said["decision"] == "BOUND"
    friend.close()


def test_a_sale_is_seen_explained_and_paid_out(mini: MiniProgram, world: World, owner: Staff) -> None:
    """R11, W2: pending with its sentence; withdrawn later, confirmed on WeChat's sheet."""
    _a_distributor_with_a_poster(mini, owner)
    code = mini.see("code").inner_text()
    with a_sale(world, mini.phone, code) as story:
        (mine,) = wait_for("the commission", lambda: mini.phone.get("/distributor/commissions")["items"])
        mini.go("/pages/distributor/commissions")
        expect(mini.see("commission-says")).to_have_text(mine["says"])
        mini.see("commission").click()
        expect(mini.see("explanation")).to_contain_text("%")
        story.mature()
        wait_for("the money", lambda: _purse(mini)["available_fen"])
        available_fen = _purse(mini)["available_fen"]
        mini.go("/pages/wallet/withdraw")
        mini.see("all").click()
        expect(mini.see("paid")).to_contain_text(yuan(available_fen).removeprefix("¥"))
        mini.see("ask").click()
        expect(mini.see("status")).to_be_visible()
        assert _purse(mini)["frozen_fen"] == available_fen
        story._advance(120)
        sheet = "requestMerchantTransfer"
        (asked,) = wait_for("the transfer", lambda: _sent(mini))
        mini.go(f"/pages/wallet/withdrawal?id={asked['withdrawal_id']}")
        mini.see("confirm").click()
        wait_for("the payout", lambda: mini.asked(sheet) and _withdrawals(mini)[0]["status"] == "PAID")
        assert len(mini.asked(sheet)) == 1


def _open(mini: MiniProgram, scene: str = "") -> None:
    """Launch it, and know the same person at the API."""
    mini.open(scene=scene)
    mini.see("product-card").first.wait_for()
    mini.phone.sign_in()


def _bought(mini: MiniProgram, title: str, quantity: int) -> str:
    """An order of this person, paid on the sheet of WeChat; made before, so that the flow begins after it."""
    _open(mini)
    address = mini.phone.post("/shop/me/addresses", ADDRESS)
    line = wanted(mini.phone, title, quantity=quantity)
    given = {"lines": [line], "address_id": address["address_id"]}
    total_fen = mini.phone.post("/shop/quote", given)["total_fen"]
    placed = mini.phone.post("/shop/orders", {**given, "expected_total_fen": total_fen}, key=fresh_key())
    order_id: str = placed["order_id"]
    mini.phone.pay(order_id)
    wait_for("the payment", lambda: mini.phone.get(f"/shop/orders/{order_id}")["status"] == "PAID")
    return order_id


def _a_distributor_with_a_poster(mini: MiniProgram, owner: Staff) -> str:
    """Apply, be approved, reach the poster by the centre; the picture that is shown."""
    _open(mini)
    mini.go("/pages/distributor/join")
    told = mini.phone.get("/shop/earnings-estimate", friends=10, spend_fen=20_000)
    expect(mini.see("each")).to_contain_text(yuan(told["order_fen"]))
    mini.see("agree").click()
    mini.see("apply").click()
    wait_for("the application", lambda: mini.phone.get("/shop/distributor")["status"] != "NONE")
    if mini.phone.get("/shop/distributor")["status"] == "PENDING":
        owner.post(f"/console/distributors/{mini.phone.member_id}/approve", {})
    mini.go("/pages/distributor/join")
    mini.see("to-centre").click()
    mini.see("to-poster").click()
    expect(mini.see("poster")).to_be_visible()
    return mini.see("poster").get_attribute("src") or ""


def _purse(mini: MiniProgram) -> Any:
    return mini.phone.get("/shop/wallet")


def _withdrawals(mini: MiniProgram) -> Any:
    return mini.phone.get("/distributor/withdrawals")["items"]


def _sent(mini: MiniProgram) -> Any:
    return [one for one in _withdrawals(mini) if one["confirm"]]
