"""One's own pages on a real local world: a face, points day by day. M2, W6."""

import httpx
import pytest
from playwright.sync_api import FilePayload, expect

from scripts.local.people import wait_for
from tests.pages.shop import Shopper, a_picture

pytestmark = pytest.mark.local_world


def test_a_face(shopper: Shopper) -> None:
    """The picture goes straight into the bucket; what only WeChat can give says so (name, phone number)."""
    page = shopper.open("pages/user/profile")
    with page.expect_file_chooser() as chooser:
        page.get_by_test_id("avatar").click()
    chooser.value.set_files(FilePayload(name="me.png", mimeType="image/png", buffer=a_picture()))
    url = wait_for("the avatar", lambda: shopper.get("/shop/me")["avatar_url"])
    assert httpx.get(url).content == a_picture()
    expect(page.get_by_test_id("phone-way-round")).to_be_visible()
    expect(page.get_by_test_id("nickname-way-round")).to_contain_text("小程序")


def test_a_day_is_checked_in_once(shopper: Shopper) -> None:
    page = shopper.open("pages/points/index")
    page.get_by_test_id("check-in").click()
    expect(page.get_by_test_id("check-in")).to_have_text("今天签过了")
    before = shopper.get("/shop/points")["available"]
    assert before > 0
    expect(page.get_by_test_id("points-available")).to_have_text(str(before))
    page.get_by_test_id("check-in").click()
    assert shopper.get("/shop/points")["available"] == before
