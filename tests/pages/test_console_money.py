"""Money in the console: what is seen before a click is what the books then say. O4, W1-W5, G1, trust A6.5."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from scripts.local.fill import OWNER_PASSWORD
from scripts.local.people import Staff, fresh_key, wait_for
from scripts.local.story import Story
from scripts.local.world import World
from tests.pages.console import PASSWORD, agree, colleague, desk, do, give_reason, go, row
from tests.pages.shop import payout_rules

pytestmark = pytest.mark.local_world


@pytest.fixture(scope="module")
def matured(world: World) -> Iterator[Story]:
    """A shop in which commission is due and every withdrawal waits for two persons."""
    story = Story(world.api_url, world.wechat_url, lambda _: None)
    story.invite()
    story.buy()
    story.mature()
    before = payout_rules(story.staff, auto_below_fen=0, two_persons_above_fen=10)
    yield story
    story.staff.sign_in("owner", OWNER_PASSWORD)
    payout_rules(story.staff, **before)
    story.close()


def asked(story: Story, letter: str, amount_fen: int) -> str:
    """A withdrawal that waits; the settings may be some seconds old in the API."""
    body = {"amount_fen": amount_fen}
    made = story.people[letter].post("/distributor/withdrawals", body, key=fresh_key())
    return str(made["withdrawal_id"])


def refund(story: Story) -> str:
    """C asks one unit back."""
    body = {"kind": "REFUND_ONLY", "lines": [{"line_no": 1, "quantity": 1}], "reason": "QUALITY"}
    path = f"/shop/orders/{story.order['order_id']}/refunds"
    return str(story.people["C"].post(path, body, key=fresh_key())["refund_id"])


def told(page: Page, words: str) -> None:
    """The console has said that it was refused."""
    expect(page.locator(".el-message--error").first).to_contain_text(words)


def test_a_refund_names_its_clawback_and_two_at_once_pay_once(
    world: World, chromium: Browser, lived: Story, owner: Staff
) -> None:
    """O4, invariant 11: both see the same figures; one pays, the other is told; the books agree."""
    refund_id = refund(lived)
    username, person = colleague(world, owner, "owner")
    foreseen = owner.get(f"/console/refunds/{refund_id}/preview")
    assert foreseen["clawed_fen"] > 0
    with desk(chromium, world) as page, desk(chromium, world, username, PASSWORD) as other:
        for one in (page, other):
            go(one, f"refunds/{refund_id}")
            for part in foreseen["clawbacks"]:
                expect(row(one, part["nickname"])).to_contain_text(f"¥{part['taken_fen'] / 100:.2f}")
            do(one, "同意退款")
            expect(one.get_by_test_id("form")).to_be_visible()
        page.get_by_test_id("save").click()
        expect(page.get_by_test_id("form")).to_have_count(0)
        wait_for("the refund", lambda: owner.get(f"/console/refunds/{refund_id}")["status"] == "POSTED")
        other.get_by_test_id("save").click()
        told(other, "别人刚刚处理了")
    person.close()
    clawed = {one["payee_id"]: one["clawed_fen"] for one in commissions(owner, lived)}
    assert clawed == {one["payee_id"]: one["taken_fen"] for one in foreseen["clawbacks"]}
    audited = owner.post("/console/audits", {"is_full": True})
    assert audited["books_off_fen"] == 0, audited["findings"]


def test_withdrawals_take_two_persons_and_never_the_same_twice(
    world: World, chromium: Browser, matured: Story, owner: Staff
) -> None:
    """W2, invariant 15: several in one go with their sum named; the second person lets one go; once."""
    ids = [asked(matured, letter, amount) for letter, amount in (("A", 110), ("B", 120))]
    username, person = colleague(world, owner, "owner")
    with desk(chromium, world) as page, desk(chromium, world, username, PASSWORD) as other:
        go(page, "withdrawals")
        for withdrawal_id in ids:
            row(page, withdrawal_id).locator(".el-checkbox").click()
        page.get_by_test_id("batch").click()
        expect(page.locator(".el-message-box")).to_contain_text("2 笔，共 ¥2.30")
        agree(page)
        expect(page.locator(".el-message--info")).to_contain_text("2 笔都已同意")
        first = f"/console/withdrawals/{ids[0]}"
        assert (owner.get(first)["status"], len(owner.get(first)["approvals"])) == ("AUDIT", 1)
        for one in (page, other):
            go(one, f"withdrawals/{ids[0]}")
            expect(one.get_by_test_id("where")).to_contain_text("等待审核")
        expect(page.get_by_test_id("do-同意")).to_have_count(0)
        do(other, "同意")
        agree(other)
        expect(other.get_by_test_id("where")).not_to_contain_text("等待审核")
        do(page, "拒绝")
        give_reason(page, "资料不全")
        told(page, "提现")
    person.close()
    kept = owner.get(first)
    assert len(set(kept["approvals"])) == 2
    assert kept["status"] in ("APPROVED", "SENDING", "WAITING")
    assert owner.get(f"/console/withdrawals/{ids[1]}")["status"] == "AUDIT"


def test_an_entry_is_followed_from_the_wallet_to_its_order_and_the_audit_is_whole(
    world: World, chromium: Browser, lived: Story
) -> None:
    """W1, G2: a statement leads to its entry, the entry to its order."""
    with desk(chromium, world) as page:
        go(page, f"members/{lived.people['B'].member_id}")
        page.get_by_role("tab", name="钱包与积分").click()
        page.locator("tbody tr", has_text="推广佣金").first.get_by_role("link", name="推广佣金").click()
        page.get_by_role("link", name=lived.order["order_id"]).first.click()
        expect(page.get_by_text("高山云雾绿茶").first).to_be_visible()
        go(page, "audit-log")
        expect(row(page, "登录了后台").first).to_contain_text("店主")
        do(page, "核对有没有被改过")
        expect(page.get_by_test_id("chain-whole")).to_be_visible()


def test_the_overview_agrees_with_the_books(
    world: World, chromium: Browser, lived: Story, owner: Staff
) -> None:
    """B4, G1: today's figures are the journal's; what waits leads to the filtered list."""
    today = owner.get("/console/overview")["days"][-1]
    with desk(chromium, world) as page:
        for name, value in (
            ("销售额", f"¥{today['sales_fen'] / 100:,.2f}"),
            ("付款订单", str(today["orders"])),
            ("付款会员", str(today["buyers"])),
            ("新分销商", str(today["new_distributors"])),
            ("退款", f"¥{today['refunded_fen'] / 100:,.2f}"),
        ):
            expect(page.get_by_test_id(f"figure-{name}")).to_contain_text(value)
        expect(page.get_by_test_id("chart").locator("svg")).to_be_visible()
        page.get_by_test_id("waits-待审核提现").click()
        expect(page.get_by_test_id("search")).to_be_visible()
        assert "withdrawals?status=AUDIT" in page.url


def test_an_overview_that_cannot_be_read_anew_says_so(world: World, chromium: Browser) -> None:
    """B4: the figures stay, with a word that they are older, until they can be read again."""
    look = "document.dispatchEvent(new Event('visibilitychange'))"
    with desk(chromium, world) as page:
        expect(page.get_by_test_id("figure-销售额")).to_contain_text("¥")
        page.route("**/console/overview", lambda route: route.abort())
        page.evaluate(look)
        expect(page.get_by_test_id("figures-old")).to_be_visible()
        expect(page.get_by_test_id("figure-销售额")).to_contain_text("¥")
        page.unroute("**/console/overview")
        page.evaluate(look)
        expect(page.get_by_test_id("figures-old")).to_have_count(0)


def commissions(owner: Staff, story: Story) -> list[dict[str, Any]]:
    """What the order's payees have, without those who get nothing."""
    found = owner.get(f"/console/commissions/{story.order['order_id']}")["items"]
    return [one for one in found if one["amount_fen"]]
