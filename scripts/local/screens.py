"""Write a picture of every page at the sizes people have, from a lived-in shop, into a folder.

Without ``--url`` it makes a temporary world of its own; with it, it looks at a running one, whose shop it
fills once more.
"""

import argparse
import re
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from scripts.local import browser
from scripts.local.h5_page import remember, sign_in_as
from scripts.local.lived_in import LivedIn, live_in
from scripts.local.people import Phone
from scripts.local.screens_console import DESK_SIZES, take_console
from scripts.local.world import World, WorldError, free_port

PHONE_SIZES = ((360, 640), (390, 844), (430, 932))
MOST_HEIGHT = 2400
"""A long page is shown whole up to here."""


@dataclass(frozen=True)
class Shot:
    """One page: what it is called, its path with ids in braces, who looks, and what must be there first."""

    name: str
    path: str
    who: str = "buyer"
    tap: str = ""
    """The ``data-testid`` of something to tap before the picture is taken."""


CLIENT = (
    Shot("home", "pages/index/index"),
    Shot("home-as-guest", "pages/index/index", who="guest"),
    Shot("category", "pages/category/index"),
    Shot("search", "pages/search/index"),
    Shot("product", "pages/product/detail?id={product}"),
    Shot("product-choose", "pages/product/detail?id={product}", tap="choose"),
    Shot("product-promote", "pages/product/detail?id={product}", who="distributor"),
    Shot("product-share", "pages/product/detail?id={product}", who="distributor", tap="share"),
    Shot("product-gone", "pages/product/detail?id=PR00000000000000000000000000"),
    Shot("cart", "pages/cart/index"),
    Shot("cart-as-guest", "pages/cart/index", who="guest"),
    Shot("cart-empty", "pages/cart/index", who="distributor"),
    Shot("checkout", "pages/checkout/index"),
    Shot("checkout-coupons", "pages/checkout/index", tap="coupon"),
    Shot("checkout-result", "pages/checkout/result?id={paid}"),
    Shot("cashier", "pages/checkout/cashier?id={unpaid}"),
    Shot("orders", "pages/orders/list"),
    Shot("orders-none", "pages/orders/list?status=UNPAID", who="distributor"),
    Shot("order-unpaid", "pages/orders/detail?id={unpaid}"),
    Shot("order-paid", "pages/orders/detail?id={paid}"),
    Shot("order-shipped", "pages/orders/detail?id={shipped}"),
    Shot("order-received", "pages/orders/detail?id={received}"),
    Shot("review-write", "pages/reviews/write?order_id={received}"),
    Shot("reviews-mine", "pages/reviews/mine"),
    Shot("reviews-none", "pages/reviews/mine", who="distributor"),
    Shot("reviews-all", "pages/reviews/all?id={product}"),
    Shot("refund-ask", "pages/refunds/ask?order_id={paid}"),
    Shot("refund", "pages/refunds/detail?id={refund}"),
    Shot("refunds", "pages/refunds/list"),
    Shot("sign-in", "pages/sign-in/index", who="guest"),
    Shot("me", "pages/me/index"),
    Shot("me-as-guest", "pages/me/index", who="guest"),
    Shot("profile", "pages/user/profile"),
    Shot("settings", "pages/user/settings"),
    Shot("account", "pages/user/account"),
    Shot("rules", "pages/user/rules?of=privacy"),
    Shot("addresses", "pages/user/addresses"),
    Shot("address", "pages/user/address?id={address}"),
    Shot("address-new", "pages/user/address", tap="region"),
    Shot("favourites", "pages/user/favourites"),
    Shot("inbox", "pages/user/inbox"),
    Shot("points", "pages/points/index"),
    Shot("coupons", "pages/coupons/index"),
    Shot("coupon-fetch", "pages/coupons/fetch?code={coupon_code}", who="guest"),
    Shot("gifts", "pages/gifts/index"),
    Shot("wallet", "pages/wallet/index", who="distributor"),
    Shot("withdraw", "pages/wallet/withdraw", who="distributor"),
    Shot("withdraw-all", "pages/wallet/withdraw", who="distributor", tap="all"),
    Shot("withdrawals", "pages/wallet/withdrawals", who="distributor"),
    Shot("withdrawal", "pages/wallet/withdrawal?id={withdrawal}", who="distributor"),
    Shot("join", "pages/distributor/join"),
    Shot("centre", "pages/distributor/centre", who="distributor"),
    Shot("earnings", "pages/distributor/earnings", who="distributor"),
    Shot("earnings-year", "pages/distributor/earnings", who="distributor", tap="tab-YEAR"),
    Shot("month", "pages/distributor/month?month=2026-11", who="distributor"),
    Shot("commissions", "pages/distributor/commissions", who="distributor"),
    Shot("promote", "pages/distributor/products", who="distributor"),
    Shot("poster", "pages/distributor/poster", who="distributor"),
    Shot("codes", "pages/distributor/codes", who="distributor"),
    Shot("team", "pages/distributor/team", who="distributor"),
    Shot("team-brought", "pages/distributor/team", who="distributor", tap="sort-EARNED"),
    Shot("levels", "pages/distributor/levels", who="distributor"),
    Shot("ranking", "pages/distributor/ranking", who="distributor"),
    Shot("ranking-promoters", "pages/distributor/ranking", who="distributor", tap="tab-BUYERS"),
    Shot("agreement", "pages/distributor/agreement", who="distributor"),
    Shot("violations", "pages/distributor/violations", who="distributor"),
)


def main() -> None:
    """Run ``./scripts/screens``."""
    parser = argparse.ArgumentParser(prog="scripts/screens", description=__doc__)
    parser.add_argument("--to", type=Path, default=Path("screens"), help="the folder (default ./screens)")
    parser.add_argument("--url", help="a running world, e.g. http://127.0.0.1:8800")
    parser.add_argument("--only", default="", help="only pages whose name has this pattern")
    parser.add_argument("--size", help="only this size, e.g. 390x844")
    options = parser.parse_args()
    shots = [one for one in CLIENT if re.search(options.only, one.name)]
    phones, desks = (
        [one for one in sizes if options.size in (None, f"{one[0]}x{one[1]}")]
        for sizes in (PHONE_SIZES, DESK_SIZES)
    )
    try:
        with _world(options.url) as world, _chromium() as chromium:
            shop = live_in(world.api_url, world.wechat_url)
            for size in phones:
                _take(chromium, shop, shots, size=size, folder=options.to)
            at_desk = sum(
                take_console(chromium, shop, size=size, only=options.only, folder=options.to)
                for size in desks
            )
    except WorldError as problem:
        sys.exit(f"Fenxiao: {problem}")
    print(f"{len(shots) * len(phones) + at_desk} pictures in {options.to}")


@contextmanager
def _world(url: str | None) -> Iterator[World]:
    if url:
        yield World(Path(), int(url.rstrip("/").rsplit(":", 1)[1]))
        return
    with tempfile.TemporaryDirectory(prefix="fenxiao-screens-") as folder:
        world = World(Path(folder), free_port())
        try:
            world.start()
            yield world
        finally:
            world.stop()


@contextmanager
def _chromium() -> Iterator[Browser]:
    with sync_playwright() as driver:
        opened = driver.chromium.launch(executable_path=browser.find(), args=list(browser.FLAGS))
        yield opened
        opened.close()


def _take(
    chromium: Browser, shop: LivedIn, shots: list[Shot], *, size: tuple[int, int], folder: Path
) -> None:
    """Each person looks at their pages on a phone of this size."""
    width, height = size
    to = folder / f"{width}x{height}"
    mall = f"{shop.story.api_url}/h5/"
    to.mkdir(parents=True, exist_ok=True)
    for who in dict.fromkeys(one.who for one in shots):
        context = chromium.new_context(
            viewport={"width": width, "height": height}, device_scale_factor=2, is_mobile=True, has_touch=True
        )
        page = context.new_page()
        page.goto(mall)
        if who != "guest":
            be(page, {"buyer": shop.buyer, "distributor": shop.distributor}[who])
        for shot in (one for one in shots if one.who == who):
            _show(page, f"{mall}#/{shot.path.format(**shop.ids)}", shot.tap, size)
            page.screenshot(path=to / f"{shot.name}.png")
        context.close()


def be(page: Page, person: Phone) -> None:
    """Sign this browser in as this person, and put something on its way to the checkout."""
    code = person.touch("login", {"app": "mp"})["code"]
    signed = person.post("/shop/sign-in/mini-program", {"code": code})
    sign_in_as(page, signed)
    cart = person.get("/shop/cart")["lines"]
    basket = [{name: line[name] for name in ("product_id", "sku_id", "quantity")} for line in cart]
    remember(page, "basket", basket)
    remember(page, "searched", ["绿茶", "蜂蜜", "马克杯"])


def _show(page: Page, address: str, tap: str, size: tuple[int, int]) -> None:
    """Open the page and wait until nothing loads; a long page gets a window as high as it is."""
    page.set_viewport_size({"width": size[0], "height": size[1]})
    page.goto("about:blank")
    page.goto(address)
    page.wait_for_load_state("networkidle")
    if tap:
        page.get_by_test_id(tap).first.click()
        page.wait_for_timeout(500)
    elif (high := min(MOST_HEIGHT, page.evaluate("document.documentElement.scrollHeight"))) > size[1]:
        page.set_viewport_size({"width": size[0], "height": high})
        page.wait_for_timeout(200)


if __name__ == "__main__":
    main()
