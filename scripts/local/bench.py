"""Measure what the design promises, on this machine, in one run; figures, never a verdict.

Starts a temporary world (engine, simulator, API), posts signed notices to it from another process,
and prints a table; ``--json`` prints the same as one document, ``--write`` keeps it in docs/benchmarks.md.
"""

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
from dataclasses import asdict, is_dataclass
from pathlib import Path
from typing import Any

from scripts.local import bench_cold, bench_history
from scripts.local.world import ROOT, World, WorldError, add_world_options, enter_world, free_port

PROCESSES = ("engine", "api")
PAGE = ROOT / "docs" / "benchmarks.md"
OF_A_RUNNING_WORLD = ("lists", "pages", "exports")
ROWS = (
    ("database round trips, verified paid notice → credited", "2", "round_trips"),
    ("write units per settled order, indexes included", "≤ 20", "write_units"),
    ("CPU per paid notice in our process, ms: middle of nine batches", "≤ 6", "cpu_ms_per_notice"),
    ("… the best batch, nearest to a quiet machine", "≤ 6", "cpu_ms_per_notice_best"),
    ("settled orders/s over HTTP with signatures, by clients", "≥ 150", "settled_per_s"),
    ("… CPU an order, ms, by process", "–", "cpu_ms_per_order"),
    ("one hot upline against distinct uplines, 16 clients: speed", "≥ 0.95", "hot_speed_ratio"),
    ("… credits lost", "0", "hot_credits_lost"),
    ("orders of history, little and much", "20 k, 1 M", "history_orders"),
    ("… speed with much against little, 8 clients", "≥ 0.95", "history_speed_ratio"),
    ("… CPU of API and engine an order, much against little", "≤ 1.05", "history_cpu_ratio"),
    (
        "cold start of the packaged API: CPU against Chalice and a DynamoDB client alone",
        "≤ 1.5",
        "cold_ratio",
    ),
    ("… with the rooms of a paid notice, which the first request waits for", "–", "cold_first_notice_ratio"),
    ("… CPU of the API and of the two alone, ms", "–", "cold_ms"),
    ("… the package, zipped and unzipped, MB", "–", "package_mb"),
    ("rules: one order, one line, two levels, plans/s a core", "≥ 20,000", "rules_plans_per_s"),
)


BEGIN, END = "<!-- measured by scripts/bench -->", "<!-- end of measured -->"


def main() -> None:
    """Run ``./scripts/bench``."""
    parser = argparse.ArgumentParser(prog="scripts/bench", description=__doc__)
    parser.add_argument(
        "part",
        nargs="?",
        choices=("all", *OF_A_RUNNING_WORLD),
        default="all",
        help="lists, pages, exports: of a running world that scripts/seed filled",
    )
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    add_world_options(parser)
    parser.add_argument("--write", action="store_true", help="keep the figures in docs/benchmarks.md")
    parser.add_argument("--orders", type=int, default=300, help="orders in one run (default 300)")
    parser.add_argument(
        "--little", type=int, default=20_000, help="orders of a short history (default 20,000)"
    )
    parser.add_argument(
        "--much", type=int, default=1_000_000, help="of a long one (default 1,000,000); 0: leave out"
    )
    options = parser.parse_args()
    if options.part != "all":
        enter_world(options)
        _of_a_running_world(options)
        return
    try:
        with tempfile.TemporaryDirectory(prefix="fenxiao-bench-") as folder:
            found = measure(Path(folder), options.orders) | bench_cold.measure(Path(folder))
            if options.much:
                found |= bench_history.measure(
                    Path(folder), inside, little=options.little, much=options.much, orders=options.orders
                )
    except WorldError as problem:
        sys.exit(f"Fenxiao: {problem}")
    if options.write:
        PAGE.write_text(with_measured(PAGE.read_text(encoding="utf-8"), found), encoding="utf-8")
    print(json.dumps(found) if options.json else table(found))


def _of_a_running_world(options: argparse.Namespace) -> None:
    """The parts that look at a world which ``scripts/seed`` has filled."""
    if options.part == "lists":
        from scripts.local import bench_lists

        timed = bench_lists.measure(options.url, options.state)
        print(json.dumps([asdict(one) for one in timed]) if options.json else bench_lists.table(timed))
        return
    if options.part == "pages":
        from scripts.local import bench_pages

        found = bench_pages.measure(options.url, os.environ["FENXIAO_WECHAT_API_URL"])
    else:
        from scripts.local import bench_exports

        found = bench_exports.measure(options.url, options.state)
    print(json.dumps(found, default=asdict) if options.json else _lines(found))


def _lines(found: dict[str, Any]) -> str:
    shown = {
        name: asdict(one) if is_dataclass(one) and not isinstance(one, type) else one
        for name, one in found.items()
    }
    return "\n".join(f"| {name} | {_shown(one)} |" for name, one in shown.items())


def measure(folder: Path, orders: int) -> dict[str, Any]:
    """Every figure that one fresh world can tell."""
    world = World(folder / "fresh", free_port(), ("--snapshot-seconds", "0"))
    try:
        world.start()
        world.stop_one("worker")
        world.stop_one("wechat")
        found = inside(world, orders=orders)
    finally:
        world.stop()
    found["cpu_ms_per_order"] = dict(zip(PROCESSES, found["cpu_ms_per_order"], strict=True))
    return {**found, "machine": machine()}


def inside(world: World, *arguments: str, orders: int = 0) -> dict[str, Any]:
    """Run ``bench_inside`` in this world."""
    command = [sys.executable, "-m", "scripts.local.bench_inside", "--port", str(world.port)]
    command += ["--keys", str(world.folder / "wechat" / "keys.json"), "--orders", str(orders)]
    for name in PROCESSES:
        command += ["--pid", str(world.processes[name].pid)]
    done = subprocess.run(
        [*command, *arguments],
        env={**world.environment(), "FENXIAO_LOG_LEVEL": "ERROR"},
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def machine() -> str:
    """What it was measured on."""
    memory_gib = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    python = platform.python_version()
    return f"{os.cpu_count()} shared cores, {memory_gib:.0f} GiB, {platform.system()}, Python {python}"


def table(found: dict[str, Any]) -> str:
    """The figures as Markdown."""
    lines = ["| what | wanted | measured |", "|---|---|---|"]
    for what, wanted, name in ROWS:
        if name in found:
            lines.append(f"| {what} | {wanted} | {_shown(found[name])} |")
    return "\n".join(lines)


def _shown(value: Any) -> str:
    if isinstance(value, dict):
        return " · ".join(f"{key}: {one}" for key, one in value.items())
    return ", ".join(f"{one:,}" for one in value) if isinstance(value, list) else f"{value:,}"


def with_measured(page: str, found: dict[str, Any]) -> str:
    """``docs/benchmarks.md`` with this run between its marks; what was written by hand stays."""
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    by_item = ", ".join(f"{name} {units}" for name, units in found["write_units_by_item"].items())
    return f"""{before}{BEGIN}
`./scripts/bench --write` on {found["machine"]};
{found["orders_per_run"]} orders a run, the middle of three runs.

{table(found)}

Write units by item: {by_item}. Two units a started kilobyte in a transaction, one a started kilobyte for
each index entry.
{END}{after}"""


if __name__ == "__main__":
    main()
