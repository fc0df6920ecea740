"""The console in a browser on a real local world; each effect is checked through the API. G1, M1."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from scripts.local.fill import OWNER_PASSWORD
from scripts.local.people import Phone, Staff
from scripts.local.world import World
from tests.pages.console import go, sign_in

pytestmark = pytest.mark.local_world

PAYLOAD = "<img src=x onerror=document.title='taken'>"


@pytest.fixture
def page(chromium: Browser, world: World) -> Iterator[Page]:
    opened = chromium.new_page(viewport={"width": 1440, "height": 900})
    opened.goto(f"{world.api_url}/admin/")
    yield opened
    opened.close()


def test_a_wrong_password_lets_nobody_in(page: Page) -> None:
    sign_in(page, "owner", "not-the-password")
    expect(page.get_by_test_id("said")).to_be_visible()
    expect(page.get_by_test_id("who")).to_have_count(0)


def test_a_first_password_is_changed_and_roles_decide_what_is_seen(page: Page, owner: Staff) -> None:
    roles = {one["role_id"] for one in owner.get("/console/roles")["items"]}
    assert roles
    role = owner.post("/console/roles", {"name": "看商品", "permissions": ["catalog.read"]})
    made = owner.post(
        "/console/staff",
        {"username": "reader", "name": "小读", "role_ids": [role["role_id"]]},
    )
    sign_in(page, "reader", made["first_password"])
    page.get_by_test_id("next").fill("my-own-long-password-1")
    page.get_by_test_id("password").fill(made["first_password"])
    page.get_by_test_id("go").click()
    expect(page.get_by_test_id("username")).to_be_visible()
    sign_in(page, "reader", "my-own-long-password-1")
    expect(page.get_by_test_id("menu-products")).to_be_visible()
    expect(page.get_by_test_id("menu-withdrawals")).to_have_count(0)
    go(page, "withdrawals")
    expect(page.get_by_text("没有权限")).to_be_visible()
    go(page, "products")
    expect(page.locator("tbody tr").first).to_be_visible()
    expect(page.get_by_test_id("do-新商品")).to_have_count(0)
    expect(page.get_by_test_id("do-修改")).to_have_count(0)


def test_what_a_shopper_writes_is_shown_as_text(page: Page, world: World, owner: Staff) -> None:
    shopper = Phone.fresh(world.api_url, world.wechat_url, "客人")
    shopper.sign_in()
    shopper.put("/shop/me", {"nickname": PAYLOAD[:20]})
    owner.put(f"/console/members/{shopper.member_id}/note", {"note": PAYLOAD})
    sign_in(page, "owner", OWNER_PASSWORD)
    expect(page.get_by_test_id("who")).to_be_visible()
    go(page, f"members/{shopper.member_id}")
    expect(page.get_by_text(PAYLOAD)).to_be_visible()
    assert page.title() != "taken"
    assert page.locator("img[src=x]").count() == 0
    shopper.close()


def test_a_category_made_on_the_page_is_in_the_shop(page: Page, owner: Staff) -> None:
    sign_in(page, "owner", OWNER_PASSWORD)
    expect(page.get_by_test_id("who")).to_be_visible()
    go(page, "categories")
    page.get_by_test_id("do-新分类").click()
    page.get_by_test_id("field-name").fill("节令")
    page.get_by_test_id("save").click()
    expect(page.get_by_text("节令")).to_be_visible()
    found: list[dict[str, Any]] = owner.get("/console/categories")["items"]
    assert [one["name"] for one in found].count("节令") == 1


def test_the_keyboard_alone_is_enough(page: Page, owner: Staff) -> None:
    """Sign in, reach a list, filter it, leave a sheet by Escape, fill it in, save, confirm with Enter."""
    keys = page.keyboard
    expect(page.get_by_test_id("username")).to_be_visible()
    tab_to(page, "username")
    keys.type("owner")
    keys.press("Tab")
    keys.type(OWNER_PASSWORD)
    keys.press("Enter")
    expect(page.get_by_test_id("who")).to_be_visible()
    tab_to(page, "menu-orders")
    assert is_outlined(page)
    keys.press("Enter")
    expect(page.get_by_test_id("search")).to_be_visible()
    tab_to(page, "filter-status")
    keys.press("Enter")
    expect(page.locator(".el-select-dropdown__item:visible").first).to_be_visible()
    keys.press("ArrowDown")
    keys.press("Enter")
    keys.press("Escape")
    tab_to(page, "search")
    keys.press("Enter")
    expect(page).to_have_url(re.compile("orders.*status="))
    tab_to(page, "menu-categories", back=True)
    keys.press("Enter")
    for is_saved in (False, True):
        tab_to(page, "do-新分类")
        keys.press("Enter")
        expect(page.get_by_test_id("form")).to_be_visible()
        tab_to(page, "field-name")
        keys.type("键盘分类")
        if is_saved:
            tab_to(page, "save")
        keys.press("Enter" if is_saved else "Escape")
        expect(page.get_by_test_id("form")).to_have_count(0)
        names = [one["name"] for one in owner.get("/console/categories")["items"]]
        assert ("键盘分类" in names) is is_saved
    made = page.locator("tbody tr", has_text="键盘分类").get_by_test_id("do-删除")
    expect(made).to_be_visible()
    for key, is_gone in (("Escape", False), ("Enter", True)):
        tab_to(page, "do-删除", within="键盘分类")
        keys.press("Enter")
        expect(page.locator(".el-message-box")).to_be_visible()
        keys.press(key)
        expect(page.locator(".el-message-box")).to_have_count(0)
        expect(made).to_have_count(0 if is_gone else 1)
    assert "键盘分类" not in [one["name"] for one in owner.get("/console/categories")["items"]]


def tab_to(page: Page, testid: str, *, within: str = "", back: bool = False, most: int = 150) -> None:
    """Press Tab until the focus is on this, or in the row that says ``within``."""
    for _ in range(most):
        page.keyboard.press("Shift+Tab" if back else "Tab")
        if page.evaluate(_IS_AT, [testid, within]):
            return
    raise AssertionError(f"Tab does not reach {testid}")


def is_outlined(page: Page) -> bool:
    """Whether what has the focus shows it."""
    style = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    return bool(style != "none")


_IS_AT = """([testid, within]) => {
  const at = document.activeElement
  const isRight = !within || at?.closest('tr')?.textContent.includes(within)
  return isRight && !!at?.closest(`[data-testid="${testid}"]`)
}"""
