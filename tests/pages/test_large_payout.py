"""A payout so large that the shop keeps a fee and WeChat asks for a name. W2, W3."""

import pytest
from playwright.sync_api import expect

from scripts.local.fill import OWNER_PASSWORD
from scripts.local.people import Staff, fresh_key, wait_for
from scripts.local.story import Story
from scripts.local.world import World
from tests.pages.console import colleague
from tests.pages.seller import Seller, confirm_on_the_phone, newest
from tests.pages.shop import payout_rules, typed

pytestmark = pytest.mark.local_world
LARGE = {"transfer_max_fen": 1_000_000, "transfer_user_day_fen": 1_000_000}
"""What WeChat lets a merchant pay at once who asked for more than the 200 yuan of the beginning."""


def test_a_large_payout_tells_its_fee_and_asks_for_the_name_wechat_knows(
    world: World, seller: Seller, owner: Staff
) -> None:
    """W2: what the shop keeps and what arrives before the button; a wrong name brings it back."""
    _give(world, seller, owner, 250_000)
    _join(seller, owner)
    settings = {"max_fen": 300_000, "daily_fen": 600_000, "fee_bps": 60, "two_persons_above_fen": 300_000}
    before = payout_rules(owner, **settings)
    story = Story(world.api_url, world.wechat_url, lambda _: None)
    story.people = {"C": seller.phone}
    own_name = seller.phone.nickname  # the simulator's people are called so at WeChat
    before_wechat = seller.phone.device("GET", "/sim/settings")
    seller.phone.device("POST", "/sim/settings", LARGE)
    try:
        page = seller.open("wallet/withdraw")
        typed(page, "amount").fill("2400")
        expect(page.get_by_test_id("fee")).to_contain_text("¥14.40（0.6%）")
        expect(page.get_by_test_id("paid")).to_contain_text("2385.60")
        page.get_by_test_id("ask").click()
        expect(page.get_by_test_id("name-problem")).to_have_text("这个金额需要填写真实姓名")
        assert seller.phone.get("/distributor/withdrawals")["items"] == []
        for name in ("王小二", own_name):
            page = seller.open("wallet/withdraw")
            typed(page, "amount").fill("2400")
            typed(page, "real-name").fill(name)
            page.get_by_test_id("ask").click()
            page.get_by_test_id("status").wait_for()
            owner.post(f"/console/withdrawals/{newest(seller)['withdrawal_id']}/approve", {})
            if name == own_name:
                break
            story._advance(120)
            wait_for("the money to be back", lambda: seller.has("available") == 250_000)
            expect(page.get_by_test_id("says")).to_contain_text("姓名")
        confirm_on_the_phone(seller, story)
        paid = newest(seller)
        assert (paid["amount_fen"], paid["fee_fen"], paid["paid_fen"]) == (240_000, 1_440, 238_560)
        assert (seller.has("available"), seller.has("frozen")) == (10_000, 0)
    finally:
        seller.phone.device("POST", "/sim/settings", {name: before_wechat[name] for name in LARGE})
        story.staff.close()
        owner.sign_in("owner", OWNER_PASSWORD)
        payout_rules(owner, **before)


def _join(seller: Seller, owner: Staff) -> None:
    """The page says whom it is for, and leads there."""
    page = seller.open("wallet/withdraw")
    expect(page.get_by_test_id("for-distributors")).to_contain_text("还不是分销商")
    page.get_by_test_id("to-join").click()
    expect(page.get_by_test_id("apply")).to_be_visible()
    seller.phone.post("/shop/distributor/application", {"message": "我想分享"})
    owner.post(f"/console/distributors/{seller.phone.member_id}/approve", {})


def _give(world: World, seller: Seller, owner: Staff, amount_fen: int) -> None:
    """By two persons, as a shop gives."""
    _, other = colleague(world, owner, "finance")
    body = {"amount_fen": amount_fen, "reason": "年度奖励"}
    path = f"/console/wallets/{seller.phone.member_id}/adjustments"
    asked = owner.post(path, body, key=fresh_key())
    other.post(f"/console/wallet-adjustments/{asked['adjustment_id']}/decision", {"is_agreed": True})
    other.close()
    assert seller.has("available") == amount_fen
