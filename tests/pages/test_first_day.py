"""A merchant's first day, by clicks alone: from an empty shop to the payout and the exported figures.

Owner, second factor, settings, freight, goods, plan, colleague, distributor, sale, parcel, refund, payout by
two persons, the day's figures, the file (G1, G2, G3, G6, P1, D1, R10, R11, O3, O4, W2, W3, B4). Nothing is
done by the API that merchant or customers would do; it is only asked what really became of each step.
"""

import io
import re
from collections.abc import Iterator

import pytest
from openpyxl import load_workbook
from playwright.sync_api import Browser, Page, expect
from pyotp import TOTP

from scripts.local.people import Phone, Staff, wait_for
from scripts.local.story import DAY
from scripts.local.world import World
from tests.pages.console import SIZE, agree, choose, do, go, row, sign_in, typed
from tests.pages.first_day import PASSWORD, Desk, Town, open_a_shop
from tests.pages.street import Street, give_address, sign_in_by_wechat
from tests.pages.test_console_shop import picture, saved

pytestmark = pytest.mark.local_world

TEA, PRICES_FEN = "武夷岩茶", {"100 克": 8_800, "250 克": 19_990}
COLLEAGUE = ("cai", "小蔡")


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A shop as a first deployment leaves it, the owner's account, and one for the test to look with."""
    world = open_a_shop(tmp_path_factory.mktemp("first-day"))
    yield world
    world.stop()


@pytest.fixture
def town(opened: World, chromium: Browser) -> Iterator[Town]:
    contexts = [chromium.new_context(viewport=SIZE) for _ in range(2)]  # type: ignore[arg-type]
    street = Street(chromium.new_page(viewport={"width": 1600, "height": 1000}))
    phones = [Phone.fresh(opened.api_url, opened.wechat_url, name) for name in ("阿芳", "小林")]
    staff = Staff(opened.api_url)
    yield Town(opened, Desk(opened, contexts[0], "owner", PASSWORD), street, *phones, staff)
    for one in (*contexts, street.page.context, *phones, staff):
        one.close()


def test_the_first_day(town: Town, chromium: Browser) -> None:
    _set_the_second_factor_up(town)
    _settle_the_rules(town)
    _make_a_product(town)
    _publish_a_plan(town)
    other = _bring_in_a_colleague(town, chromium)
    _approve_a_distributor(town)
    order_id = _sell_on_the_phones(town)
    _see_the_commission(town, order_id)
    _sell_under_another_template(town, order_id)
    _ship_and_receive(town, order_id)
    _refund_one(town)
    _read_the_day(town)
    _pay_out_with_a_second_person(town, other)
    _export_and_verify(town, order_id)


def _steps_done(page: Page) -> set[str]:
    go(page, "")
    page.reload()
    expect(page.get_by_test_id("first-steps")).to_be_visible()
    return set(page.locator(".steps .done a").all_inner_texts())


def _set_the_second_factor_up(town: Town) -> None:
    desk, page = town.desk, town.desk.page
    sign_in(page, desk.username, desk.password)
    expect(page.get_by_test_id("who")).to_be_visible()
    assert _steps_done(page) == set()
    page.get_by_role("link", name="绑定手机验证器").click()
    page.get_by_test_id("factor-password").fill(PASSWORD)
    page.get_by_test_id("factor-go").click()
    desk.codes = TOTP(page.get_by_test_id("factor-secret").inner_text())
    page.get_by_test_id("factor-code").fill(desk.codes.at(town.now()))
    page.get_by_test_id("factor-go").click()
    expect(page.get_by_test_id("factor-on")).to_be_visible()
    assert _steps_done(page) == {"绑定手机验证器"}


def _settle_the_rules(town: Town) -> None:
    """Two persons from ten yuan on, and every withdrawal is looked at."""
    page = town.desk.page
    page.get_by_role("link", name="看一遍商城设置").click()
    row(page, "提现规则").get_by_test_id("do-修改").click()
    typed(page, "auto_below_fen", "0")
    typed(page, "two_persons_above_fen", "10")
    saved(page)
    assert town.look("/console/settings/withdrawals")["values"]["two_persons_above_fen"] == 1_000
    go(page, "freight")
    do(page, "新模板")
    typed(page, "name", "全国统一运费")
    for name, value in (("first_units", "1"), ("first_fee_fen", "10"), ("next_units", "1")):
        typed(page, f"rate.{name}", value)
    saved(page)
    go(page, "categories")
    do(page, "新分类")
    typed(page, "name", "好茶")
    saved(page)
    assert _steps_done(page) == {"绑定手机验证器", "看一遍商城设置", "建运费模板", "建商品分类"}


def _make_a_product(town: Town) -> None:
    page = town.desk.page
    page.get_by_role("link", name="上架第一件商品").click()
    do(page, "新商品")
    typed(page, "title", TEA)
    choose(page, "field-category_id", "好茶")
    choose(page, "field-freight_template_id", "全国统一运费")
    page.get_by_test_id("add-picture_urls").click()
    page.get_by_test_id("field-picture_urls.0").set_input_files(picture())
    expect(page.get_by_test_id("shown-picture_urls.0")).to_be_visible()
    page.get_by_test_id("add-skus").click()
    for at, (name, price_fen) in enumerate(PRICES_FEN.items()):
        typed(page, f"skus.{at}.name", name)
        typed(page, f"skus.{at}.price_fen", f"{price_fen / 100:.2f}")
        typed(page, f"skus.{at}.cost_fen", "30")
    saved(page)
    (made,) = town.look("/console/products", q=TEA)["items"]
    go(page, f"stock?product_id={made['product_id']}")
    for name in PRICES_FEN:
        row(page, name).get_by_test_id("do-盘点").click()
        typed(page, "available", "12")
        typed(page, "reason", "首批入库")
        saved(page)
    go(page, "products?shelf=OFF")
    row(page, TEA).get_by_test_id("do-上架").click()
    agree(page)
    expect(row(page, TEA)).to_have_count(0)


def _publish_a_plan(town: Town) -> None:
    """A template with one ratio changed; tried before there is any order; at once in force."""
    page = town.desk.page
    assert "上架第一件商品" in _steps_done(page)
    page.get_by_role("link", name="发布返利方案").click()
    page.get_by_test_id("begin-01_two_levels").click()
    page.get_by_test_id("rule-0").locator(".el-collapse-item__header").click()
    rate = page.get_by_test_id("field-rules.0.how.rate_bps")
    rate.fill("7.5")
    rate.blur()
    do(page, "保存")
    expect(page.get_by_test_id("dirty")).to_have_count(0)
    do(page, "试算")
    page.get_by_test_id("simulate").click()
    expect(page.get_by_test_id("cost")).to_have_text("¥0.00")
    page.get_by_role("link", name="回到方案").click()
    _put_in_force(town)
    go(page, "")
    page.reload()
    expect(page.get_by_test_id("figure-销售额")).to_be_visible()
    expect(page.get_by_test_id("first-steps")).to_have_count(0)


def _put_in_force(town: Town) -> None:
    """From the draft to a plan that new orders go by."""
    page = town.desk.page
    do(page, "提交")
    agree(page)
    expect(page.get_by_test_id("plan-status")).to_have_text("已批准")
    do(page, "发布")
    page.get_by_test_id("save").click()
    expect(page.get_by_test_id("plan-status")).to_have_text("已发布")
    town.seller.device("POST", "/sim/clock", {"advance_seconds": 20})
    page.reload()
    expect(page.get_by_text("生效中")).to_be_visible()


def _bring_in_a_colleague(town: Town, chromium: Browser) -> Desk:
    page = town.desk.page
    go(page, "staff")
    do(page, "新员工")
    typed(page, "username", COLLEAGUE[0])
    typed(page, "name", COLLEAGUE[1])
    choose(page, "field-role_ids", "财务")
    page.get_by_test_id("field-name").click()
    page.get_by_test_id("save").click()
    told = page.locator(".el-message-box__message").inner_text()
    first = re.search(r"初始密码：(\S+?)。", told)
    assert first
    agree(page)
    context = chromium.new_context(viewport=SIZE)  # type: ignore[arg-type]
    other = Desk(town.world, context, COLLEAGUE[0], first[1])
    sign_in(other.page, other.username, other.password)
    other.page.get_by_test_id("password").fill(other.password)
    other.page.get_by_test_id("next").fill(PASSWORD)
    other.page.get_by_test_id("go").click()
    other.password = PASSWORD
    sign_in(other.page, other.username, other.password)
    expect(other.page.get_by_test_id("who")).to_have_text(COLLEAGUE[1])
    return other


def _approve_a_distributor(town: Town) -> None:
    page, street = town.desk.page, town.street
    street.page.goto(town.world.phones_url)
    mall = street.mall(town.seller)
    mall.get_by_test_id("search").wait_for()
    street.go(town.seller, "pages/distributor/join")
    mall.get_by_test_id("sign-in").click()
    mall.get_by_test_id("by-wechat").click()
    mall.get_by_test_id("agree").click()
    mall.get_by_test_id("apply").click()
    expect(mall.get_by_test_id("standing")).to_be_visible()
    town.seller.sign_in()
    go(page, "")
    page.reload()
    expect(page.get_by_test_id("waits-分销商申请")).to_contain_text("1")
    page.get_by_test_id("waits-分销商申请").click()
    page.get_by_test_id("do-通过").click()
    saved(page)
    assert town.seller.get("/shop/distributor")["level"]["name"] == "普通分销商"


def _sell_on_the_phones(town: Town) -> str:
    """The buyer scans the poster on the seller's phone, and buys two of the larger article."""
    street, mall, shown = town.street, town.street.mall(town.buyer), town.street.mall(town.seller)
    mall.get_by_test_id("search").wait_for()
    street.go(town.seller, "pages/distributor/poster")
    expect(shown.get_by_test_id("poster")).to_be_visible()
    street.scan(town.buyer)
    mall.get_by_test_id("product-card").filter(has_text=TEA).first.click()
    mall.get_by_test_id("buy").click()
    mall.get_by_test_id("sku").filter(has_text="250 克").click()
    mall.get_by_test_id("more").click()
    mall.get_by_test_id("sku-go").click()
    mall.get_by_test_id("by-wechat").click()
    give_address(mall, "小林")
    expect(mall.get_by_test_id("total")).to_contain_text("409.80")
    mall.get_by_test_id("place").click()
    street.agree(town.buyer)
    expect(mall.get_by_test_id("pay-result")).to_have_text("付款成功")
    town.buyer.sign_in()
    (order,) = town.buyer.get("/shop/orders")["items"]
    assert order["goods_fen"] == 2 * PRICES_FEN["250 克"]
    return str(order["order_id"])


def _see_the_commission(town: Town, order_id: str) -> None:
    """7.5 % of two pieces, with the reason, on the seller's phone and in the console alike."""
    (mine,) = wait_for("the commission", lambda: town.seller.get("/distributor/commissions")["items"])
    assert mine["amount_fen"] == 2 * PRICES_FEN["250 克"] * 75 // 1_000
    mall = town.street.mall(town.seller)
    town.street.go(town.seller, "pages/distributor/commissions")
    expect(mall.get_by_test_id("commission")).to_contain_text("29.98")
    mall.get_by_test_id("commission").click()
    expect(mall.get_by_test_id("explanation")).to_contain_text("7.5%")
    page = town.desk.page
    go(page, "commissions")
    page.get_by_test_id("filter-order_id").fill(order_id)
    page.get_by_test_id("search").click()
    do(page, "为什么")
    for said in town.look(f"/console/commissions/{order_id}")["items"][0]["explanation"]:
        expect(page.get_by_test_id("explained")).to_contain_text(said)
    page.keyboard.press("Escape")


def _sell_under_another_template(town: Town, order_id: str) -> None:
    """Steps by amount, one ratio changed: what the trial says of the last order is what the next one pays."""
    page = town.desk.page
    go(page, "plans/new")
    page.get_by_test_id("begin-02_order_steps").click()
    page.get_by_test_id("rule-0").locator(".el-collapse-item__header").click()
    typed(page, "rules.0.how.rows.0.rate_bps", "3.3")
    do(page, "保存")
    expect(page.get_by_test_id("dirty")).to_have_count(0)
    do(page, "试算")
    page.get_by_test_id("simulate").click()
    expect(page.get_by_test_id("cost")).to_have_text("¥13.19")
    tried = page.get_by_test_id("simulated").locator(".el-table", has_text=order_id)
    tried.locator(".el-table__expand-icon").first.click()
    explained = tried.locator(".why").inner_text()
    page.get_by_role("link", name="回到方案").click()
    _put_in_force(town)
    mall, piece_fen = town.street.mall(town.buyer), PRICES_FEN["250 克"]
    mall.get_by_test_id("to-order").click()
    mall.get_by_test_id("again").click()
    expect(mall.get_by_test_id("total")).to_contain_text("409.80")
    mall.get_by_test_id("place").click()
    town.street.agree(town.buyer)
    expect(mall.get_by_test_id("pay-result")).to_have_text("付款成功")
    again = town.buyer.get("/shop/orders")["items"][0]["order_id"]
    (row_of_order,) = town.look(f"/console/commissions/{again}")["items"]
    assert again != order_id
    assert row_of_order["amount_fen"] == 2 * piece_fen * 33 // 1_000 == 1_319
    assert "".join(row_of_order["explanation"]) == explained
    shown = town.street.mall(town.seller)
    town.street.go(town.seller, "pages/distributor/centre")
    shown.get_by_test_id("to-commissions").click()
    expect(shown.get_by_test_id("commission").first).to_contain_text("13.19")


def _ship_and_receive(town: Town, order_id: str) -> None:
    page, street, mall = town.desk.page, town.street, town.street.mall(town.buyer)
    go(page, f"orders/{order_id}")
    do(page, "发货")
    choose(page, "field-express_company", "中通")
    typed(page, "tracking_number", "ZT2026112600077")
    saved(page)
    street.go(town.buyer, "pages/orders/list?status=SHIPPED")
    mall.get_by_test_id("order").click()
    mall.get_by_test_id("receive").click()
    mall.locator(".uni-modal__btn_primary").click()
    expect(mall.get_by_test_id("status")).to_have_text("已收货")


def _refund_one(town: Town) -> None:
    """Asked for on the phone; what it takes back is seen before the click."""
    page, mall = town.desk.page, town.street.mall(town.buyer)
    mall.get_by_test_id("ask-refund").click()
    mall.get_by_test_id("more").click()
    mall.get_by_test_id("ask-go").click()
    expect(mall.get_by_test_id("refund-status")).to_be_visible()
    go(page, "refunds?status=ASKED")
    (asked,) = town.buyer.get("/shop/refunds")["items"]
    row(page, asked["refund_id"]).get_by_role("link", name=asked["refund_id"]).click()
    expect(row(page, "阿芳")).to_contain_text("¥14.99")
    do(page, "同意退款")
    saved(page)
    town.advance(120)
    wait_for("the refund", lambda: town.buyer.get("/shop/refunds")["items"][0]["status"] == "POSTED")


def _read_the_day(town: Town) -> None:
    """Two orders of two pieces, one piece back with half its order's commission; the page looks itself."""
    page, piece_fen = town.desk.page, PRICES_FEN["250 克"]
    go(page, "")
    page.reload()
    for name, value in (
        ("销售额", f"¥{2 * (2 * piece_fen + 1_000) / 100:,.2f}"),
        ("付款订单", "2"),
        ("退款", f"¥{piece_fen / 100:,.2f}"),
        ("佣金占销售", "¥28.18"),
        ("新分销商", "1"),
    ):
        expect(page.get_by_test_id(f"figure-{name}")).to_contain_text(value, timeout=60_000)


def _pay_out_with_a_second_person(town: Town, other: Desk) -> None:
    """The window passes; asked for on the phone, agreed to twice, taken on the phone."""
    street, mall = town.street, town.street.mall(town.seller)
    town.advance(8 * DAY)
    wait_for("the commission to mature", lambda: town.seller.get("/shop/wallet")["available_fen"] == 1_499)
    street.page.reload()
    mall.get_by_test_id("search").wait_for()
    street.go(town.seller, "pages/wallet/withdraw")
    expect(mall.get_by_test_id("to-sign-in").or_(mall.get_by_test_id("all")).first).to_be_visible()
    if mall.get_by_test_id("to-sign-in").count():
        sign_in_by_wechat(mall)
    mall.get_by_test_id("all").click()
    expect(mall.get_by_test_id("paid")).to_contain_text("14.99")
    mall.get_by_test_id("ask").click()
    expect(mall.get_by_test_id("status")).to_be_visible()
    (asked,) = town.seller.get("/distributor/withdrawals")["items"]
    for desk in (town.desk, other):
        desk.enter(town.now())
        go(desk.page, f"withdrawals/{asked['withdrawal_id']}")
        do(desk.page, "同意")
        agree(desk.page)
        if desk is town.desk:
            expect(desk.page.get_by_test_id("do-同意")).to_have_count(0)
            expect(desk.page.get_by_test_id("where")).to_contain_text("等待审核")
    town.advance(120)
    wait_for("the transfer", lambda: town.seller.get("/distributor/withdrawals")["items"][0]["confirm"])
    street.go(town.seller, "pages/wallet/withdrawals")
    mall.get_by_test_id("withdrawal").click()
    mall.get_by_test_id("confirm").click()
    street.agree(town.seller)
    wait_for(
        "the payout", lambda: town.seller.get("/distributor/withdrawals")["items"][0]["status"] == "PAID"
    )


def _export_and_verify(town: Town, order_id: str) -> None:
    """The orders as a file, and the audit of everything: not a fen off."""
    page = town.desk.page
    go(page, "orders")
    do(page, "导出")
    page.get_by_test_id("save").click()
    mine = row(page, "导出订单")
    expect(mine).to_contain_text("已完成，共处理 2")
    with page.expect_download() as opened:
        mine.get_by_test_id("do-下载").click()
    sheet = load_workbook(io.BytesIO(opened.value.path().read_bytes())).active
    assert sheet is not None
    rows = list(sheet.iter_rows(values_only=True))
    assert (len(rows), sum(order_id in one for one in rows)) == (3, 1)
    go(page, "audits")
    do(page, "现在对账")
    saved(page)
    expect(row(page, "一致").first).to_contain_text("¥0.00")
    assert town.look("/console/audits")["items"][0]["findings"] == []
