"""The local world as processes: engine, WeChat simulator, API and worker, each logging to a file.

Used by ``scripts/start`` (kept on disk), ``scripts/demo`` and the end-to-end tests (temporary).
"""

import argparse
import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from scripts.local import tables

ROOT = Path(__file__).resolve().parents[2]
ENGINE_PYTHON = ROOT / ".venv-tools" / "bin" / "python"
STAGE = "local"


class WorldError(Exception):
    """Why the world cannot run, and what to do, in one line."""


@dataclass
class World:
    """One local world in one folder, on three neighbouring ports of the loopback."""

    folder: Path
    port: int = 8800
    engine_options: tuple[str, ...] = ()
    """More of what ``scripts/local/engine.py`` understands."""
    is_empty: bool = False
    """Leave a new shop as a first deployment leaves it: no goods, no plan, nobody who may sign in."""
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    @property
    def api_url(self) -> str:
        """Where the API answers."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def wechat_url(self) -> str:
        """Where the WeChat simulator answers, and shows its phones."""
        return f"http://127.0.0.1:{self.port + 1}"

    @property
    def phones_url(self) -> str:
        """The phones with the H5 mall in them, under the name that browsers need (see ``moveNextDoor``)."""
        return f"http://phones.fenxiao.localhost:{self.port + 1}/"

    @property
    def engine_url(self) -> str:
        """Where the AWS-compatible engine answers."""
        return f"http://127.0.0.1:{self.port + 2}"

    @property
    def clock(self) -> Path:
        """The shared clock's file."""
        return self.folder / "clock.json"

    def start(self) -> None:
        """Start everything and wait until it answers. Raises ``WorldError``."""
        self.folder.mkdir(parents=True, exist_ok=True)
        (self.folder / "logs").mkdir(exist_ok=True)
        self._check_ports()
        self._check_tables()
        self._start_engine()
        self._start_wechat()
        self.fill()
        self.start_api()
        self.start_worker()

    def start_api(self) -> None:
        """Start (or start again) only the API."""
        arguments = ["-m", "scripts.local.api", "--port", str(self.port), "--clock", str(self.clock)]
        self._start("api", [sys.executable, *arguments])
        self._wait("api", f"{self.api_url}/health")

    def start_worker(self) -> None:
        """Start (or start again) only the worker."""
        arguments = ["-m", "scripts.local.worker", "--state", str(self.folder), "--clock", str(self.clock)]
        bell = [] if "AWS_ENDPOINT_URL" in os.environ else ["--bell", str(self.folder / "engine" / "bell")]
        self._start("worker", [sys.executable, *arguments, *bell])

    def stop_one(self, name: str, patience_seconds: float = 30) -> None:
        """Ask one process to stop, and wait for it."""
        process = self.processes.pop(name, None)
        if process is None or process.poll() is not None:
            return
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(patience_seconds)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    def stop(self) -> None:
        """Stop in the order in which nothing is lost: no new requests, follow up, then the engine."""
        for name in ("api", "worker", "wechat", "engine"):
            self.stop_one(name)

    def environment(self) -> dict[str, str]:
        """What a process of ours needs to live in this world."""
        keys = json.loads((self.folder / "wechat" / "keys.json").read_text())
        return {
            **os.environ,
            "AWS_ACCESS_KEY_ID": "local",
            "AWS_SECRET_ACCESS_KEY": "local",
            "AWS_DEFAULT_REGION": "cn-north-1",
            "AWS_ENDPOINT_URL": os.environ.get("AWS_ENDPOINT_URL", self.engine_url),
            "AWS_ACCOUNT_ID_ENDPOINT_MODE": "disabled",
            "FENXIAO_STAGE": STAGE,
            "FENXIAO_PUBLIC_URL": self.api_url,
            "FENXIAO_WEB_ORIGIN": "*",
            "FENXIAO_H5_URL": f"{self.api_url}/h5/",
            "FENXIAO_MEDIA_BUCKET": "fenxiao-local-media",
            "FENXIAO_RESULTS_BUCKET": "fenxiao-local-results",
            "FENXIAO_WECHAT_API_URL": self.wechat_url,
            "FENXIAO_WECHAT_OPEN_URL": self.wechat_url,
            "FENXIAO_WECHAT_PAY_URL": self.wechat_url,
            "FENXIAO_MP_APPID": keys["mp_appid"],
            "FENXIAO_OA_APPID": keys["oa_appid"],
            "FENXIAO_MCH_ID": keys["mch_id"],
            "FENXIAO_MCH_SERIAL": keys["mch_serial"],
            "FENXIAO_PAY_PUBLIC_KEY_ID": keys["platform_public_key_id"],
        }

    def fill(self) -> None:
        """Tables, bucket, secrets and, in a new world, the demo shop; all harmless to repeat."""
        done = subprocess.run(
            [sys.executable, "-m", "scripts.local.fill", "--keys", str(self.folder / "wechat" / "keys.json"),
             "--clock", str(self.clock), *(["--empty"] if self.is_empty else [])],
            env=self.environment(), cwd=ROOT, capture_output=True, text=True, check=False,
        )  # fmt: skip
        (self.folder / "logs" / "fill.log").write_text(done.stdout + done.stderr)
        if done.returncode != 0:
            raise WorldError(f"the demo shop could not be made; see {self.folder / 'logs' / 'fill.log'}")

    def _start_engine(self) -> None:
        if "AWS_ENDPOINT_URL" in os.environ:
            return
        if not ENGINE_PYTHON.exists():
            raise WorldError("the embedded engine is not installed; run ./scripts/start, which installs it")
        command = [str(ENGINE_PYTHON), str(ROOT / "scripts/local/engine.py")]
        state = ["--port", str(self.port + 2), "--state", str(self.folder / "engine")]
        keys = {"AWS_ACCESS_KEY_ID": "local", "AWS_SECRET_ACCESS_KEY": "local"}  # checks presigned addresses
        env = {**os.environ, **keys, "AWS_DEFAULT_REGION": "cn-north-1"}
        self._start("engine", [*command, *state, *self.engine_options], env=env)
        self._wait("engine", f"{self.engine_url}/_ministack/health")

    def _start_wechat(self) -> None:
        command = [sys.executable, "-m", "scripts.local.wechat_sim", "--port", str(self.port + 1)]
        place = [
            "--state",
            str(self.folder / "wechat"),
            "--clock",
            str(self.clock),
            "--shop-url",
            self.api_url,
        ]
        self._start("wechat", [*command, *place], env=dict(os.environ))
        self._wait("wechat", f"{self.wechat_url}/sim/clock")

    def _start(self, name: str, command: list[str], env: dict[str, str] | None = None) -> None:
        with (self.folder / "logs" / f"{name}.log").open("ab") as output:
            self.processes[name] = subprocess.Popen(
                command,
                cwd=ROOT,
                env={**(env or self.environment()), "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )

    def _wait(self, name: str, url: str, patience_seconds: float = 120) -> None:
        until = time.monotonic() + patience_seconds
        while time.monotonic() < until:
            if self.processes[name].poll() is not None:
                break
            with contextlib.suppress(urllib.error.URLError, ConnectionError, TimeoutError):
                urllib.request.urlopen(url, timeout=2).close()
                return
            time.sleep(0.05)
        raise WorldError(
            f"{name} did not start: no answer at {url}; see {self.folder / 'logs' / (name + '.log')}"
        )

    def _check_ports(self) -> None:
        for port in (self.port, self.port + 1, self.port + 2):
            with socket.socket() as probe:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                try:
                    probe.bind(("127.0.0.1", port))
                except OSError:
                    raise WorldError(
                        f"port {port} is taken; stop what runs there, or choose others with --port N"
                    ) from None

    def _check_tables(self) -> None:
        """Refuse state whose tables had other keys, rather than break on it later."""
        held, wanted = self.folder / "tables.json", _table_keys()
        if held.exists():
            before: dict[str, Any] = json.loads(held.read_text())
            changed = sorted(name for name in before.keys() & wanted.keys() if before[name] != wanted[name])
            if changed:
                raise WorldError(
                    f"the kept state is of another version ({', '.join(changed)}); "
                    "start anew with ./scripts/start --fresh"
                )
        held.write_text(json.dumps(wanted))


def add_world_options(parser: argparse.ArgumentParser) -> None:
    """How a command is told which world it works on; see ``enter_world``."""
    parser.add_argument("--url", default="http://127.0.0.1:8800", help="the running world's API")
    parser.add_argument("--state", type=Path, default=ROOT / ".local", help="the running world's folder")
    parser.add_argument("--stage", action="store_true", help="use the environment as it is instead")


def enter_world(options: argparse.Namespace) -> None:
    """Let this process be one of the world that runs in ``--state``; ends it when there is none.

    With ``--stage`` the environment names the stage already, and nothing is done. Before any room is
    imported: a table's name holds the stage.
    """
    if options.stage:
        return
    folder: Path = options.state
    world = World(folder, int(options.url.rsplit(":", 1)[1].strip("/")))
    if not (folder / "wechat" / "keys.json").exists():
        sys.exit(f"Fenxiao: no world is kept in {folder}; start one with ./scripts/start")
    os.environ.update(world.environment())
    from chalicelib.kernel import clock
    from scripts.local.clock import FileClock

    clock.install(FileClock(world.clock).now)


def free_port() -> int:
    """The first of three neighbouring free ports; two processes that look at once look elsewhere."""
    first = 20000 + os.getpid() * 21 % 10000
    for port in range(first, first + 20000, 7):
        with contextlib.ExitStack() as stack:
            try:
                for offset in range(3):
                    stack.enter_context(socket.socket()).bind(("127.0.0.1", port + offset))
            except OSError:
                continue
            return port
    raise WorldError("no free ports on the loopback")


def _table_keys() -> dict[str, Any]:
    return {
        one["TableName"]: [one["KeySchema"], one.get("GlobalSecondaryIndexes", [])]
        for one in tables.definitions(STAGE)
    }
