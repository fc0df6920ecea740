"""Measure how long closing a month takes: ``python -m scripts.local.bench_closing --payees 2000``.

Starts a temporary world (the embedded engine), lets so many distributors have sold something, closes the
month for them with the product's own job, and prints one JSON document: seconds, payees a second, calls
and write units a payee, and what a hundred thousand would take at that pace.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from scripts.local.world import ROOT, World, WorldError, free_port

SIZED_FOR = 100_000
_SOLD_AT = datetime(2026, 11, 20, 4, tzinfo=UTC)
_CLOSED_AT = datetime(2026, 12, 5, 4, tzinfo=UTC)
"""The month's last plan counts, so the one measured starts after any that the world came with."""


def main() -> None:
    """Start a world and measure in it; with ``--inside``, measure here."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--payees", type=int, default=2_000)
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.inside:
        print(json.dumps(_measure(options.payees)))
        return
    try:
        with tempfile.TemporaryDirectory(prefix="fenxiao-bench-") as folder:
            print(_in_a_world(Path(folder), options.payees))
    except WorldError as problem:
        sys.exit(f"Fenxiao: {problem}")


def _in_a_world(folder: Path, payees: int) -> str:
    world = World(folder / "fresh", free_port(), ("--snapshot-seconds", "0"))
    try:
        world.start()
        for name in ("worker", "wechat"):
            world.stop_one(name)
        command = [sys.executable, "-m", "scripts.local.bench_closing", "--inside", "--payees", str(payees)]
        environment = {**world.environment(), "FENXIAO_LOG_LEVEL": "ERROR"}
        done = subprocess.run(
            command, env=environment, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True
        )
    finally:
        world.stop()
    return done.stdout.strip()


def _measure(payees: int) -> dict[str, Any]:
    from chalicelib.commissions.close_period import close_period
    from chalicelib.kernel import aws, clock
    from scripts.local.bench_units import WriteUnits

    members = [f"MBENCH{number:06d}" for number in range(payees)]
    _publish()
    with ThreadPoolExecutor(8) as crew:
        list(crew.map(_seller, members))
    clock.install(lambda: _CLOSED_AT)
    calls: list[str] = []
    client = aws.client("dynamodb")
    client.meta.events.register("before-call.dynamodb.*", lambda model, **_: calls.append(model.name))
    began, closed = time.monotonic(), 0
    while closed < payees:
        done = close_period(pages=20)
        assert done.payees and not done.left_behind, done
        closed += done.payees
    seconds = time.monotonic() - began
    counted = len(calls)
    return {
        "payees": closed,
        "seconds": round(seconds, 1),
        "payees_per_s": round(closed / seconds, 1),
        "calls_per_payee": round(counted / closed, 2),
        "write_units_per_payee": _units(WriteUnits(client)),
        f"minutes_for_{SIZED_FOR}": round(seconds * SIZED_FOR / closed / 60, 1),
    }


def _units(units: Any) -> int:
    """Of one payee's transaction, indexes included: one more seller, closed while the client is watched."""
    from chalicelib.commissions import store
    from chalicelib.commissions.close_payee import Closing, close_payee
    from chalicelib.distributors import store as distributors
    from chalicelib.members import store as members
    from chalicelib.standing.period_of import period_named

    _seller("MBENCHUNITS")
    (plan,) = (one for one in store.plans() if one.plan_id == "PLBENCH")
    with units.watching():
        close_payee(
            Closing(period_named("M2026-11"), plan),
            members.load("MBENCHUNITS"),
            replace(distributors.load("MBENCHUNITS"), decided_at=_SOLD_AT),
        )
    return int(units.total)


def _publish() -> None:
    from chalicelib.commissions import store
    from chalicelib.commissions.kinds.base_metric import MetricBase
    from chalicelib.commissions.kinds.how_steps import StepsHow
    from chalicelib.commissions.kinds.model import Plan, Rule
    from chalicelib.commissions.kinds.steps import Step
    from chalicelib.commissions.kinds.who_each import EachWho
    from chalicelib.kernel.dynamo import commit

    steps = StepsHow("OWN_SALES", (Step(0, 10_000_000, 200), Step(10_000_000, None, 300)))
    rule = Rule("OWN", "月度返利", EachWho(), MetricBase("OWN_SALES"), steps, when="MONTH")
    plan = Plan("PLBENCH", 9_000, "按月返利", "PUBLISHED", (rule,))
    commit(store.add_plan(replace(plan, starts_at=_CLOSED_AT - timedelta(days=6), published_at=_SOLD_AT)))
    store.forget_plans()


def _seller(member_id: str) -> None:
    from chalicelib.distributors import store as distributors
    from chalicelib.distributors.rules import Distributor
    from chalicelib.kernel.dynamo import commit
    from chalicelib.members import store as members
    from chalicelib.members.rules import new_member
    from chalicelib.standing.count_sale import count_sale
    from chalicelib.standing.rules import SaleEvent

    joined_at = _SOLD_AT - timedelta(days=30)
    seller = Distributor(member_id, "APPROVED", "normal", joined_at, joined_at)
    commit(
        members.put_member(new_member(member_id, joined_at)),
        distributors.change(None, seller, "ASSIGNED", by="bench", at=joined_at),
    )
    order_id = f"OR{member_id}"
    count_sale(SaleEvent(f"PAID:{order_id}", order_id, member_id, (), _SOLD_AT, 1_000_000, 1))


if __name__ == "__main__":
    main()
