"""Does a long history slow a paid notice? Two worlds side by side, measured in turn.

Both hold the same settled orders; the engine copies them until one world holds a little history and
the other a lot (``scripts/local/engine_history.py``).
"""

import shutil
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from scripts.local.world import World, free_port

SEED_ORDERS = 400
ROUNDS = 7
Inside = Callable[..., dict[str, Any]]
"""Runs ``bench_inside`` in a world: ``inside(world, "--only-rate", ...)``."""


def measure(folder: Path, inside: Inside, *, little: int, much: int, orders: int) -> dict[str, Any]:
    """Speed and CPU with much history as a share of those with little; the middle of some rounds."""
    seed = World(folder / "seed", free_port())
    seed.start()
    inside(seed, "--only-rate", orders=SEED_ORDERS)
    seed.stop()
    worlds = []
    try:
        for size in (little, much):
            shutil.copytree(seed.folder, folder / str(size))
            worlds.append(_grown(folder / str(size), size))
            inside(worlds[-1], "--wait-for", str(size))
        rounds = [[inside(world, "--only-rate", orders=orders) for world in worlds] for _ in range(ROUNDS)]
    finally:
        for world in worlds:
            _drop(world)
    return {
        "history_orders": [little, much],
        "history_speed_ratio": _middle(large["rate"] / small["rate"] for small, large in rounds),
        "history_cpu_ratio": _middle(large["cpu_ms"] / small["cpu_ms"] for small, large in rounds),
    }


def _grown(folder: Path, size: int) -> World:
    world = World(folder, free_port(), ("--snapshot-seconds", "0", "--history", str(size)))
    world.start()
    world.stop_one("worker")
    world.stop_one("wechat")
    return world


def _drop(world: World) -> None:
    """Stop without keeping anything: writing so much state down would take longer than the measurement."""
    for process in world.processes.values():
        process.kill()
        process.wait()


def _middle(values: Iterable[float]) -> float:
    ordered = sorted(values)
    return round(ordered[len(ordered) // 2], 2)
