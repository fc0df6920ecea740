"""Run the embedded engine on loopback, keeping its state on disk.

Runs under the engine's own environment (it pins another botocore), so it imports only its neighbours here.
The engine writes its state only when it stops; a snapshot every few seconds, taken on its own event
loop and therefore between two requests, makes a hard kill lose seconds instead of everything.
"""

import argparse
import asyncio
import gc
import os
import signal
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from scripts.local.bell import Bell


def main() -> None:
    """Serve until SIGTERM or SIGINT."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--state", required=True)
    parser.add_argument("--snapshot-seconds", type=float, default=15.0)
    parser.add_argument("--history", type=int, default=0, help="copy settled orders until there are so many")
    options = parser.parse_args()
    os.environ.update(
        BIND_HOST="127.0.0.1",
        GATEWAY_PORT=str(options.port),
        MINISTACK_HOST="127.0.0.1",
        MINISTACK_REGION=os.environ.get("AWS_DEFAULT_REGION", "cn-north-1"),
        PERSIST_STATE="1",
        STATE_DIR=f"{options.state}/services",
        S3_PERSIST="1",
        S3_DATA_DIR=f"{options.state}/s3",
        LOG_LEVEL="WARNING",
    )
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
    gc.set_threshold(700, 10, 1_000_000)  # the oldest are what is stored; walking them stops it for seconds
    asyncio.run(_serve(options.port, Path(options.state), options.snapshot_seconds, options.history))


async def _serve(port: int, state: Path, snapshot_seconds: float, history: int) -> None:
    from hypercorn.asyncio import serve
    from hypercorn.config import Config
    from ministack.app import app

    stop = asyncio.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(name, stop.set)
    config = Config()
    config.bind = [f"127.0.0.1:{port}"]
    config.loglevel = "WARNING"
    config.keep_alive_timeout = 75
    from scripts.local import engine_order
    from scripts.local.bell import Bell
    from scripts.local.engine_copies import watch

    engine_order.install()
    _ring_at_changes(Bell(state / "bell"))
    tasks = [asyncio.create_task(_snapshots(snapshot_seconds)), asyncio.create_task(watch(state))]
    if history:
        from scripts.local.engine_history import grow

        tasks.append(asyncio.create_task(grow(history)))
    await serve(app, config, shutdown_trigger=stop.wait)
    for task in tasks:
        task.cancel()


def _ring_at_changes(bell: "Bell") -> None:
    """Whoever follows a stream hears of each record when it is there."""
    from ministack.services import dynamodb

    emit = dynamodb._emit_stream_event

    def emit_and_ring(table_name: str, *change: Any, **how: Any) -> None:
        emit(table_name, *change, **how)
        bell.ring(table_name)

    dynamodb._emit_stream_event = emit_and_ring


async def _snapshots(every_seconds: float) -> None:
    from ministack import app as engine
    from ministack.core.persistence import save_all
    from ministack.services import dynamodb

    pause, seen = every_seconds, -1
    while every_seconds > 0:
        await asyncio.sleep(pause)
        if dynamodb._stream_seq_counter == seen:
            continue
        seen = dynamodb._stream_seq_counter
        began = time.monotonic()
        save_all(engine._build_persistence_save_dict())
        pause = max(every_seconds, 20 * (time.monotonic() - began))


if __name__ == "__main__":
    main()
