"""Fill a local world with many members and orders, so that lists, exports and pages can be seen at size.

A village of at most --village people lives three weeks through the shop's real doors: they join, sell,
buy, pay, get their parcels, ask money back, review, take their commissions out. Then it is copied under
other names until there are as many members and orders as were asked for: orders, commissions, journal,
wallets, payouts and projections, and WeChat's own papers, so that ./scripts/audit finds nothing off. One
--seed decides one village; ids, codes and moments are the shop's own.

Without --running it makes its own world in --state and keeps it running until Ctrl-C; it is kept like any
other (./scripts/start --state DIR starts it again). With --running it fills the world that runs there, whose
clock moves on by three weeks. Stopped half-way nothing goes on: a world of its own is then made again with
--fresh, and a running one keeps what the village did so far, which is right in itself.
"""

import argparse
import json
import shutil
import signal
import sys
import time
from argparse import Namespace
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import httpx

from chalicelib.kernel.clock import SHANGHAI
from scripts.local.village import LASTS_SECONDS, Village
from scripts.local.world import ROOT, World, WorldError, enter_world

_PATIENCE_SECONDS = 3_600
"""Many things take long to be written down."""
_FIRST_MOMENT = datetime(2026, 11, 2, tzinfo=SHANGHAI)
"""The books begin the day before (``reports.rules.OPENED_ON``): nothing may happen earlier."""


@dataclass(frozen=True)
class Wanted:
    """How much is wanted, and of which village it is made."""

    members: int
    orders: int
    seed: int
    village: int

    @property
    def villages(self) -> int:
        """The village and its copies."""
        return max(1, -(-max(self.members, self.orders) // self.village))

    @property
    def people(self) -> int:
        """In one village; the star is in it, and in none of the copies."""
        return 1 + max(11, -(-(self.members - 1) // self.villages))

    @property
    def bought(self) -> int:
        """Orders of one village."""
        return -(-self.orders // self.villages)


def main() -> None:
    """Run ``./scripts/seed``."""
    options = _options()
    wanted = Wanted(options.members, options.orders, options.seed, options.village)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    is_filled = False
    world = World(options.state, int(options.url.rsplit(":", 1)[1].strip("/")))
    try:
        if options.running:
            print(json.dumps(fill_running(world, wanted), ensure_ascii=False))
            return
        print(json.dumps(fill_own(world, wanted, is_fresh=options.fresh), ensure_ascii=False))
        is_filled = True
        if not options.stop:
            print(f"\n  后台 {world.api_url}/admin/   商城 {world.api_url}/h5/   Ctrl-C 停止", flush=True)
            signal.pause()
    except (WorldError, httpx.HTTPError) as problem:
        sys.exit(f"Fenxiao: {problem}")
    except KeyboardInterrupt:
        if not is_filled:
            sys.exit("\nStopped half-way; what is there is not finished. Run it again with --fresh.")
    finally:
        if not options.running:
            _stop(world, is_kept=not options.drop)


def _stop(world: World, *, is_kept: bool) -> None:
    for one in ("api", "worker", "wechat"):
        world.stop_one(one)
    engine = world.processes.get("engine")
    if engine is None:
        return
    if is_kept:
        print("正在停止并保存 …", flush=True)
        world.stop_one("engine", _PATIENCE_SECONDS)
    else:
        engine.kill()
        engine.wait()
        shutil.rmtree(world.folder)


def fill_own(world: World, wanted: Wanted, *, is_fresh: bool = False) -> dict[str, int]:
    """Make a new world and fill it; it runs when this returns. Raises ``WorldError``."""
    if is_fresh and world.folder.exists():
        shutil.move(world.folder, world.folder.with_name(f"{world.folder.name}-{int(time.time())}"))
    if world.folder.exists() and any(world.folder.iterdir()):
        raise WorldError(f"a world is kept in {world.folder} already; --fresh puts it aside")
    world.folder.mkdir(parents=True, exist_ok=True)
    now = time.time()
    shown = max(now - LASTS_SECONDS, _FIRST_MOMENT.timestamp())
    world.clock.write_text(json.dumps({"real": now, "shown": shown, "rate": 1.0}))
    world.engine_options = ("--snapshot-seconds", "0")
    world.start()
    return _fill(world, wanted)


def fill_running(world: World, wanted: Wanted) -> dict[str, int]:
    """Fill the world that runs there."""
    return _fill(world, wanted)


def _fill(world: World, wanted: Wanted) -> dict[str, int]:
    began = time.monotonic()
    enter_world(Namespace(stage=False, state=world.folder, url=world.api_url))
    import app  # noqa: F401 - opens the front door, which tells the kernel where settings are kept
    from scripts.local import village_copies

    village = Village(
        world.api_url, world.wechat_url, wanted.seed, wanted.people, wanted.bought,
        world.folder / "worker-idle", _say,
    )  # fmt: skip
    papers = world.folder / "wechat" / "wechat.sqlite3"
    try:
        village.open()
        sums, accounts = village_copies.read_sums(), village_copies.accounts_at_wechat(papers)
        village.live(lambda seconds: _advance(world, seconds))
        star = village.star.phone.member_id
        counted = {
            "members": 1 + (wanted.people - 1) * wanted.villages,
            "orders": wanted.bought * wanted.villages,
        }
        if wanted.villages > 1:
            _say(f"复制 {wanted.villages - 1} 份 …")
            plan = village_copies.make_plan(
                copies=wanted.villages - 1,
                seed=wanted.seed,
                members=village.member_ids,
                star=star,
                before=sums,
            )
            items = sum(village_copies.copy_in_engine(plan, world.folder, _say).values())
            counted |= {"items": items, "papers": village_copies.copy_at_wechat(plan, papers, accounts)}
    finally:
        village.close()
    return counted | {"seconds": int(time.monotonic() - began)}


def _advance(world: World, seconds: float) -> None:
    httpx.post(
        f"{world.wechat_url}/sim/clock", json={"advance_seconds": seconds}, timeout=60
    ).raise_for_status()


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="scripts/seed", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--members", type=_count, default=1_000, help="at least so many (default 1,000)")
    parser.add_argument("--orders", type=_count, default=1_000, help="at least so many (default 1,000)")
    parser.add_argument("--seed", type=int, default=1, help="decides the village (default 1)")
    parser.add_argument("--village", type=_count, default=200, help="people or orders of one (default 200)")
    parser.add_argument("--url", default="http://127.0.0.1:8800", help="the world's API (default port 8800)")
    parser.add_argument("--state", type=Path, default=ROOT / ".local-seed", help="the world's folder")
    parser.add_argument("--running", action="store_true", help="fill the world that runs there")
    parser.add_argument("--fresh", action="store_true", help="put a world that is kept there aside")
    parser.add_argument("--drop", action="store_true", help="keep nothing: a large world takes long to save")
    parser.add_argument("--stop", action="store_true", help="stop when it is filled")
    return parser.parse_args()


def _count(text: str) -> int:
    number = int(text.replace(",", "").replace("_", ""))
    if number < 1:
        raise argparse.ArgumentTypeError("must be at least 1")
    return number


if __name__ == "__main__":
    main()
