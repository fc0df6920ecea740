"""Members in the console, what they write, and what each role sees and reaches. G1, G2, I, M, trust A6."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Response, expect

from chalicelib.admin.rules import CATALOGUE, PRESETS
from scripts.local.people import Phone, Staff, fresh_key, wait_for
from scripts.local.story import Story
from scripts.local.world import World
from tests.pages.console import PASSWORD, agree, colleague, desk, do, find, go

pytestmark = pytest.mark.local_world

ROUTER = Path(__file__).resolve().parents[2] / "console" / "src" / "router.ts"
ROUTES = re.findall(
    r"page\('[^']+', '([^']*)', '[^']+', '([^']*)', \(\) => import\('[^']+'\)(, true)?\)",
    ROUTER.read_text(encoding="utf-8"),
)
"""Path, the permission it needs, and whether the menu leaves it out, of every page."""
OWN = {"", "jobs", "account"}
"""Pages that everybody has for themselves."""
PAYLOAD = "<img src=x onerror=document.title='taken'>"


def test_every_page_asks_for_a_permission_that_exists() -> None:
    """G2: a page without one shows only what is everybody's own."""
    known = {name for group in CATALOGUE for name in group.permissions}
    assert len(ROUTES) > 30
    assert len(ROUTES) == ROUTER.read_text(encoding="utf-8").count("  page('")
    assert {needs for path, needs, _ in ROUTES if path not in OWN} <= known


@pytest.mark.parametrize("role_id", sorted(PRESETS))
def test_a_role_sees_and_reaches_its_pages_and_no_other(
    world: World, chromium: Browser, owner: Staff, role_id: str
) -> None:
    """G2: the menu, each address typed by hand, and no page asks the server for what it refuses."""
    role = next(one for one in owner.get("/console/roles")["items"] if one["role_id"] == role_id)
    allowed = set(role["permissions"])
    username, person = colleague(world, owner, role_id)
    person.close()
    refused: list[str] = []

    def note(answer: Response) -> None:
        if answer.status in (403, 422, 500):
            refused.append(f"{answer.status} {answer.url} on {page.url}")

    with desk(chromium, world, username, PASSWORD) as page:
        page.on("response", note)
        for path, needs, is_hidden in ROUTES:
            go(page, path.replace(":id", "XX0000000000"))
            is_allowed = not needs or needs in allowed
            expect(page.get_by_text("没有权限", exact=True)).to_have_count(0 if is_allowed else 1)
            if ":" not in path:
                in_menu = is_allowed and not is_hidden
                expect(page.get_by_test_id(f"menu-{path}")).to_have_count(int(in_menu))
        page.wait_for_load_state("networkidle")
    assert refused == []


def test_a_team_opens_level_by_level_and_a_move_names_what_changes(
    world: World, chromium: Browser, lived: Story, owner: Staff
) -> None:
    """I, M: A's tree shows B, B's shows C; C is moved under A after both chains were named."""
    a, b, c = (lived.people[letter] for letter in "ABC")
    with desk(chromium, world) as page:
        go(page, f"members/{a.member_id}")
        tree = page.get_by_test_id("tree")
        expect(tree).to_contain_text(b.nickname)
        expect(tree.get_by_text(c.nickname)).to_have_count(0)
        tree.locator(".el-tree-node__expand-icon").first.click()
        expect(tree).to_contain_text(c.nickname)
        go(page, f"members/{c.member_id}")
        expect(page.get_by_test_id("uplines")).to_contain_text(b.nickname)
        do(page, "改上级")
        find(page, "field-inviter_id", a.member_id, a.nickname)
        page.get_by_test_id("field-reason").fill("客户要求")
        page.get_by_test_id("save").click()
        expect(page.locator(".el-message-box")).to_contain_text(f"现在的上级：{b.nickname} → {a.nickname}")
        expect(page.locator(".el-message-box")).to_contain_text(f"移动后：{a.nickname}。")
        agree(page)
        expect(page.get_by_test_id("uplines")).not_to_contain_text(b.nickname)
        assert owner.get(f"/console/members/{c.member_id}")["upline"] == a.member_id
        expect(page.locator("tbody tr", has_text="由店员移动")).to_be_visible()
    owner.post(f"/console/members/{c.member_id}/move", {"inviter_id": b.member_id, "reason": "放回去"})


def test_whatever_a_shopper_writes_is_shown_as_text(world: World, chromium: Browser, owner: Staff) -> None:
    """Trust A6: names, notes, addresses, reasons, applications; on every page that shows them."""
    shopper = Phone.fresh(world.api_url, world.wechat_url, "客人")
    order_id = bought(shopper)
    body = {
        "kind": "REFUND_ONLY",
        "lines": [{"line_no": 1, "quantity": 1}],
        "reason": "OTHER",
        "note": PAYLOAD,
    }
    refund_id = shopper.post(f"/shop/orders/{order_id}/refunds", body, key=fresh_key())["refund_id"]
    with desk(chromium, world) as page:
        for path in (
            "members",
            f"members/{shopper.member_id}",
            "distributors?status=PENDING",
            "orders",
            f"orders/{order_id}",
            "refunds",
            f"refunds/{refund_id}",
        ):
            go(page, path)
            expect(page.get_by_text("<img src=x").first).to_be_visible()
            assert page.title() != "taken"
            assert page.locator("img[src=x]").count() == 0
    shopper.close()
    owner.post(f"/console/refunds/{refund_id}/refuse", {"said": "测试"})


def bought(shopper: Phone) -> str:
    """A paid order with the payload in every text that its buyer may write."""
    shopper.sign_in()
    shopper.put("/shop/me", {"nickname": PAYLOAD[:20]})
    shopper.post("/shop/distributor/application", {"message": PAYLOAD})
    address = {
        "receiver": PAYLOAD[:20],
        "phone": "13800138000",
        "province": "浙江省",
        "city": "杭州市",
        "district": "西湖区",
        "street": PAYLOAD,
        "is_default": True,
    }
    address_id = shopper.post("/shop/me/addresses", address)["address_id"]
    product = shopper.get("/shop/products", limit=50)["items"][0]["product_id"]
    sku_id = shopper.get(f"/shop/products/{product}")["skus"][0]["sku_id"]
    lines = [{"product_id": product, "sku_id": sku_id, "quantity": 1}]
    total_fen = shopper.post("/shop/quote", {"lines": lines, "address_id": address_id})["total_fen"]
    order = {"lines": lines, "address_id": address_id, "expected_total_fen": total_fen, "note": PAYLOAD}
    order_id = str(shopper.post("/shop/orders", order, key=fresh_key())["order_id"])
    shopper.pay(order_id)
    wait_for("the payment", lambda: shopper.get(f"/shop/orders/{order_id}")["status"] == "PAID")
    return order_id
