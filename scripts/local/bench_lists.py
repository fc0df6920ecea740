"""How long each of the console's lists takes in a running world: ``scripts/bench lists --url … --state …``.

Every GET door under /console/ that gives pages, and every other one without a number in its path, as the
routes tell them. Pages of 100, each choice of each filter, the first page and the one after it, in turn from
one client over HTTP; figures, never a verdict. Fill the world before with ``scripts/seed``.
"""

import contextlib
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import product
from pathlib import Path
from types import UnionType
from typing import Any, Literal, Union, get_args, get_origin

import app  # noqa: F401 - opens the front door
from chalicelib import front_door
from chalicelib.kernel.http import Door, Paging
from scripts.local import processes
from scripts.local.fill import OWNER_PASSWORD
from scripts.local.people import Refused, Staff

ROUNDS = 4
PAGES = 2
LIMIT = 100
WANTED_MS = 300


class _NotOffered(Exception):
    """The door refuses this choice, as ended refunds, which are asked for by day."""


@dataclass
class Timed:
    """One list in one way of asking."""

    path: str
    asked: dict[str, Any]
    milliseconds: list[float] = field(default_factory=list)
    rows: int = 0
    cpu_ms: float = 0.0
    """Of API and engine, a call; what else they did meanwhile is in it."""

    @property
    def p95(self) -> float:
        """The time that 19 of 20 stay below."""
        ordered = sorted(self.milliseconds)
        return ordered[min(len(ordered) - 1, int(len(ordered) * 0.95))]

    @property
    def middle(self) -> float:
        """Half stay below."""
        return sorted(self.milliseconds)[len(self.milliseconds) // 2]


def measure(api_url: str, folder: Path) -> list[Timed]:
    """All lists, the slowest first."""
    busy = [processes.find(folder, name) for name in ("api", "engine")]
    staff = Staff(api_url)
    try:
        staff.sign_in("owner", OWNER_PASSWORD)
        known = _known(staff)
        asked = [one for door in list_doors() for one in _ways(door, known)]
        for one in asked:
            with contextlib.suppress(_NotOffered):
                before = sum(map(processes.cpu_ms, busy))
                _measure(staff, one)
                one.cpu_ms = (sum(map(processes.cpu_ms, busy)) - before) / len(one.milliseconds)
    finally:
        staff.close()
    return sorted((one for one in asked if one.milliseconds), key=lambda one: -one.p95)


def list_doors() -> list[Door]:
    """Every door of the console that gives a list, from the routes."""
    doors = [
        one for one in front_door.all_doors() if one.method == "GET" and one.path.startswith("/console/")
    ]
    return [one for one in doors if _is_paged(one) or "{" not in one.path]


def table(found: list[Timed], most: int = 12) -> str:
    """The slowest as Markdown, and what is over."""
    over = [one for one in found if one.p95 > WANTED_MS]
    lines = [
        f"{len({one.path for one in found})} doors, {len(found)} ways of asking, "
        f"{sum(len(one.milliseconds) for one in found)} calls; over {WANTED_MS} ms at p95: {len(over)}",
        "",
        "| list | asked | rows | middle, ms | p95, ms | CPU of API and engine a call, ms |",
        "|---|---|---|---|---|---|",
    ]
    for one in found[: max(most, len(over))]:
        said = " ".join(f"{name}={value}" for name, value in one.asked.items() if name != "limit")
        lines.append(
            f"| {one.path} | {said} | {one.rows} | {one.middle:.0f} | {one.p95:.0f} | {one.cpu_ms:.0f} |"
        )
    return "\n".join(lines)


def _measure(staff: Staff, one: Timed) -> None:
    for _ in range(ROUNDS):
        cursor: str | None = None
        for _ in range(PAGES):
            asked = {**one.asked, **({"next": cursor} if cursor else {})}
            began = time.perf_counter()
            try:
                answer = staff.get(one.path, **asked)
            except Refused as refusal:
                if refusal.status == 422:
                    raise _NotOffered from refusal
                raise
            took = 1000 * (time.perf_counter() - began)
            one.milliseconds.append(took)
            if not cursor:
                one.rows = len(answer.get("items", [])) if isinstance(answer, dict) else 0
            cursor = answer.get("next") if isinstance(answer, dict) else None
            if not cursor:
                break


def _ways(door: Door, known: dict[str, list[str]]) -> Iterator[Timed]:
    """The door with each number that is known for its path, and each choice of each of its filters alone."""
    names = [part[1:-1] for part in door.path.split("/") if part.startswith("{")]
    for values in product(*(known[name] for name in names)):
        path = door.path
        for name, value in zip(names, values, strict=True):
            path = path.replace(f"{{{name}}}", value)
        base: dict[str, Any] = {"limit": LIMIT} if _is_paged(door) else {}
        fields = door.query.model_fields if door.query else {}
        base |= {name: _needed(name, known) for name, one in fields.items() if one.is_required()}
        yield Timed(path, base)
        for name, one in fields.items():
            yield from (Timed(path, {**base, name: choice}) for choice in _choices(one.annotation))
            if name in known and name not in base:
                yield from (Timed(path, {**base, name: value}) for value in known[name])


def _needed(name: str, known: dict[str, list[str]]) -> str:
    """Where a month must be named, it is a scope of figures."""
    return f"M{known[name][0]}" if name == "month" else known[name][0]


def _choices(annotation: Any) -> list[str]:
    if get_origin(annotation) is Literal:
        return [str(one) for one in get_args(annotation)]
    if get_origin(annotation) in (Union, UnionType):
        return [choice for one in get_args(annotation) for choice in _choices(one)]
    return []


def _is_paged(door: Door) -> bool:
    return door.query is not None and issubclass(door.query, Paging)


def _known(staff: Staff) -> dict[str, list[str]]:
    """Numbers to ask for: whoever has the largest team, a seller, a buyer, an article, and so on."""
    sellers = [
        one["member_id"] for one in staff.get("/console/distributors", limit=100, status="APPROVED")["items"]
    ]
    largest = staff.get("/console/compliance", by="headcount", limit=1)["trees"][0]["root_id"]
    order = _first(staff, "/console/orders", status="COMPLETED")
    line = staff.get(f"/console/orders/{order['order_id']}")["lines"][0]
    month = order["placed_at"][:7]
    nickname = staff.get(f"/console/members/{order['buyer_id']}")["nickname"]
    return {
        "member_id": [largest, sellers[0], order["buyer_id"]],
        "buyer_id": [order["buyer_id"]],
        "payee_id": [sellers[0]],
        "product_id": [line["product_id"]],
        "sku_id": [line["sku_id"]],
        "order_id": [order["order_id"]],
        "nickname": [nickname, nickname[:1]],
        "month": [month],
        "province": ["浙江省"],
        "entry_id": [f"PAID:{order['order_id']}"],
        "q": ["茶"],
    }


def _first(staff: Staff, path: str, **asked: Any) -> dict[str, Any]:
    """The first row of a list, whose first pages may be empty."""
    page = staff.get(path, limit=1, **asked)
    while not page["items"]:
        page = staff.get(path, limit=1, next=page["next"], **asked)
    row: dict[str, Any] = page["items"][0]
    return row
