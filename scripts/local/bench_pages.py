"""What a browser has to do with a full world: ``scripts/bench pages --url … --state …``.

Chromium against the running world: the console's first load and a list of 100 rows from the click to the
last row drawn; the mall's first load, its home at a quarter of this machine's speed, and lists of a thousand
as one scrolls them. Figures, never a verdict. Fill the world before with ``scripts/seed``; what it lacks (a
buyer with many orders) is made.
"""

import gzip
import secrets
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from playwright.sync_api import Browser, Page, Response, sync_playwright

from scripts.local import browser
from scripts.local.fill import OWNER_PASSWORD
from scripts.local.h5_page import sign_in_as
from scripts.local.people import Caller, Phone, fresh_key

ROUNDS = 3
ROWS = 100
LONG = 1_000
SLOWDOWN = 4
LISTS = ("orders", "members")
_DESK = {"width": 1440, "height": 900}
_PHONE = {"width": 390, "height": 844}
_DRAWN = """async ([hash, rows]) => {
  const count = () => document.querySelectorAll('[data-testid=table] .el-table__body tbody tr').length
  const link = document.querySelector(`a[href="#/${hash}"]`)
  const began = performance.now()
  if (link) link.click(); else location.hash = '#/' + hash
  while (!location.hash.startsWith('#/' + hash) || count() < rows) {
    await new Promise(requestAnimationFrame)
    if (performance.now() - began > 30000) throw new Error(`${count()} rows of ${hash} after 30 s`)
  }
  await new Promise(requestAnimationFrame)
  return performance.now() - began
}"""
_READY = """async ([testid]) => {
  const found = () => document.querySelector(`[data-testid=${testid}]`)
  while (!found()) await new Promise(requestAnimationFrame)
  await new Promise(requestAnimationFrame)
  const shown = performance.now()
  let last = shown
  const busy = []
  const note = (one) => { busy.push(one.duration); last = Math.max(last, one.startTime + one.duration) }
  const watch = new PerformanceObserver((list) => list.getEntries().forEach(note))
  watch.observe({ type: 'longtask', buffered: true })
  const pause = () => new Promise((done) => setTimeout(done, 50))
  while (performance.now() - last < 1000) await pause()
  return { shown, interactive: last, longest: Math.max(0, ...busy) }
}"""
_WEIGHT = """() => ({
  nodes: document.querySelectorAll('*').length,
  heap_mb: Math.round(performance.memory.usedJSHeapSize / 1e6),
})"""


@dataclass(frozen=True)
class Grown:
    """A list scrolled to its end, or to ``LONG`` rows."""

    at_first: int
    rows: int
    asked: int
    middle_ms: float
    worst_ms: float
    nodes: int
    heap_mb: int


def measure(api_url: str, wechat_url: str) -> dict[str, Any]:
    """Every figure, by name."""
    with sync_playwright() as driver:
        chromium = driver.chromium.launch(
            executable_path=browser.find(), args=[*browser.FLAGS, "--enable-precise-memory-info"]
        )
        try:
            found = _console(chromium, api_url) | _home(chromium, api_url)
            found["team"] = _grown(
                chromium,
                api_url,
                _star(api_url, wechat_url),
                path="pages/distributor/team",
                testid="teammate",
            )
            print(found, file=sys.stderr, flush=True)
            found["orders"] = _grown(
                chromium, api_url, _buyer(api_url), path="pages/orders/list", testid="order"
            )
        finally:
            chromium.close()
    return found


def _console(chromium: Browser, api_url: str) -> dict[str, Any]:
    context = chromium.new_context(viewport=_DESK)  # type: ignore[arg-type]
    page = context.new_page()
    weigh = _weighed(page)
    page.goto(f"{api_url}/admin/", wait_until="networkidle")
    found: dict[str, Any] = {"console_sign_in_gzip_kb": weigh()}
    page.evaluate("localStorage.setItem('fenxiao.rows', '100')")
    page.reload(wait_until="networkidle")
    for name, value in (("username", "owner"), ("password", OWNER_PASSWORD)):
        page.get_by_test_id(name).fill(value)
    page.get_by_test_id("go").click()
    page.get_by_test_id("who").wait_for()
    page.wait_for_load_state("networkidle")
    for name in LISTS:
        times = []
        for _ in range(ROUNDS):
            page.evaluate("location.hash = '#/'")
            page.wait_for_load_state("networkidle")
            page.wait_for_timeout(300)
            times.append(page.evaluate(_DRAWN, [name, ROWS]))
        found[f"console_{name}_ms"] = _spread(times)
    context.close()
    print(found, file=sys.stderr, flush=True)
    return found


def _home(chromium: Browser, api_url: str) -> dict[str, Any]:
    times = []
    weight = 0.0
    for _ in range(ROUNDS):
        context = chromium.new_context(viewport=_PHONE, is_mobile=True, has_touch=True)  # type: ignore[arg-type]
        page = context.new_page()
        context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": SLOWDOWN})
        weigh = _weighed(page)
        page.goto(f"{api_url}/h5/", wait_until="commit")
        times.append(page.evaluate(_READY, ["product-card"]))
        weight = weigh()
        context.close()
    return {
        "home_gzip_kb": weight,
        "home_shown_ms": _spread([one["shown"] for one in times]),
        "home_interactive_ms": _spread([one["interactive"] for one in times]),
        "home_longest_task_ms": _spread([one["longest"] for one in times]),
    }


def _grown(chromium: Browser, api_url: str, signed: dict[str, Any], *, path: str, testid: str) -> Grown:
    """Scroll to the end again and again, as a thumb does."""
    context = chromium.new_context(viewport=_PHONE, is_mobile=True, has_touch=True)  # type: ignore[arg-type]
    page = context.new_page()
    asked: list[str] = []
    page.on("request", lambda one: asked.append(one.url) if "next=" in one.url else None)
    page.goto(f"{api_url}/h5/")
    sign_in_as(page, signed)
    page.goto("about:blank")
    page.goto(f"{api_url}/h5/#/{path}")
    rows = page.get_by_test_id(testid)
    rows.first.wait_for()
    page.wait_for_load_state("networkidle")
    first = seen = rows.count()
    times = []
    while seen < LONG:
        began = time.perf_counter()
        page.evaluate("scrollTo(0, document.documentElement.scrollHeight)")
        if not _grows(page, testid, seen):
            break
        times.append(1000 * (time.perf_counter() - began))
        seen = rows.count()
    weight = page.evaluate(_WEIGHT)
    context.close()
    return Grown(first, seen, len(asked), round(_middle(times)), round(max(times, default=0)), **weight)


def _grows(page: Page, testid: str, seen: int) -> bool:
    from playwright.sync_api import TimeoutError as TooLong

    try:
        page.wait_for_function(
            "([testid, seen]) => document.querySelectorAll(`[data-testid=${testid}]`).length > seen",
            arg=[testid, seen],
            timeout=5_000,
        )
    except TooLong:
        return False
    return True


def _buyer(api_url: str) -> dict[str, Any]:
    """Somebody with a thousand orders, called off again: few may wait to be paid."""
    caller = Caller(api_url)
    body = {"username": f"many{secrets.token_hex(4)}", "password": "a-long-password-1"}
    signed: dict[str, Any] = caller.post("/shop/sign-up", body)
    caller.token = signed["access_token"]
    address = caller.post("/shop/me/addresses", _ADDRESS)["address_id"]
    card = caller.get("/shop/products", limit=1)["items"][0]
    sku = caller.get(f"/shop/products/{card['product_id']}")["skus"][0]["sku_id"]
    basket = {
        "lines": [{"product_id": card["product_id"], "sku_id": sku, "quantity": 1}],
        "address_id": address,
    }
    total = caller.post("/shop/quote", basket)["total_fen"]

    def place(_: int) -> None:
        body = {**basket, "expected_total_fen": total}
        order_id = caller.post("/shop/orders", body, key=fresh_key())["order_id"]
        caller.post(f"/shop/orders/{order_id}/cancel")

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(place, range(LONG)))
    caller.close()
    return signed


def _star(api_url: str, wechat_url: str) -> dict[str, Any]:
    """Whom ``scripts/seed`` gave a large team; the phone is there still."""
    phone = Phone(api_url, wechat_url, "月亮星河")
    code = phone.touch("login", {"app": "mp"})["code"]
    signed: dict[str, Any] = phone.post("/shop/sign-in/mini-program", {"code": code})
    phone.close()
    return signed


def _weighed(page: Page) -> Callable[[], float]:
    """Tells how many kilobytes of scripts, styles and pages came so far, as gzip sends them."""
    came: list[Response] = []

    def note(one: Response) -> None:
        came.append(one)

    page.on("response", note)

    def weigh() -> float:
        page.wait_for_load_state("networkidle")
        bodies = [
            one.body() for one in came if one.request.resource_type in ("document", "script", "stylesheet")
        ]
        return round(sum(len(gzip.compress(body, 6)) for body in bodies) / 1000, 1)

    return weigh


def _spread(times: list[float]) -> dict[str, int]:
    return {"middle": round(_middle(times)), "worst": round(max(times))}


def _middle(values: list[float]) -> float:
    return sorted(values)[len(values) // 2] if values else 0.0


_ADDRESS = {
    "receiver": "小林",
    "phone": "13800138001",
    "province": "浙江省",
    "city": "杭州市",
    "district": "西湖区",
    "street": "龙井路 8 号",
    "is_default": True,
}
