"""The console in a browser on a real local world; each effect is checked through the API. G1, M1."""

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
