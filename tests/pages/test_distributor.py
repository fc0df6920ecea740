"""A distributor's whole way: applying, the poster, a sale, the payout. D1, I1, I5, R11, W1, W2."""

import base64
import io
import re

import pytest
import zxingcpp
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from chalicelib.kernel.money import yuan
from scripts.local.fill import OWNER_PASSWORD
from scripts.local.h5_page import remember
from scripts.local.people import Phone, Staff, fresh_key, wait_for
from scripts.local.story import DAY, Story
from scripts.local.world import World
from tests.pages.seller import Seller, confirm_on_the_phone, sent
from tests.pages.shop import ADDRESS, PHONE_SIZE, a_sale, give_points, typed, wanted

pytestmark = pytest.mark.local_world


def test_from_applying_to_the_payout(world: World, seller: Seller, owner: Staff) -> None:
    _apply(seller, owner)
    code = _read_the_poster(seller)
    with a_sale(world, seller.phone, code) as story:
        _see_it_pending(seller)
        story.mature()
        _pay_by_balance(seller, owner)
        _withdraw(seller)
        _let_it_expire(seller, story)
        _withdraw(seller)
        confirm_on_the_phone(seller, story)


def test_a_revoked_code_binds_nobody_and_says_so(world: World, seller: Seller, owner: Staff) -> None:
    """I5: who opens it later comes under nobody; the next poster has a living code."""
    _apply(seller, owner)
    revoked = _read_the_poster(seller)
    page = seller.open("distributor/codes")
    mine = page.get_by_test_id("one-code").filter(has_text=revoked)
    mine.get_by_test_id("revoke").click()
    page.locator(".uni-modal__btn_primary").click()
    expect(mine).to_contain_text("已停用")
    late = Phone.fresh(world.api_url, world.wechat_url, "来晚了")
    late.sign_in()
    assert late.post("/shop/scans", {"code": revoked, "source": "LINK"})["decision"] != "BOUND"
    late.close()
    assert _read_the_poster(seller) != revoked


def test_the_calculator_says_what_the_server_reckons(seller: Seller, chromium: Browser) -> None:
    """Issue 5: for whoever comes by, not signed in; what is typed wrong is told below it."""
    guest = chromium.new_context(viewport=PHONE_SIZE, is_mobile=True, has_touch=True)  # type: ignore[arg-type]
    page = guest.new_page()
    page.goto(f"{seller.mall}#/pages/distributor/join")
    expect(page.get_by_test_id("sign-in")).to_be_visible()
    told = _estimate(seller, friends=10, spend_fen=20_000)
    expect(page.get_by_test_id("month")).to_contain_text(yuan(told["month_fen"]).removeprefix("¥"))
    expect(page.get_by_test_id("rests-on").last).to_contain_text("不是承诺")
    typed(page, "spend").fill("33.33")
    _slide_to_the_end(page)
    told = _estimate(seller, friends=100, spend_fen=3_333)
    expect(page.get_by_test_id("friends")).to_have_text("100 位")
    expect(page.get_by_test_id("month")).to_contain_text(yuan(told["month_fen"]).removeprefix("¥"))
    expect(page.get_by_test_id("each")).to_contain_text(yuan(told["order_fen"]))
    for wrong, problem in (("", "请填写"), ("1.234", "两位小数"), ("0.5", "1 到 20,000 元")):
        typed(page, "spend").fill(wrong)
        expect(page.get_by_test_id("spend-problem")).to_contain_text(problem)
    guest.close()


def _estimate(seller: Seller, **asked: int) -> dict[str, int]:
    found: dict[str, int] = seller.phone.get("/shop/earnings-estimate", **asked)
    return found


def _slide_to_the_end(page: Page) -> None:
    place = page.get_by_test_id("slide").locator(".uni-slider-tap-area").bounding_box()
    assert place is not None
    page.mouse.click(place["x"] + place["width"] - 1, place["y"] + place["height"] / 2)


def _apply(seller: Seller, owner: Staff) -> None:
    """The rules are agreed to before the button works; approval opens the centre."""
    page = seller.open("distributor/join")
    page.get_by_test_id("apply").click()
    expect(page.get_by_text("请先勾选同意推广规则")).to_be_visible()
    page.get_by_test_id("agree").click()
    page.get_by_test_id("apply").click()
    expect(page.get_by_test_id("apply")).to_have_count(0)
    if seller.phone.get("/shop/distributor")["status"] == "PENDING":
        owner.post(f"/console/distributors/{seller.phone.member_id}/approve", {})
    seller.open("distributor/join").get_by_test_id("to-centre").click()
    expect(page.get_by_test_id("available")).to_be_visible()


def _read_the_poster(seller: Seller) -> str:
    """The code in the picture leads to the mall with the code that stands below; a channel has its own."""
    page = seller.open("distributor/poster")
    link = _scan(page)
    code = page.get_by_test_id("code").inner_text()
    assert link.endswith(f"?inv={code}")
    typed(page, "channel").fill("朋友圈")
    page.get_by_test_id("make").click()
    expect(page.get_by_test_id("code")).not_to_have_text(code)
    assert _scan(page).endswith(f"?inv={page.get_by_test_id('code').inner_text()}")
    return code


def _scan(page: Page) -> str:
    """What a camera reads on the page's poster."""
    picture = page.locator("[data-testid=poster] img")
    shown = picture.get_attribute("src") or ""
    with Image.open(io.BytesIO(base64.b64decode(shown.partition(",")[2]))) as image:
        (found,) = zxingcpp.read_barcodes(image)
    return str(found.text)


def _see_it_pending(seller: Seller) -> None:
    """R11, W1: the amount is pending, with when it comes and why it is what it is."""
    (mine,) = wait_for("the commission", lambda: seller.phone.get("/distributor/commissions")["items"])
    wait_for("the totals", lambda: seller.has("pending") == mine["left_fen"])
    page = seller.open("distributor/centre")
    expect(page.get_by_test_id("pending")).to_contain_text(yuan(mine["left_fen"]).removeprefix("¥"))
    page = seller.open("distributor/commissions")
    expect(page.get_by_test_id("commission-says")).to_have_text(mine["says"])
    page.get_by_test_id("commission").click()
    expect(page.get_by_test_id("explanation")).to_contain_text("%")
    _see_it_in_the_chart(seller, mine["left_fen"])
    _see_who_brought_it(seller, mine["left_fen"])


def _see_it_in_the_chart(seller: Seller, earned_fen: int) -> None:
    """Issue 5: today's bar, the month's figures and its lines say the same; the code has its order (I5)."""
    told = yuan(earned_fen).removeprefix("¥")
    page = seller.open("distributor/earnings")
    expect(page.get_by_test_id("earned")).to_contain_text(told)
    expect(page.get_by_test_id("bar")).to_have_count(7)
    expect(page.get_by_test_id("bar").last).to_have_attribute("aria-label", re.compile(re.escape(told)))
    expect(page.get_by_test_id("picked")).to_contain_text(told)
    page.get_by_test_id("bar").first.click()
    expect(page.get_by_test_id("picked")).to_contain_text("入账 ¥0.00")
    page.get_by_test_id("tab-MONTH").click()
    expect(page.get_by_test_id("bar")).to_have_count(30)
    page.get_by_test_id("tab-YEAR").click()
    expect(page.get_by_test_id("bar")).to_have_count(12)
    expect(page.get_by_test_id("month-credited").first).to_contain_text(told)
    page.get_by_test_id("month").first.click()
    expect(page.get_by_test_id("line").first).to_contain_text(f"+{told}")
    page = seller.open("distributor/codes")
    personal = page.get_by_test_id("one-code").filter(has_text="全店推广码")
    expect(personal.get_by_test_id("orders")).to_have_text("1")
    expect(personal.get_by_test_id("sales")).not_to_have_text("¥0.00")


def _see_who_brought_it(seller: Seller, earned_fen: int) -> None:
    """D7: the friend, masked, with what they brought, in either order; nobody stands on the second level."""
    wait_for("the team", lambda: seller.phone.get("/distributor/team", sort="EARNED")["items"][0]["orders"])
    page = seller.open("distributor/team")
    for order in ("JOINED", "EARNED"):
        page.get_by_test_id(f"sort-{order}").click()
        expect(page.get_by_test_id(f"sort-{order}")).to_have_attribute("aria-selected", "true")
        expect(page.get_by_test_id("teammate")).to_have_count(1)
        expect(page.get_by_test_id("brought")).to_have_text(yuan(earned_fen))
        expect(page.get_by_test_id("orders")).to_contain_text("1 单")
    expect(page.get_by_test_id("teammate")).to_contain_text("朋*")
    expect(page.get_by_test_id("tab-1")).to_contain_text("1")
    page.route("**/distributor/team**", lambda route: route.abort("connectionreset"))
    page.get_by_test_id("tab-2").click()
    expect(page.get_by_test_id("failed")).to_be_visible()
    page.unroute("**/distributor/team**")
    page.get_by_test_id("retry").click()
    expect(page.get_by_test_id("empty")).to_contain_text("这一级还没有人")


def _pay_by_balance(seller: Seller, owner: Staff) -> None:
    """O1, decision 11: at checkout and cashier, outside WeChat; what is refunded is there again."""
    seller.sign_in()
    owner.sign_in("owner", OWNER_PASSWORD)
    seller.phone.post("/shop/me/addresses", ADDRESS)
    give_points(owner, seller.phone.member_id, 290)  # ¥299 of goods, so that ¥9 is left and no freight
    available_fen = seller.has("available")
    for way in ("checkout", "cashier"):
        remember(seller.page, "basket", [wanted(seller.phone, "长绒棉四件套")])
        page = seller.open("checkout/index")
        expect(page.get_by_test_id("says-BALANCE")).to_contain_text("不够付整个订单")
        page.locator("[data-testid=points] .uni-switch-input").click()
        expect(page.get_by_test_id("total")).to_contain_text("9.00")
        expect(page.get_by_test_id("says-BALANCE")).to_contain_text("付完还剩")
        if way == "checkout":
            page.get_by_test_id("way-BALANCE").click()
        page.get_by_test_id("place").click()
        if way == "cashier":
            expect(page.get_by_test_id("status")).to_have_text("待付款")
            page.get_by_test_id("pay").click()
            expect(page.get_by_test_id("sum")).to_contain_text("9.00")
            page.get_by_test_id("way-BALANCE").last.click()
            page.get_by_test_id("cashier-pay").click()
        expect(page.get_by_test_id("pay-result")).to_have_text("付款成功")
        expect(page.get_by_test_id("paid-by").last).to_have_text("余额")
        assert seller.has("available") == available_fen - 900
        order_id = seller.phone.get("/shop/orders")["items"][0]["order_id"]
        _give_back(seller, owner, order_id)
        wait_for("the money to be back", lambda: seller.has("available") == available_fen)


def _give_back(seller: Seller, owner: Staff, order_id: str) -> None:
    asked = {"kind": "REFUND_ONLY", "lines": [{"line_no": 1, "quantity": 1}], "reason": "OTHER"}
    refund = owner.post(f"/console/orders/{order_id}/refunds", asked, key=fresh_key())
    owner.post(f"/console/refunds/{refund['refund_id']}/approve", {})
    page = seller.open(f"orders/detail?id={order_id}")
    expect(page.get_by_test_id("paid-by")).to_contain_text("余额")
    page.get_by_test_id("to-refund").click()
    expect(page.get_by_test_id("refund-way")).to_contain_text("余额")


def _withdraw(seller: Seller) -> None:
    """W2: what arrives, and when, stands before the button; a second tap asks for nothing more."""
    seller.sign_in()
    available_fen = seller.has("available")
    assert available_fen > 0
    page = seller.open("wallet/withdraw")
    expect(page.get_by_test_id("available")).to_contain_text(yuan(available_fen).removeprefix("¥"))
    page.get_by_test_id("ask").click()
    _see_what_it_comes_to(page, available_fen)
    _be_refused_at_the_last_moment(page, available_fen)
    page.get_by_test_id("ask").click()
    page.get_by_test_id("status").wait_for()
    assert (seller.has("available"), seller.has("frozen")) == (0, available_fen)


def _see_what_it_comes_to(page: Page, available_fen: int) -> None:
    """Limits before an amount; each refusal under the field; then fee, what is paid, and when."""
    expect(page.get_by_test_id("day-limit")).to_contain_text(" / ¥")
    expect(page.get_by_test_id("month-limit")).to_contain_text(" / ¥")
    expect(page.get_by_test_id("days")).to_contain_text("每天")
    expect(page.get_by_test_id("arrives")).to_contain_text("确认收款")
    for wrong, problem in (("1.234", "两位小数"), ("0.01", "最低提现"), ("99999", "最高提现")):
        typed(page, "amount").fill(wrong)
        expect(page.get_by_test_id("why")).to_contain_text(problem)
    _lose_the_reckoning(page)
    page.get_by_test_id("all").click()
    expect(page.get_by_test_id("paid")).to_contain_text(yuan(available_fen).removeprefix("¥"))
    expect(page.get_by_test_id("why")).to_have_count(0)


def _lose_the_reckoning(page: Page) -> None:
    """Without a network nothing is asked for blindly; a tap reckons again."""
    page.route("**/withdrawal-quote**", lambda route: route.abort("connectionreset"))
    typed(page, "amount").fill("10.01")
    expect(page.get_by_test_id("reckon-again")).to_be_visible()
    page.get_by_test_id("ask").click()
    page.unroute("**/withdrawal-quote**")
    page.get_by_test_id("reckon-again").click()
    expect(page.get_by_test_id("paid")).to_contain_text("10.01")


def _be_refused_at_the_last_moment(page: Page, available_fen: int) -> None:
    """What changed since the quote is told below the field too, until something else is typed."""
    late = {
        "code": "OVER_DAILY_LIMIT",
        "title": "今天的额度用完了",
        "detail": "今天的额度刚刚用完了。",
        "status": 409,
    }
    where = re.compile(r"/distributor/withdrawals$")
    page.route(where, lambda route: route.fulfill(status=409, json=late))
    page.get_by_test_id("ask").click()
    expect(page.get_by_test_id("why")).to_have_text("今天的额度刚刚用完了。")
    page.unroute(where)
    typed(page, "amount").fill("10")
    expect(page.get_by_test_id("why")).to_have_count(0)
    expect(page.get_by_test_id("paid")).to_contain_text("10.00")
    page.get_by_test_id("all").click()
    expect(page.get_by_test_id("paid")).to_contain_text(yuan(available_fen).removeprefix("¥"))


def _let_it_expire(seller: Seller, story: Story) -> None:
    """Not confirmed within a day: the page says so in words, and the money is back."""
    frozen_fen = seller.has("frozen")
    asked = sent(seller, story)
    story._advance(DAY + 3600)
    wait_for("the money to be back", lambda: seller.has("available") == frozen_fen)
    seller.sign_in()
    page = seller.open(f"wallet/withdrawal?id={asked['withdrawal_id']}")
    expect(page.get_by_test_id("says")).to_contain_text("退回")
    expect(page.get_by_test_id("confirm")).to_have_count(0)
