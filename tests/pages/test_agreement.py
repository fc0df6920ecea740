"""The cooperation agreement, from the form in the console to the signature on the phone; ranking. D4, D6."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from scripts.local.h5_page import sign_in_as
from scripts.local.people import Phone, Staff, wait_for
from scripts.local.world import World
from tests.pages.console import agree, desk, do, go, row, typed
from tests.pages.first_day import AUDITOR, PASSWORD, open_a_shop
from tests.pages.shop import PHONE_SIZE

pytestmark = pytest.mark.local_world

HALF_AN_HOUR = 31 * 60


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A shop of its own: an agreement, once published, is asked for from everybody."""
    world = open_a_shop(tmp_path_factory.mktemp("agreement"))
    yield world
    world.stop()


@pytest.fixture
def seller(opened: World) -> Iterator[Phone]:
    phone = Phone.fresh(opened.api_url, opened.wechat_url, "苗苗")
    phone.sign_in()
    yield phone
    phone.close()


@pytest.fixture
def mall(opened: World, chromium: Browser, seller: Phone) -> Iterator[Page]:
    """The seller's window on the mall."""
    context = chromium.new_context(viewport=PHONE_SIZE, is_mobile=True, has_touch=True)  # type: ignore[arg-type]
    page = context.new_page()
    page.goto(f"{opened.api_url}/h5/")
    code = seller.touch("login", {"app": "mp"})["code"]
    sign_in_as(page, seller.post("/shop/sign-in/mini-program", {"code": code}))
    yield page
    context.close()


def show(world: World, page: Page, path: str) -> None:
    page.goto("about:blank")
    page.goto(f"{world.api_url}/h5/#/pages/distributor/{path}")


def publish(opened: World, chromium: Browser, text: str, *, version: int) -> None:
    """A new version by the console's form; what comes of it is said before the click."""
    with desk(chromium, opened, "owner", PASSWORD) as page:
        go(page, "agreements")
        do(page, "发布新版本")
        typed(page, "text", text)
        page.get_by_test_id("save").click()
        expect(page.locator(".el-message-box")).to_contain_text("已有的佣金和提现不受影响")
        agree(page)
        expect(page.get_by_test_id("form")).to_have_count(0)
        expect(row(page, "合作协议")).to_have_count(version)


def test_it_is_read_and_signed_with_the_application_and_anew_only_to_share(
    opened: World, chromium: Browser, seller: Phone, mall: Page
) -> None:
    """Who signed which version when is kept; a new version holds no earned money, only new codes."""
    publish(opened, chromium, "请只讲真话，按统一零售价推广商品，不另外收费。", version=1)
    show(opened, mall, "join")
    mall.get_by_test_id("to-agreement").click()
    expect(mall.get_by_test_id("agreement")).to_contain_text("请只讲真话")
    show(opened, mall, "join")
    mall.get_by_test_id("agree").click()
    mall.get_by_test_id("apply").click()
    expect(mall.get_by_test_id("apply")).to_have_count(0)
    assert [one["version"] for one in seller.get("/shop/agreement/signatures")["items"]] == [1]
    staff = Staff(opened.api_url)
    staff.sign_in(AUDITOR, PASSWORD)
    staff.post(f"/console/distributors/{seller.member_id}/approve", {})
    publish(opened, chromium, "请只讲真话，按统一零售价推广商品；不得刷单，不得冒充顾客。", version=2)
    show(opened, mall, "agreement")
    expect(mall.get_by_test_id("agreement")).to_contain_text("不得刷单")
    mall.get_by_test_id("sign").click()
    expect(mall.get_by_text("请先")).to_be_visible()
    mall.get_by_test_id("agree").click()
    mall.get_by_test_id("sign").click()
    expect(mall.get_by_test_id("signature")).to_have_count(2)
    signed = staff.get(f"/console/members/{seller.member_id}/signatures")["items"]
    assert [one["version"] for one in signed] == [2, 1]
    staff.close()


def test_nobody_is_ranked_who_did_not_ask_for_it(opened: World, seller: Phone, mall: Page) -> None:
    """One tick takes part, and the next folding looks; without sales the page says what is missing."""
    if current := seller.get("/shop/agreement")["current"]:
        seller.post("/shop/agreement/sign", {"version": current["version"], "device": "H5"})
    seller.post("/shop/distributor/application", {"message": "想推广"})
    staff = Staff(opened.api_url)
    staff.sign_in(AUDITOR, PASSWORD)
    if seller.get("/shop/distributor")["status"] == "PENDING":
        staff.post(f"/console/distributors/{seller.member_id}/approve", {})
    show(opened, mall, "ranking")
    expect(mall.get_by_test_id("says")).to_contain_text("没有参加排行")
    mall.get_by_test_id("enter").click()
    expect(mall.get_by_test_id("says")).to_contain_text("距离上榜还差")
    seller.device("POST", "/sim/clock", {"advance_seconds": HALF_AN_HOUR})
    seller.sign_in()
    wait_for("the board to be folded", lambda: seller.get("/distributor/ranking")["as_of"])
    assert seller.get("/distributor/ranking")["is_in"]
    mall.get_by_test_id("enter").click()
    expect(mall.get_by_test_id("says")).to_contain_text("没有参加排行")
    staff.close()
