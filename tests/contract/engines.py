"""The engines that stand in for AWS.

``moto-locked`` runs in this process behind the lock of ``tests.support.world``; ``ministack`` runs as
the process that ``scripts/local/engine.py`` is, with temporary state. Where an engine is known to
differ from AWS, a test names the answer of each engine with ``Engine.known``.
"""

import os
import signal
import subprocess
import threading
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import botocore.session
import pytest
from botocore.config import Config
from moto import mock_aws
from moto.core.models import botocore_stubber

from chalicelib.kernel import aws
from scripts.local.world import ENGINE_PYTHON, ROOT
from tests.contract.peers import free_port, wait_until
from tests.support import world as support

NAMES = ("moto-locked", "ministack")
START_SECONDS = 240
"""How long a process may take to start where many others run; one that ended is seen at once."""


@dataclass
class Engine:
    """One engine; while it is open, ``aws.client`` reaches it with the product's own settings."""

    name: str
    send: Callable[[str, Any], Any]
    """Lets a request of the product reach the engine past the faults, as a lost answer needs."""
    faults: list[support.Fault] = field(default_factory=list)
    """Asked before each DynamoDB call of the product; an answer replaces the engine's."""
    dynamodb: Any = field(default_factory=lambda: _patient_client("dynamodb"))
    """Waits long and never tries again, so that what it acknowledges happened exactly once."""

    def known(self, *, moto_locked: Any, ministack: Any) -> Any:
        """The answer that this engine is known to give, so that a changed engine is seen."""
        return {"moto-locked": moto_locked, "ministack": ministack}[self.name]


@contextmanager
def opened(name: str, folder: Path) -> Iterator[Engine]:
    """The engine called ``name``; a missing one is a failure, never a skip."""
    if name == "moto-locked":
        with mock_aws():
            _forget_clients()
            aws.client("dynamodb")
            try:
                yield engine_of_moto()
            finally:
                support.faults.clear()
        return
    process = Ministack(folder)
    try:
        process.start()
        with process.reached() as engine:
            yield engine
    finally:
        process.end(signal.SIGKILL)


def engine_of_moto() -> Engine:
    """Locked moto, which whoever asks has started."""
    return Engine("moto-locked", _send_to_moto, support.faults)


@pytest.fixture(scope="module", params=NAMES, name="engine")
def every_engine(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Engine]:
    """One engine after the other, each for all tests of a module."""
    with opened(request.param, tmp_path_factory.mktemp("engine")) as one:
        yield one


class Ministack:
    """The embedded engine as a process on a free port, with its state in ``folder``."""

    def __init__(self, folder: Path, *, snapshot_seconds: float = 0) -> None:
        self.folder, self.snapshot_seconds, self.port = folder, snapshot_seconds, free_port()
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it, or start it again on what it kept; wait until every service that we use is awake.

        The engine loads a service at its first request, which on a busy machine takes longer than the
        product waits for an answer.
        """
        assert ENGINE_PYTHON.exists(), "the embedded engine is not installed; ./scripts/start installs it"
        flags = ["--port", str(self.port), "--state", str(self.folder)]
        flags += ["--snapshot-seconds", str(self.snapshot_seconds)]
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                [str(ENGINE_PYTHON), str(ROOT / "scripts/local/engine.py"), *flags],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        wait_until(self._is_up, seconds=START_SECONDS, what=f"the engine answers at {self.url}")
        for service, look in _LOOKS.items():
            getattr(_patient_client(service, self.url), look)()

    @property
    def url(self) -> str:
        """Where it answers."""
        return f"http://127.0.0.1:{self.port}"

    def end(self, by: signal.Signals) -> int | None:
        """End it, if it runs, and wait until it has ended; returns the code it exits with."""
        if self.process is None:
            return None
        self.process.send_signal(by)
        return self.process.wait(START_SECONDS)

    def snapshot(self) -> str:
        """The tables as they were last written to disk."""
        file = self.folder / "services" / "dynamodb.json"
        return file.read_text() if file.exists() else ""

    @contextmanager
    def reached(self) -> Iterator[Engine]:
        """Point ``aws.client`` here, with faults in the way of DynamoDB."""
        os.environ["AWS_ENDPOINT_URL"] = self.url
        _forget_clients()
        client = aws.client("dynamodb")
        engine = Engine("ministack", lambda _, request: client._endpoint.http_session.send(request))

        def ask(event_name: str, request: Any, **_: Any) -> Any:
            answers = (fault(event_name, request) for fault in list(engine.faults))
            return next((answer for answer in answers if answer is not None), None)

        client.meta.events.register_first("before-send.dynamodb", ask)
        try:
            yield engine
        finally:
            del os.environ["AWS_ENDPOINT_URL"]
            _forget_clients()

    def _is_up(self) -> bool:
        assert self.process is not None
        assert self.process.poll() is None, (self.folder / "log").read_text()
        try:
            urllib.request.urlopen(f"{self.url}/_ministack/health", timeout=5).close()
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            return False
        return True


def race(work: Callable[[int], object], *, threads: int = 16) -> None:
    """Run ``work(number)`` on threads that begin together; the first error of any is raised."""
    start = threading.Barrier(threads)

    def run(number: int) -> None:
        start.wait(START_SECONDS)
        work(number)

    with ThreadPoolExecutor(threads) as pool:
        for done in [pool.submit(run, number) for number in range(threads)]:
            done.result()


_LOOKS = {
    "dynamodb": "list_tables",
    "dynamodbstreams": "list_streams",
    "s3": "list_buckets",
    "secretsmanager": "list_secrets",
}


def _patient_client(service: str, url: str | None = None) -> Any:
    patience = Config(
        read_timeout=START_SECONDS,
        max_pool_connections=64,
        parameter_validation=False,
        retries={"total_max_attempts": 1},
    )
    return botocore.session.get_session().create_client(service, endpoint_url=url, config=patience)


def _send_to_moto(event_name: str, request: Any) -> Any:
    held = support.faults[:]
    support.faults.clear()
    try:
        return botocore_stubber(event_name, request)
    finally:
        support.faults[:] = held


def _forget_clients() -> None:
    aws.client.cache_clear()
    aws._session.cache_clear()
