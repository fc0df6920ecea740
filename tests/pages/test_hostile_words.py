"""Whatever a shopper writes is shown as it was written, and never runs. N4, trust A6 (8: script in a text).

Every field of words is filled through its own door; every page that shows one is walked, in the mall and in
the console. The pages are served here without the cloud's headers, so that escaping alone has to hold in the
mall; the console brings its own policy along.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.sync_api import Browser, Dialog, Page, expect

from scripts.local.fill import OWNER_PASSWORD
from scripts.local.h5_page import sign_in_as
from scripts.local.people import Phone, Staff, fresh_key, wait_for
from scripts.local.world import World
from tests.pages.console import desk, go
from tests.pages.shop import ADDRESS, PHONE_SIZE, give_points, wanted

pytestmark = pytest.mark.local_world

_NAME = "<svg onload=f()>"
"""Fits a nickname."""


def hostile(mark: str) -> str:
    """Runs in more than one way wherever it becomes an element, and breaks out of an attribute."""
    return f"{mark}\"'><img src=x onerror=f()><script>f()</script>{{{{f()}}}}"


@dataclass
class Writer:
    """Somebody who writes such things everywhere, and what came of it."""

    phone: Phone
    order_id: str
    refund_id: str
    product_id: str


@pytest.fixture
def writer(world: World, owner: Staff) -> Iterator[Writer]:
    phone = Phone.fresh(world.api_url, world.wechat_url, "写手")
    phone.sign_in()
    phone.put("/shop/me", {"nickname": _NAME})
    owner.put(f"/console/members/{phone.member_id}/note", {"note": hostile("备注")})
    address = {**ADDRESS, "receiver": hostile("收")[:60], "street": hostile("街")}
    address_id = phone.post("/shop/me/addresses", address)["address_id"]
    give_points(owner, phone.member_id, 299)
    body: dict[str, Any] = {"address_id": address_id, "expected_total_fen": 0, "points": 299}
    body |= {"lines": [wanted(phone, "长绒棉四件套")], "note": hostile("留言")}
    order_id = phone.post("/shop/orders", body, key=fresh_key())["order_id"]
    phone.post(f"/shop/orders/{order_id}/free-payment")
    owner.post(f"/console/orders/{order_id}/ship", {"delivery": "PICK_UP"})
    phone.post(f"/shop/orders/{order_id}/receive")
    review = phone.post(
        f"/shop/orders/{order_id}/reviews", {"line_no": 1, "stars": 1, "text": hostile("评价")}
    )
    if review["state"] != "SHOWN":
        owner.post(f"/console/reviews/{review['review_id']}/show")
    ask = {"kind": "REFUND_ONLY", "reason": "OTHER", "lines": [{"line_no": 1, "quantity": 1}]}
    ask["note"] = hostile("退款")
    refund_id = phone.post(f"/shop/orders/{order_id}/refunds", ask, key=fresh_key())["refund_id"]
    owner.post(
        "/console/distributors", {"member_id": phone.member_id, "level_id": "normal", "reason": "测试"}
    )
    told = {"kind": "OTHER", "penalty": "WARN", "told": "请注意言行。"}
    path = f"/console/distributors/{phone.member_id}/violations"
    violation_id = owner.post(path, told, key=fresh_key())["violation_id"]
    phone.post(f"/shop/distributor/violations/{violation_id}/appeal", {"text": hostile("申诉")})
    phone.post("/distributor/codes", {"channel": _NAME})
    yield Writer(phone, order_id, refund_id, body["lines"][0]["product_id"])
    owner.sign_in("owner", OWNER_PASSWORD)
    owner.post(f"/console/reviews/{review['review_id']}/hide", {"reason": "测试结束"})
    phone.close()


def watch(page: Page) -> list[str]:
    """What ran: a call of ``f``, a dialog, an error that a half-run script throws."""
    ran: list[str] = []
    page.expose_function("f", lambda: ran.append("f"))

    def answer(dialog: Dialog) -> None:
        ran.append("dialog")
        dialog.dismiss()

    page.on("dialog", answer)
    return ran


def shows(page: Page, mark: str) -> None:
    """The words stand there as they were written, and made no element."""
    expect(page.get_by_text(mark).first).to_be_visible()
    assert page.locator("[onerror], [onload], img[src=x]").count() == 0
    assert page.evaluate("() => [...document.scripts].filter(one => one.text.includes('f()')).length") == 0


def test_the_traps_catch_what_is_not_escaped(chromium: Browser) -> None:
    """Put in as markup, the same words run and make elements: what the walks below would see."""
    context = chromium.new_context()
    page = context.new_page()
    ran = watch(page)
    page.goto("about:blank")
    page.evaluate("words => { document.body.innerHTML = words }", hostile("词") + _NAME)
    page.wait_for_function("() => document.querySelector('[onerror]')")
    for _ in range(100):
        if ran:
            break
        page.wait_for_timeout(50)
    assert "f" in ran
    with pytest.raises(AssertionError):
        shows(page, "词")
    context.close()


def test_in_the_console(world: World, chromium: Browser, owner: Staff, writer: Writer) -> None:
    """Staff read what anybody may write, with all that staff may do."""
    member_id = writer.phone.member_id
    with desk(chromium, world) as page:
        ran = watch(page)
        for path, mark in (
            (f"members/{member_id}", _NAME),
            (f"members/{member_id}", '备注"'),
            ("members", _NAME),
            (f"orders/{writer.order_id}", '留言"'),
            (f"orders/{writer.order_id}", '街"'),
            (f"refunds/{writer.refund_id}", '退款"'),
            ("violations", '申诉"'),
        ):
            go(page, path)
            shows(page, mark)
        go(page, "reviews?state=SHOWN")
        shows(page, '评价"')
        assert ran == []


def test_in_the_mall(world: World, chromium: Browser, writer: Writer) -> None:
    """The writer's own pages, and the product's, where everybody reads the review."""
    context = chromium.new_context(viewport=PHONE_SIZE, is_mobile=True, has_touch=True)  # type: ignore[arg-type]
    page = context.new_page()
    ran = watch(page)
    page.goto(f"{world.api_url}/h5/")
    code = writer.phone.touch("login", {"app": "mp"})["code"]
    sign_in_as(page, writer.phone.post("/shop/sign-in/mini-program", {"code": code}))
    for path, mark in (
        ("me/index", _NAME),
        ("user/addresses", '街"'),
        (f"orders/detail?id={writer.order_id}", '街"'),
        (f"refunds/detail?id={writer.refund_id}", '退款"'),
        ("reviews/mine", '评价"'),
        (f"reviews/all?id={writer.product_id}", '评价"'),
        ("distributor/violations", '申诉"'),
        ("distributor/codes", _NAME),
    ):
        page.goto("about:blank")
        page.goto(f"{world.api_url}/h5/#/pages/{path}")
        shows(page, mark)
    page.goto("about:blank")
    page.goto(f"{world.api_url}/h5/#/pages/search/index")
    page.locator("input").first.fill(hostile("搜"))
    page.locator("input").first.press("Enter")
    wait_for("the search", lambda: page.get_by_text("没有").count() > 0)
    page.goto("about:blank")
    page.goto(f"{world.api_url}/h5/#/pages/search/index")
    shows(page, '搜"')
    assert ran == []
    context.close()
