"""Start the local world and keep it running until Ctrl-C; everything is kept for the next start."""

import argparse
import shutil
import signal
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from scripts.local import fronts
from scripts.local.world import ROOT, World, WorldError

KEPT = ROOT / ".local"
_REST_SECONDS = 4
"""What dies again and again is not started more often."""


def main() -> None:
    """Run ``./scripts/start``."""
    parser = argparse.ArgumentParser(prog="scripts/start", description=__doc__)
    parser.add_argument("--port", type=int, default=8800, help="first of three ports (default 8800)")
    parser.add_argument("--state", type=Path, default=KEPT, help="where everything is kept (default .local)")
    parser.add_argument("--fresh", action="store_true", help="put what was kept aside and begin anew")
    parser.add_argument(
        "--empty", action="store_true", help="a new shop without the demo goods, as on a merchant's first day"
    )
    options = parser.parse_args()
    if options.fresh and options.state.exists():
        aside = options.state.with_name(f"{options.state.name}-{int(time.time())}")
        shutil.move(options.state, aside)
        print(f"之前的数据已移到 {aside.name}")
    stopping = threading.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, lambda *_: stopping.set())
    world = World(options.state, options.port, is_empty=options.empty)
    began = time.monotonic()
    try:
        with ThreadPoolExecutor() as builders:
            pages = [builders.submit(fronts.build, front) for front in fronts.FRONTS]
            world.start()
            for page in pages:
                page.result()
        _greet(world, time.monotonic() - began)
        watch(world, stopping)
    except (WorldError, fronts.FrontError) as problem:
        sys.exit(f"Fenxiao: {problem}")
    finally:
        print("正在停止，数据都会保留 …", flush=True)
        world.stop()


def _greet(world: World, seconds: float) -> None:
    accounts = (_FIRST_DAY if world.is_empty else _DEMO).format(
        url=world.api_url, password=_demo_password(), state=world.folder
    )
    print(f"""
  Fenxiao 分销 · 本地世界已就绪（{seconds:.1f} 秒）

    手机（微信模拟器） {world.phones_url}
    商城（H5）         {world.api_url}/h5/
    后台               {world.api_url}/admin/
    接口文档           {world.api_url}/docs
    接口               {world.api_url}

{accounts}

  Ctrl-C 停止；下次启动一切还在。
""", flush=True)  # fmt: skip


_DEMO = """\
    演示账号   店主 owner / {password}   （后台登录）
    演示顾客   打开“手机”页面，每部手机是一位顾客
    讲一遍故事 ./scripts/demo --step --url {url}"""
_FIRST_DAY = """\
    新开的商城，还没有商品和账号。先建店主账号，再登录后台，按“开店准备”一步步来：
               ./scripts/create-admin owner --url {url} --state {state}"""


def _demo_password() -> str:
    from scripts.local.fill import OWNER_PASSWORD

    return OWNER_PASSWORD


def watch(world: World, stopping: threading.Event) -> None:
    """Start the API and the worker again when the code changes, or when one of them has died; without engine
    or simulator there is no world: ``WorldError``."""
    seen = _code_stamp()
    while not stopping.wait(1.0):
        now = _code_stamp()
        if now != seen:
            seen = now
            print("代码有变化，正在重新加载 …", flush=True)
            _start_again(world, "api", "worker")
        for name, process in list(world.processes.items()):
            if process.poll() is None:
                continue
            log = world.folder / "logs" / f"{name}.log"
            if name not in ("api", "worker"):
                raise WorldError(f"{name} stopped by itself; see {log}")
            print(f"{name} 停了，正在重新启动；原因见 {log}", flush=True)
            _start_again(world, name)
            stopping.wait(_REST_SECONDS)


def _start_again(world: World, *names: str) -> None:
    for name in names:
        world.stop_one(name)
    try:
        for name in names:
            (world.start_api if name == "api" else world.start_worker)()
    except WorldError as problem:
        print(f"Fenxiao: {problem}", flush=True)


def _code_stamp() -> int:
    files = [ROOT / "app.py", *(ROOT / "chalicelib").rglob("*.py")]
    return max(file.stat().st_mtime_ns for file in files)


if __name__ == "__main__":
    main()
