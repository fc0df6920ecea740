"""Measure inside a running world; prints one JSON document. Started by ``scripts/local/bench.py``."""

import argparse
import contextlib
import functools
import json
import os
import sys
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from http.client import HTTPConnection
from itertools import chain
from pathlib import Path
from typing import Any

from botocore.exceptions import ReadTimeoutError

from chalicelib import front_door
from chalicelib.catalog.rules import Product, Sku
from chalicelib.commissions import store as commissions
from chalicelib.commissions.decide_terms import decide_terms
from chalicelib.commissions.kinds.facts import Article, Facts, Person
from chalicelib.commissions.kinds.model import Plan
from chalicelib.commissions.plan_credits import plan_credits
from chalicelib.commissions.plan_templates import plan_templates
from chalicelib.commissions.rules import Sale, SaleLine
from chalicelib.kernel import aws, http, ids
from chalicelib.kernel.clock import now
from chalicelib.kernel.dynamo import table_name
from chalicelib.kernel.http import Door, Incoming
from chalicelib.kernel.money import Fen
from scripts.local.bench_orders import LEVEL_1_FEN, Notice, Street, put_orders
from scripts.local.bench_units import WriteUnits

_BATCH = 200
_ROUNDS = 5
CLIENTS = (1, 2, 4, 8, 16)


def main() -> None:
    """Every row that needs the engine, and the rules' own speed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--keys", type=Path, required=True)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--orders", type=int, default=_BATCH)
    parser.add_argument("--pid", type=int, action="append", default=[], help="whose CPU to tell an order")
    parser.add_argument("--only-rate", action="store_true", help="one run of 8 clients, nothing else")
    parser.add_argument("--wait-for", type=int, default=0, help="only wait until there are so many orders")
    options = parser.parse_args()
    if options.wait_for:
        wait_for(options.wait_for)
        print("{}")
        return
    street = Street(json.loads(options.keys.read_text()))
    with contextlib.redirect_stdout(sys.stderr):
        if options.only_rate:
            found = one_rate(street, options.port, options.orders, options.pid)
        else:
            found = every_row(street, options.port, options.orders, options.pid)
    print(json.dumps(found))


def every_row(street: Street, port: int, orders: int, pids: Sequence[int]) -> dict[str, Any]:
    """All that one world can tell."""
    found: dict[str, Any] = {"orders_per_run": orders}
    found |= one_notice(street)
    found["rules_plans_per_s"] = plans_per_second()
    used = cpu_seconds(pids)
    found["settled_per_s"] = {
        str(clients): settled_per_second(street, port, clients, orders) for clients in CLIENTS
    }
    settled = len(CLIENTS) * _ROUNDS * orders
    found["cpu_ms_per_order"] = [
        round((now - then) * 1000 / settled, 2) for then, now in zip(used, cpu_seconds(pids), strict=True)
    ]
    return found | hot_against_distinct(street, port, orders)


def one_rate(street: Street, port: int, orders: int, pids: Sequence[int]) -> dict[str, Any]:
    """How fast this world settles just now, and the CPU that it takes."""
    notices = [street.paid(order) for order in put_orders(orders)]
    used = cpu_seconds(pids)
    rate = orders / _post_all(notices, port, 8)
    return {"rate": rate, "cpu_ms": (sum(cpu_seconds(pids)) - sum(used)) * 1000 / orders}


def wait_for(orders: int) -> None:
    """Until the engine's orders are so many. Raises ``SystemExit`` after ten minutes."""
    client = aws.client("dynamodb")
    for _ in range(600):
        with contextlib.suppress(ReadTimeoutError):
            if client.describe_table(TableName=table_name("orders"))["Table"]["ItemCount"] >= orders:
                return
        time.sleep(1)
    raise SystemExit(f"the engine did not reach {orders} orders")


def cpu_seconds(pids: Sequence[int]) -> list[float]:
    """CPU that these processes have used so far; Linux only."""
    used = []
    for pid in pids:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        used.append((int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK"))
    return used


def one_notice(street: Street) -> dict[str, Any]:
    """Round trips, write units and CPU of one notice, in this process, through the real door."""
    warm = [street.paid(order) for order in put_orders(20)]
    for notice in warm:
        _answer(notice)
    (order,) = put_orders(1)
    units = WriteUnits(aws.client("dynamodb"))
    with units.watching():
        _answer(street.paid(order))
    cpu_ms = sorted(_cpu_ms([street.paid(order) for order in put_orders(40)]) for _ in range(9))
    return {
        "round_trips": units.calls,
        "write_units": units.total,
        "write_units_by_item": units.by_item,
        "cpu_ms_per_notice": round(cpu_ms[len(cpu_ms) // 2], 2),
        "cpu_ms_per_notice_best": round(cpu_ms[0], 2),
    }


def _cpu_ms(notices: Sequence[Notice]) -> float:
    began = time.process_time()
    for notice in notices:
        _answer(notice)
    return (time.process_time() - began) * 1000 / len(notices)


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


def mixed_plans_per_second() -> int:
    """The same for a plan of ten rules: conditions, sharer, chain and bonus."""
    wanted = ("10_conditions", "09_share_and_bonus")
    given = [rule for one in plan_templates() if one.template_id in wanted for rule in one.plan.rules]
    rules = tuple(replace(rule, rule_id=f"R{number}") for number, rule in enumerate(given))
    plan = Plan("PL1", 1, "mixed", "PUBLISHED", rules)
    sku = Sku("SK1", "", Fen(9999))
    product = Product("PR1", "", "", "", (), (), True, None, (sku,))
    line = Article(1, product, sku, 1, Fen(9999), Fen(9999), Fen(1500))
    people = [Person(name, "gold", direct_buyers=9) for name in ("MBA", "MBB", "MBS")]
    facts = Facts(now(), Person("MBX"), tuple(people[:2]), (line,), sharer=people[2], is_first_order=True)
    sale = Sale("OR1", "MBX", (SaleLine(1, "", 1, Fen(9999)),), decide_terms(plan, facts))
    best = 0.0
    for _ in range(5):
        began = time.process_time()
        for _ in range(1000):
            plan_credits(sale)
        best = max(best, 1000 / (time.process_time() - began))
    return int(best)


def settled_per_second(street: Street, port: int, clients: int, count: int) -> float:
    """Orders settled a second over HTTP with ``clients`` at once; the middle of five runs."""
    rates = []
    for _ in range(_ROUNDS):
        notices = [street.paid(order) for order in put_orders(count)]
        rates.append(count / _post_all(notices, port, clients))
    return round(sorted(rates)[len(rates) // 2], 1)


def hot_against_distinct(street: Street, port: int, count: int) -> dict[str, Any]:
    """All buyers under one upline against each under its own, in turn; and what that upline got."""
    hot = ids.new_id("ME")
    pairs = []
    for turn in range(_ROUNDS):
        rates: dict[str | None, float] = {}
        for upline in (hot, None) if turn % 2 else (None, hot):
            notices = [street.paid(order) for order in put_orders(count, upline=upline)]
            rates[upline] = count / _post_all(notices, port, 16)
        pairs.append(rates[hot] / rates[None])
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
