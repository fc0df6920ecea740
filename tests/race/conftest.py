"""Every race on every engine, and in every way that threads may fall."""

import json
import signal
import sys
import threading
import urllib.request
from collections.abc import Iterator

import pytest

from chalicelib.kernel import aws
from scripts.local import tables
from tests.contract.engines import NAMES, START_SECONDS, Engine, Ministack, engine_of_moto
from tests.payments import shop
from tests.payments.fakes import WeChatPay, installed
from tests.payments.signed import keys
from tests.race.harness import Together
from tests.support import audited, quick
from tests.support import world as support
from tests.support.nightly import pick
from tests.support.world import Clock


@pytest.fixture(scope="session")
def ministack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ministack]:
    """The embedded engine, started once and emptied for every race."""
    process = Ministack(tmp_path_factory.mktemp("engine"))
    try:
        process.start()
        yield process
    finally:
        process.end(signal.SIGKILL)


@pytest.fixture(scope="module", params=NAMES)
def engine(request: pytest.FixtureRequest) -> Iterator[Engine]:
    """One engine after the other, each for all races of a module."""
    if request.param == "moto-locked":
        yield engine_of_moto()
        return
    process: Ministack = request.getfixturevalue("ministack")
    with process.reached() as one:
        yield one


@pytest.fixture
def world(engine: Engine, request: pytest.FixtureRequest) -> Iterator[Clock]:
    """The small world of ``tests.support.world`` on this engine."""
    if engine.name == "moto-locked":
        with support.small_world() as clock:
            yield clock
        return
    process: Ministack = request.getfixturevalue("ministack")
    urllib.request.urlopen(f"{process.url}/_ministack/reset", data=b"", timeout=START_SECONDS).close()
    tables.create(aws.client("dynamodb"))
    with support.furnished() as clock:
        yield clock
    engine.faults.clear()


@pytest.fixture(params=["held", *(f"free-{number}" for number in range(pick(0, 10)))])
def together(engine: Engine, world: Clock, request: pytest.FixtureRequest) -> Together:
    """How the threads of a race fall: all read before any commits; in the night also as they like."""
    return Together(engine, is_held=request.param == "held")


@pytest.fixture(autouse=True)
def _hasty_threads(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let threads interrupt each other ten times as often; and let one shard be swept."""
    quick.one_shard(monkeypatch)
    before = sys.getswitchinterval()
    sys.setswitchinterval(before / 10)
    yield
    sys.setswitchinterval(before)


@pytest.fixture
def peer(world: Clock) -> Iterator[WeChatPay]:
    """WeChat Pay, which serves one call at a time, and the keys by which its notices are judged."""
    lock = threading.Lock()
    with installed() as made, keys():

        def one_at_a_time(name: str, call):  # type: ignore[no-untyped-def]
            with lock:
                return call()

        made.wire = one_at_a_time
        yield made


@pytest.fixture
def who(peer: WeChatPay) -> shop.People:
    """A invites B invites C; ten pieces of everything in stock."""
    shop.stock()
    return shop.people()


@pytest.fixture(autouse=True)
def _exact_books(world: Clock) -> Iterator[None]:
    """After each race the audit finds nothing (A4), and every piece of stock is accounted for (21)."""
    yield
    assert audited.findings(are_streams_followed=False) == ()
    _stock_is_exact()


def _stock_is_exact() -> None:
    held: dict[str, int] = {}
    for row in map(json.loads, support.dump("stock-reservations")):
        held[row["sku_id"]["S"]] = held.get(row["sku_id"]["S"], 0) + int(row["held"]["N"])
    for row in map(json.loads, support.dump("stock")):
        available, stocked = int(row["available"]["N"]), int(row["stocked"]["N"])
        assert available >= 0
        assert available + held.get(row["sku_id"]["S"], 0) == stocked, row
