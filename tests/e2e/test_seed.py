"""A world filled by ``scripts/seed``: its books are right, it is the same each time, and can be lived in.

Issue 6, "Numbers": lists are measured in such a world, so it must be one that the program could have made.
"""

import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import pytest

from scripts.local.fill import OWNER_PASSWORD
from scripts.local.people import Staff
from scripts.local.world import ROOT, World, free_port

pytestmark = pytest.mark.nightly

MEMBERS = ORDERS = 50
VILLAGE = 25
"""Two villages of 25: the one that lived, and its copy."""
SEED = 7


def run(module: str, *arguments: str) -> str:
    """A command of ours in a process of its own, for it takes the world's environment on."""
    command = [sys.executable, "-m", f"scripts.local.{module}", *arguments]
    done = subprocess.run(command, cwd=ROOT, env=os.environ, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    return done.stdout


def seeded(folder: Path, port: int) -> World:
    size = (
        "--members",
        str(MEMBERS),
        "--orders",
        str(ORDERS),
        "--village",
        str(VILLAGE),
        "--seed",
        str(SEED),
    )
    run("seed", *size, "--state", str(folder), "--url", f"http://127.0.0.1:{port}", "--stop")
    return World(folder, port)


@pytest.fixture(scope="module")
def worlds(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[World]]:
    """The same seed twice, side by side; kept, stopped, and started again."""
    first = free_port()
    folders = [tmp_path_factory.mktemp("seeded") for _ in range(2)]
    with ThreadPoolExecutor() as pool:
        made = list(pool.map(seeded, folders, (first, first + 3)))
    try:
        for world in made:
            world.start()
        yield made
    finally:
        for world in made:
            world.stop()


@pytest.fixture(scope="module")
def desks(worlds: list[World]) -> Iterator[list[Staff]]:
    made = [Staff(world.api_url) for world in worlds]
    for desk in made:
        desk.sign_in("owner", OWNER_PASSWORD)
    yield made
    for desk in made:
        desk.close()


def orders_of(desk: Staff) -> list[dict[str, Any]]:
    found = []
    cursor: str | None = None
    while True:
        page = desk.get("/console/orders", limit=100, **({"next": cursor} if cursor else {}))
        found += page["items"]
        cursor = page["next"]
        if cursor is None:
            return found


def test_nothing_is_off_in_its_books(worlds: list[World]) -> None:
    """Journal, wallets, orders, stock, coupons, WeChat's bills and the audit chain agree (A4)."""
    world = worlds[0]
    found = json.loads(
        run("audit", "--json", "--state", str(world.folder), "--url", world.api_url).splitlines()[-1]
    )
    assert (found["books_off_fen"], found["findings"]) == (0, [])
    assert found["orders"] >= ORDERS
    assert found["entries"] > ORDERS


def test_there_are_as_many_as_were_asked_for(desks: list[Staff]) -> None:
    desk = desks[0]
    assert MEMBERS <= len(desk.get("/console/members", limit=100)["items"]) < MEMBERS + MEMBERS // VILLAGE
    orders = orders_of(desk)
    assert len({one["order_id"] for one in orders}) == len(orders) == ORDERS
    states = Counter(one["status"] for one in orders)
    assert {"PAID", "SHIPPED", "RECEIVED", "COMPLETED", "CLOSED"} <= set(states), states


def test_one_seed_gives_one_village(desks: list[Staff]) -> None:
    """Who bought what for how much and what became of it; ids and moments are the shop's own."""

    def figures(desk: Staff) -> tuple[Counter[Any], set[str]]:
        bought = Counter(
            (one["buyer_nickname"], one["status"], one["titles"], one["total_fen"], one["refunded_fen"])
            for one in orders_of(desk)
        )
        return bought, {one["nickname"] for one in desk.get("/console/members", limit=100)["items"]}

    assert figures(desks[0]) == figures(desks[1])


LISTS = (
    "announcements",
    "audit",
    "audits",
    "distributors",
    "low-stock",
    "members",
    "orders",
    "points-grants",
    "products",
    "refunds",
    "reviews",
    "territories?level=CITY",
    "violations",
    "wallet-adjustments",
    "withdrawals",
)


@pytest.mark.parametrize("name", LISTS)
def test_the_lists_of_the_console_have_something_to_show(desks: list[Staff], name: str) -> None:
    path, _, asked = name.partition("?")
    assert desks[0].get(f"/console/{path}", **dict(parse_qsl(asked)), limit=100)["items"]


def test_a_copy_is_opened_like_any_other(desks: list[Staff]) -> None:
    """What is sealed for one order, such as where it goes, is sealed anew for its copy."""
    desk = desks[0]
    for order in orders_of(desk):
        seen = desk.get(f"/console/orders/{order['order_id']}")
        assert seen["receiver"]["receiver"]


def test_a_copied_order_goes_on(desks: list[Staff]) -> None:
    """A copy that was paid for is shipped, as any order is."""
    desk = desks[0]
    (copied, *_) = [
        one for one in orders_of(desk) if one["status"] == "PAID" and one["order_id"].endswith("00001")
    ]
    parcel = {"delivery": "EXPRESS", "express_company": "SF", "tracking_number": "SF1417000123456"}
    shipped = desk.post(f"/console/orders/{copied['order_id']}/ship", parcel)
    assert shipped["status"] == "SHIPPED"
