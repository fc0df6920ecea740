"""Looking round without being asked who one is, and links that lead somewhere. M1, N2, P1."""

import secrets
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from scripts.local.world import World
from tests.pages.shop import PHONE_SIZE, Shopper, call_off_orders, typed

pytestmark = pytest.mark.local_world


@pytest.fixture
def guest(world: World, chromium: Browser) -> Iterator[Page]:
    page = chromium.new_page(viewport=PHONE_SIZE)  # type: ignore[arg-type]
    page.goto(f"{world.api_url}/h5/")
    yield page
    page.close()


def test_a_guest_looks_round_and_signs_up_where_it_is_needed(guest: Page) -> None:
    """Home, category, search and product ask nobody; the cart does, and comes back after signing up."""
    asked: list[str] = []
    guest.on("request", lambda request: asked.append(request.url) if "sign-" in request.url else None)
    guest.get_by_test_id("product-card").first.wait_for()
    guest.get_by_test_id("search").click()
    typed(guest, "search-input").fill("绿茶")
    guest.get_by_test_id("search-go").click()
    guest.get_by_test_id("product-card").filter(has_text="高山云雾绿茶").filter(visible=True).click()
    guest.get_by_test_id("product").wait_for()
    assert not any("/shop/sign-" in one for one in asked)
    guest.get_by_test_id("to-cart").click()
    guest.get_by_test_id("to-sign-in").click()
    guest.get_by_test_id("switch").click()
    typed(guest, "username").fill(f"new{secrets.token_hex(4)}")
    typed(guest, "password").fill("short")
    guest.get_by_test_id("by-password").click()
    expect(guest.get_by_test_id("password-problem")).to_be_visible()
    typed(guest, "password").fill("a-long-password-2")
    expect(guest.get_by_test_id("by-password")).to_have_attribute("aria-disabled", "false")
    guest.get_by_test_id("by-password").click()
    expect(guest.get_by_text("购物车还空着")).to_be_visible()


@pytest.mark.parametrize(
    "path",
    [
        "pages/product/detail?id=PR1'--",
        "pages/orders/detail",
        "pages/user/rules?of=toString",
        "pages/no/where",
    ],
)
def test_a_tampered_link_opens_home_with_a_gentle_note(guest: Page, world: World, path: str) -> None:
    guest.goto("about:blank")
    guest.goto(f"{world.api_url}/h5/#/{path}")
    expect(guest.get_by_text("这个链接打不开了")).to_be_attached()
    expect(guest.get_by_test_id("product-card").first).to_be_visible()


def test_another_ones_order_is_not_there(world: World, chromium: Browser) -> None:
    """A wrong owner gets what nobody has: gone, with a way home."""
    shopper = Shopper(world, chromium)
    page = shopper.open("pages/orders/detail?id=OR00000000000000000000000000")
    page.get_by_test_id("gone-home").click()
    expect(page.get_by_test_id("product-card").first).to_be_visible()
    shopper.close()


def test_nothing_foreign_is_asked_for(guest: Page, world: World) -> None:
    """N4: no script, font or picture from anybody else's server."""
    asked: list[str] = []
    guest.on("request", lambda request: asked.append(request.url))
    guest.goto("about:blank")
    guest.goto(f"{world.api_url}/h5/")
    guest.get_by_test_id("product-card").first.wait_for()
    ours = (world.api_url, world.wechat_url, "data:", "blob:")
    assert [one for one in asked if not one.startswith(ours)] == []


def test_a_long_list_grows_as_one_scrolls_and_goes_on_after_a_failure(
    world: World, chromium: Browser
) -> None:
    """N1, N5: no page is asked for before it is near; one that fails says so and comes by a tap."""
    shopper = Shopper(world, chromium)
    call_off_orders(shopper, shopper.address_id, 35)
    asked: list[str] = []
    page = shopper.page
    page.on("request", lambda one: asked.append(one.url) if "next=" in one.url else None)
    shopper.open("pages/orders/list")
    rows, foot = page.get_by_test_id("order"), page.get_by_test_id("foot")
    expect(rows).to_have_count(10)
    page.wait_for_load_state("networkidle")
    assert asked == []
    page.route("**/shop/orders?*next=*", lambda route: route.abort(), times=1)
    foot.scroll_into_view_if_needed()
    expect(foot).to_contain_text("没有连上商城")
    expect(rows).to_have_count(10)
    foot.get_by_test_id("more-again").click()
    expect(rows).to_have_count(20)
    for count in (30, 35):
        foot.scroll_into_view_if_needed()
        expect(rows).to_have_count(count)
    expect(foot).to_contain_text("没有更多了")
    assert len(asked) == 4
    shopper.close()
