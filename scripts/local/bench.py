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
from pathlib import Path
from typing import Any

from scripts.local.world import ROOT, World, WorldError, free_port

PAGE = ROOT / "docs" / "benchmarks.md"
ROWS = (
    ("database round trips, verified paid notice → credited", "2", "round_trips"),
    ("write units per settled order, indexes included", "≤ 20", "write_units"),
    ("CPU per paid notice in our process, ms", "≤ 6", "cpu_ms_per_notice"),
    ("settled orders/s over HTTP with signatures, by clients", "≥ 150", "settled_per_s"),
    ("one hot upline against distinct uplines, 16 clients: speed", "≥ 0.95", "hot_speed_ratio"),
    ("… credits lost", "0", "hot_credits_lost"),
    ("rules: one order, one line, two levels, plans/s a core", "≥ 20,000", "rules_plans_per_s"),
)


def main() -> None:
    """Run ``./scripts/bench``."""
    parser = argparse.ArgumentParser(prog="scripts/bench", description=__doc__)
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    parser.add_argument("--write", action="store_true", help="keep the figures in docs/benchmarks.md")
    parser.add_argument("--orders", type=int, default=300, help="orders in one run (default 300)")
    options = parser.parse_args()
    try:
        found = measure(options.orders)
    except WorldError as problem:
        sys.exit(f"Fenxiao: {problem}")
    if options.write:
        PAGE.write_text(page(found), encoding="utf-8")
    print(json.dumps(found) if options.json else table(found))


def measure(orders: int) -> dict[str, Any]:
    """Every figure of one run."""
    with tempfile.TemporaryDirectory(prefix="fenxiao-bench-") as folder:
        world = World(Path(folder), free_port())
        try:
            world.start()
            world.stop_one("worker")
            world.stop_one("wechat")
            keys = str(world.folder / "wechat" / "keys.json")
            command = [sys.executable, "-m", "scripts.local.bench_inside", "--keys", keys]
            done = subprocess.run(
                [*command, "--port", str(world.port), "--orders", str(orders)],
                env={**world.environment(), "FENXIAO_LOG_LEVEL": "ERROR"},
                cwd=ROOT,
                stdout=subprocess.PIPE,
                text=True,
                check=True,
            )
            found: dict[str, Any] = json.loads(done.stdout)
        finally:
            world.stop()
    return {**found, "machine": machine()}


def machine() -> str:
    """What it was measured on."""
    memory_gib = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    python = platform.python_version()
    return f"{os.cpu_count()} shared cores, {memory_gib:.0f} GiB, {platform.system()}, Python {python}"


def table(found: dict[str, Any]) -> str:
    """The figures as Markdown."""
    lines = ["| what | wanted | measured |", "|---|---|---|"]
    for what, wanted, name in ROWS:
        value = found[name]
        shown = (
            " · ".join(f"{key}: {one}" for key, one in value.items()) if isinstance(value, dict) else value
        )
        lines.append(f"| {what} | {wanted} | {shown} |")
    return "\n".join(lines)


def page(found: dict[str, Any]) -> str:
    """docs/benchmarks.md."""
    by_item = ", ".join(f"{name} {units}" for name, units in found["write_units_by_item"].items())
    return f"""# Benchmarks

`./scripts/bench --write` on {found["machine"]}; {found["orders_per_run"]} orders a run, the middle
of three runs. Machines are shared and noisy: trust ratios within one run. Engine, API and load share
the cores; the engine is the embedded one.

{table(found)}

Write units by item: {by_item}. Two units a started kilobyte in a transaction, one a started kilobyte
for each index entry.
"""


if __name__ == "__main__":
    main()
