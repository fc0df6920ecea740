"""Measure inside a running world; prints one JSON document. Started by ``scripts/local/bench.py``."""

import argparse
import contextlib
import functools
import json
import sys
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection
from itertools import chain
from pathlib import Path
from typing import Any

from chalicelib import front_door
from chalicelib.commissions import store as commissions
from chalicelib.commissions.plan_credits import plan_credits
from chalicelib.kernel import aws, http, ids
from chalicelib.kernel.http import Door, Incoming
from scripts.local.bench_orders import LEVEL_1_FEN, Notice, Street, put_orders
from scripts.local.bench_units import WriteUnits

_BATCH = 200
_ROUNDS = 3


def main() -> None:
    """Every row that needs the engine, and the rules' own speed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--keys", type=Path, required=True)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--orders", type=int, default=_BATCH)
    options = parser.parse_args()
    street = Street(json.loads(options.keys.read_text()))
    with contextlib.redirect_stdout(sys.stderr):
        found: dict[str, Any] = {"orders_per_run": options.orders}
        found |= one_notice(street)
        found["rules_plans_per_s"] = plans_per_second()
        found["settled_per_s"] = {
            str(clients): settled_per_second(street, options.port, clients, options.orders)
            for clients in (1, 4, 16)
        }
        found |= hot_against_distinct(street, options.port, options.orders)
    print(json.dumps(found))


def one_notice(street: Street) -> dict[str, Any]:
    """Round trips, write units and CPU of one notice, in this process, through the real door."""
    warm = [street.paid(order) for order in put_orders(20)]
    for notice in warm:
        _answer(notice)
    (order,) = put_orders(1)
    units = WriteUnits(aws.client("dynamodb"))
    with units.watching():
        _answer(street.paid(order))
    notices = [street.paid(order) for order in put_orders(100)]
    began = time.process_time()
    for notice in notices:
        _answer(notice)
    cpu_ms = (time.process_time() - began) * 1000 / len(notices)
    return {
        "round_trips": units.calls,
        "write_units": units.total,
        "write_units_by_item": units.by_item,
        "cpu_ms_per_notice": round(cpu_ms, 2),
    }


def plans_per_second() -> int:
    """One order, one line, two levels, on one core; the best of some rounds."""
    (order,) = put_orders(1)
    sale = order.sale
    best = 0.0
    for _ in range(5):
        began = time.process_time()
        for _ in range(5000):
            plan_credits(sale)
        best = max(best, 5000 / (time.process_time() - began))
    return int(best)


def settled_per_second(street: Street, port: int, clients: int, count: int) -> float:
    """Orders settled a second over HTTP with ``clients`` at once; the middle of three runs."""
    rates = []
    for _ in range(_ROUNDS):
        notices = [street.paid(order) for order in put_orders(count)]
        rates.append(count / _post_all(notices, port, clients))
    return round(sorted(rates)[len(rates) // 2], 1)


def hot_against_distinct(street: Street, port: int, count: int) -> dict[str, Any]:
    """All buyers under one upline against each under its own, in turn; and what that upline got."""
    hot = ids.new_id("ME")
    pairs = []
    for _ in range(_ROUNDS):
        rates = []
        for upline in (hot, None):
            notices = [street.paid(order) for order in put_orders(count, upline=upline)]
            rates.append(count / _post_all(notices, port, 16))
        pairs.append(rates[0] / rates[1])
    expected = _ROUNDS * count
    credited = _credited(hot)
    return {
        "hot_speed_ratio": round(sorted(pairs)[len(pairs) // 2], 2),
        "hot_credits_lost": expected - sum(amount == LEVEL_1_FEN for amount in credited),
        "hot_credits": expected,
    }


def _credited(payee_id: str) -> list[int]:
    amounts: list[int] = []
    cursor: str | None = None
    while True:
        page = commissions.of_payee(payee_id, limit=100, cursor=cursor)
        amounts.extend(row.amount_fen for row in page.items)
        cursor = page.next
        if cursor is None:
            return amounts


def _post_all(notices: Sequence[Notice], port: int, clients: int) -> float:
    """Post every notice once from so many clients; the seconds it took. Raises on any other than 204."""
    shares = [notices[number::clients] for number in range(clients)]
    with ThreadPoolExecutor(clients) as pool:
        began = time.perf_counter()
        answers = Counter(chain.from_iterable(pool.map(functools.partial(_post, port), shares)))
        took = time.perf_counter() - began
    if answers != {204: len(notices)}:
        raise SystemExit(f"notices were not taken: {dict(answers)}")
    return took


def _post(port: int, notices: Sequence[Notice]) -> list[int]:
    connection = HTTPConnection("127.0.0.1", port)
    answers = []
    for notice in notices:
        connection.request("POST", "/wechat/paid", notice.body.encode(), notice.headers)
        answer = connection.getresponse()
        answer.read()
        answers.append(answer.status)
    connection.close()
    return answers


def _answer(notice: Notice) -> None:
    door = http_door()
    incoming = Incoming("POST", {}, {}, notice.headers, notice.body.encode(), "127.0.0.1")
    reply = http.answer(door, incoming)
    if reply.status != 204:
        raise SystemExit(f"a notice was answered {reply.status}: {reply.body!r}")


@functools.cache
def http_door() -> Door:
    """The door that takes paid notices."""
    return http.find(front_door.all_doors(), "POST", "/wechat/paid")


if __name__ == "__main__":
    main()
