"""The console in a browser: a staff member with a window, and what staff do on every page."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, Locator, Page, expect

from scripts.local.fill import OWNER_PASSWORD
from scripts.local.people import Staff
from scripts.local.world import World

SIZE = {"width": 1440, "height": 900}
PASSWORD = "a-colleagues-password-1"


def sign_in(page: Page, username: str, password: str) -> None:
    """Type both and send."""
    page.get_by_test_id("username").fill(username)
    page.get_by_test_id("password").fill(password)
    page.get_by_test_id("go").click()


@contextmanager
def desk(
    chromium: Browser, world: World, username: str = "owner", password: str = OWNER_PASSWORD
) -> Iterator[Page]:
    """A signed-in window of the console; a script that fails on the page fails the test."""
    context = chromium.new_context(viewport=SIZE)  # type: ignore[arg-type]
    page = context.new_page()
    wrong: list[str] = []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.goto(f"{world.api_url}/admin/")
    sign_in(page, username, password)
    expect(page.get_by_test_id("who")).to_be_visible()
    yield page
    context.close()
    assert not wrong, wrong


def colleague(world: World, owner: Staff, *role_ids: str) -> tuple[str, Staff]:
    """Another staff member with these roles who has changed the first password: username and caller."""
    username = f"staff{secrets.token_hex(4)}"
    body = {"username": username, "name": f"同事{username[-3:]}", "role_ids": list(role_ids)}
    first = owner.post("/console/staff", body)["first_password"]
    person = Staff(world.api_url)
    person.sign_in(username, first)
    person.put("/console/me/password", {"old_password": first, "new_password": PASSWORD})
    person.sign_in(username, PASSWORD)
    return username, person


def go(page: Page, path: str) -> None:
    """Walk to a page of the console."""
    page.evaluate("path => { location.hash = '#/' + path }", path)


def do(page: Page, name: str) -> None:
    """Click a step by its name."""
    page.get_by_test_id(f"do-{name}").first.click()


def row(page: Page, text: str) -> Locator:
    """The row of the table that says this."""
    return page.locator("tbody tr", has_text=text)


def typed(page: Page, field: str, text: str) -> None:
    """Fill in a field and leave it."""
    place = page.get_by_test_id(f"field-{field}")
    box = place if place.evaluate("one => 'value' in one") else place.locator("input")
    box.fill(text)
    box.blur()


def agree(page: Page) -> None:
    """Say yes to what the console asks."""
    page.locator(".el-message-box__btns .el-button--primary").click()


def give_reason(page: Page, text: str) -> None:
    """Write why, and go on."""
    page.locator(".el-message-box textarea").fill(text)
    agree(page)


def choose(page: Page, testid: str, label: str) -> None:
    """Pick an option of a select by its words; once more where the list was still on its way."""
    place = page.get_by_test_id(testid)
    option = page.locator(".el-select-dropdown__item:visible", has_text=label).first
    place.click()
    option.click()
    page.wait_for_timeout(100)
    if label not in place.inner_text():
        place.click()
        option.click()
    expect(place).to_contain_text(label)


def find(page: Page, testid: str, typed: str, label: str) -> None:
    """Pick the one thing that a select finds by what is typed."""
    page.get_by_test_id(testid).locator("input").fill(typed)
    found = page.locator(".el-select-dropdown__item:visible", has_text=label)
    expect(found).to_have_count(1)
    found.click()
