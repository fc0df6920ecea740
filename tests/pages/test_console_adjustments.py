"""A member's money is changed by two persons, each seeing what it does before the click (W1, trust A6.5)."""

import pytest
from playwright.sync_api import Browser, expect

from scripts.local.people import Phone, Staff
from scripts.local.world import World
from tests.pages.console import PASSWORD, agree, colleague, desk, do, go, row, typed

pytestmark = pytest.mark.local_world


def test_one_asks_and_another_agrees(world: World, chromium: Browser, owner: Staff) -> None:
    member = Phone.fresh(world.api_url, world.wechat_url, "小满")
    member.sign_in()
    username, person = colleague(world, owner, "finance")
    reason = f"少算的佣金 {username}"
    with desk(chromium, world) as page, desk(chromium, world, username, PASSWORD) as other:
        go(page, f"members/{member.member_id}")
        page.get_by_role("tab", name="钱包与积分").click()
        do(page, "调整余额")
        typed(page, "amount_fen", "12.5")
        typed(page, "reason", reason)
        page.get_by_test_id("save").click()
        expect(page.get_by_test_id("form")).to_have_count(0)
        assert member.get("/shop/wallet")["available_fen"] == 0
        go(page, "adjustments")
        expect(row(page, reason)).to_contain_text("¥12.50")
        expect(row(page, reason).get_by_test_id("do-同意")).to_have_count(0)
        expect(row(page, reason).get_by_test_id("do-撤回")).to_be_visible()
        go(other, "adjustments")
        row(other, reason).get_by_test_id("do-同意").click()
        expect(other.locator(".el-message-box")).to_contain_text("可提现 ¥0.00 → ¥12.50")
        agree(other)
        expect(row(other, reason)).to_have_count(0)
    assert member.get("/shop/wallet")["available_fen"] == 1_250
    person.close()
    member.close()
