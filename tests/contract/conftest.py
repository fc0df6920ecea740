"""One simulator and one shop for all contract tests; every test begins with an empty world and real time."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.contract.peers import Merchant, Shop, Simulator

VECTORS = Path(__file__).parent / "wechat" / "vectors"


@pytest.fixture(scope="session")
def running_shop() -> Iterator[Shop]:
    """The shop that is called back."""
    shop = Shop()
    yield shop
    shop.close()


@pytest.fixture(scope="session")
def running_simulator(tmp_path_factory: pytest.TempPathFactory, running_shop: Shop) -> Iterator[Simulator]:
    """The simulator, with freshly made keys."""
    simulator = Simulator(tmp_path_factory.mktemp("wechat"), running_shop.url)
    yield simulator
    simulator.close()


@pytest.fixture
def shop(running_shop: Shop) -> Shop:
    """The shop with nothing received."""
    running_shop.reset()
    return running_shop


@pytest.fixture
def simulator(running_simulator: Simulator, shop: Shop) -> Simulator:
    """The simulator with an empty world and the real time."""
    running_simulator.clock_file.unlink(missing_ok=True)
    running_simulator.sim("/reset", {})
    shop.reset()
    return running_simulator


@pytest.fixture
def merchant(simulator: Simulator, shop: Shop) -> Merchant:
    """The merchant whose keys the simulator knows."""
    return Merchant(simulator, shop.url)


@pytest.fixture
def vectors() -> Path:
    """The folder of the vendor's test vectors."""
    return VECTORS
