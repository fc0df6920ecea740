"""Pictures of every page of the console on desks and a phone; the pages are those of its router."""

import re
from pathlib import Path

from playwright.sync_api import Browser, Page

from scripts.local.fill import OWNER_PASSWORD
from scripts.local.lived_in import LivedIn

DESK_SIZES = ((1440, 900), (1920, 1080), (390, 844))
MOST_HEIGHT = 2400
ROUTER = Path(__file__).resolve().parents[2] / "console" / "src" / "router.ts"


def console_paths() -> list[str]:
    """The path of every page, as the router has them."""
    return re.findall(r"page\('[^']+', '([^']*)', '[^']+', '", ROUTER.read_text(encoding="utf-8"))


def take_console(chromium: Browser, shop: LivedIn, *, size: tuple[int, int], only: str, folder: Path) -> int:
    """The owner walks through the console; how many pictures were taken."""
    ids = {
        "members": shop.distributor.member_id,
        "orders": shop.ids["paid"],
        "refunds": shop.ids["refund"],
        "withdrawals": shop.ids["withdrawal"],
        "plans": shop.story.staff.get("/console/plans")["items"][0]["plan_id"],
    }
    width, height = size
    to = folder / f"{width}x{height}"
    shots = {name_of(path): path for path in console_paths() if re.search(only, name_of(path))}
    if not shots:
        return 0
    to.mkdir(parents=True, exist_ok=True)
    page = chromium.new_page(viewport={"width": width, "height": height})
    page.goto(f"{shop.story.api_url}/admin/")
    page.screenshot(path=to / "console-sign-in.png")
    page.get_by_test_id("username").fill("owner")
    page.get_by_test_id("password").fill(OWNER_PASSWORD)
    page.get_by_test_id("go").click()
    page.get_by_test_id("who").wait_for()
    for name, path in shots.items():
        _show(page, path.replace(":id", ids.get(path.split("/")[0], "")), size)
        page.screenshot(path=to / f"{name}.png")
    page.close()
    return len(shots)


def name_of(path: str) -> str:
    """What the picture of a page is called."""
    return "console-" + (path.replace("/:id", "-one").replace("/", "-") or "overview")


def _show(page: Page, path: str, size: tuple[int, int]) -> None:
    """Walk there, wait until nothing loads; a long page gets a window as high as it is."""
    page.set_viewport_size({"width": size[0], "height": size[1]})
    page.evaluate("path => { location.hash = '#/' + path }", path)
    page.wait_for_timeout(300)
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(500)
    high = min(MOST_HEIGHT, page.evaluate("document.documentElement.scrollHeight"))
    if high > size[1]:
        page.set_viewport_size({"width": size[0], "height": high})
        page.wait_for_timeout(300)
