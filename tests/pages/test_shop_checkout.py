"""The checkout when something goes wrong on the way, on a real local world. O1, O2, W6, M1."""

import pytest
from playwright.sync_api import Route, expect

from scripts.local.h5_page import kept
from scripts.local.people import Staff, fresh_key
from tests.pages.shop import Shopper, give_points, typed, wanted

pytestmark = pytest.mark.local_world


def test_a_lost_answer_and_a_second_tap_place_one_order(shopper: Shopper) -> None:
    """Invariant 3: the key is kept before sending, so the same wish meets itself."""
    page = shopper.checkout(wanted(shopper, "秦岭百花蜜"))
    keys: list[str | None] = []

    def lose(route: Route) -> None:
        keys.append(route.request.headers.get("idempotency-key"))
        if len(keys) == 1:
            route.fetch()  # the server places it; only its answer is lost
            route.abort("connectionreset")
        else:
            route.continue_()

    page.route("**/shop/orders", lose)
    page.get_by_test_id("place").click()
    expect(page.get_by_text("没有连上商城")).to_be_attached()
    assert len(shopper.orders()) == 1
    page.get_by_test_id("place").dblclick()
    expect(page.get_by_test_id("status")).to_have_text("待付款")
    assert len(shopper.orders()) == 1
    assert len(set(keys)) == 1
    assert kept(page, "basket") is None


def test_sold_out_at_the_last_moment_is_said_at_the_line(shopper: Shopper, owner: Staff) -> None:
    line = wanted(shopper, "手工竹编收纳篮", sku=1, quantity=2)
    page = shopper.checkout(line)
    found = shopper.get(f"/shop/products/{line['product_id']}/stock")["items"]
    left = next(one["available"] for one in found if one["sku_id"] == line["sku_id"])
    path = f"/console/stock/{line['sku_id']}/adjustments"
    owner.post(path, {"change": 1 - left, "reason": "盘点"}, key=fresh_key())
    try:
        page.get_by_test_id("place").click()
        expect(page.get_by_test_id("line-problem")).to_be_visible()
        expect(page.get_by_test_id("why")).to_contain_text("有商品暂时买不了")
        assert shopper.orders() == []
    finally:
        owner.post(path, {"change": left - 1, "reason": "盘点"}, key=fresh_key())


def test_a_session_that_ended_midway_loses_nothing_that_was_typed(shopper: Shopper) -> None:
    page = shopper.checkout(wanted(shopper, "秦岭百花蜜"))
    typed(page, "note").fill("周末再送")
    shopper.post("/shop/sign-out")  # the refresh token is dead now
    page.route(
        "**/shop/orders", lambda route: route.fulfill(status=401, json={"detail": "请重新登录"}), times=1
    )
    page.get_by_test_id("place").click()
    typed(page, "username").fill(shopper.username)
    typed(page, "password").fill(shopper.password)
    page.get_by_test_id("by-password").click()
    expect(typed(page, "note")).to_have_value("周末再送")
    page.get_by_test_id("place").click()
    expect(page.get_by_test_id("status")).to_have_text("待付款")
    (order,) = shopper.orders()
    assert shopper.get(f"/shop/orders/{order['order_id']}")["note"] == "周末再送"


def test_a_tap_while_the_price_is_read_waits_for_it(shopper: Shopper, owner: Staff) -> None:
    """Nothing typed is lost by a refresh; at another price than was seen it asks first."""
    give_points(owner, shopper.member_id, 30)
    page = shopper.checkout(wanted(shopper, "秦岭百花蜜"))
    typed(page, "note").fill("放门口")
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route("**/shop/quote", hold)
    page.locator("[data-testid=points] .uni-switch-input").click()
    page.get_by_test_id("place").click()
    expect(page.get_by_test_id("place")).to_have_attribute("aria-disabled", "true")
    assert shopper.orders() == []
    for one in held:
        one.continue_()
    page.unroute("**/shop/quote")
    expect(page.get_by_text("金额刚刚有变化")).to_be_attached()
    assert shopper.orders() == []
    expect(typed(page, "note")).to_have_value("放门口")
    page.get_by_test_id("place").click()
    expect(page.get_by_test_id("status")).to_have_text("待付款")
    (order,) = shopper.orders()
    assert order["points"] == 30


def test_points_that_pay_it_all_need_no_wechat(shopper: Shopper, owner: Staff) -> None:
    """W6: an order of nothing is confirmed at once; the points are spent, the lines say so."""
    give_points(owner, shopper.member_id, 300)
    page = shopper.checkout(wanted(shopper, "长绒棉四件套"))
    expect(page.get_by_test_id("total")).to_contain_text("299.00")
    page.locator("[data-testid=points] .uni-switch-input").click()
    expect(page.get_by_test_id("total")).to_contain_text("0.00")
    expect(page.get_by_test_id("total")).not_to_contain_text("299")
    page.get_by_test_id("place").click()
    expect(page.get_by_test_id("pay-result")).to_have_text("付款成功")
    (order,) = shopper.orders()
    assert (order["status"], order["total_fen"], order["points"]) == ("PAID", 0, 299)
    assert sum(line["points_fen"] for line in order["lines"]) == 29_900
    assert shopper.get("/shop/points")["available"] == 1


def test_outside_wechat_the_order_waits_and_says_where_to_pay(shopper: Shopper) -> None:
    page = shopper.checkout(wanted(shopper, "试饮小样"))
    page.get_by_test_id("place").click()
    expect(page.get_by_test_id("status")).to_have_text("待付款")
    expect(page.get_by_test_id("says")).to_contain_text("微信")
