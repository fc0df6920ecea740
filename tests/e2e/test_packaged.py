"""What is deployed, at work: the zip unpacked in a folder of its own, called as Lambda would call it.

The whole story is told through it: people, staff and WeChat with its signed notices come as API Gateway's
events; then the books are right to the fen. N3, O2, invariants 1-3, 6, 7, 11, 13, 15.
"""

import sys
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from scripts.local.package import OWN_ARCHITECTURE, package
from scripts.local.story import Story
from scripts.local.world import ROOT, World, free_port

pytestmark = [
    pytest.mark.nightly,
    pytest.mark.skipif(sys.version_info < (3, 12), reason="no package is made by an older Python"),
]
"""Packing takes a minute and every pinned wheel."""


@dataclass
class PackagedWorld(World):
    """A local world whose API is the package."""

    package: Path = Path()

    def start_api(self) -> None:
        gateway = Path(__file__).with_name("gateway.py")
        own = [
            str(self.package),
            str(self.port),
            str(ROOT / "scripts" / "local" / "clock.py"),
            str(self.clock),
        ]
        self._start("api", [sys.executable, "-I", "-S", "-B", str(gateway), *own])
        self._wait("api", f"{self.api_url}/health")


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    folder = tmp_path_factory.mktemp("packaged")
    with zipfile.ZipFile(package(folder / "made", stage="prod", architecture=OWN_ARCHITECTURE)) as zipped:
        zipped.extractall(folder / "task")
    world = PackagedWorld(folder / "world", free_port(), package=folder / "task")
    world.start()
    try:
        told = Story(world.api_url, world.wechat_url, lambda line: None)
        for _, act in told.acts():
            act()
        yield told
        told.close()
    finally:
        world.stop()


@pytest.fixture(scope="module")
def facts(story: Story) -> dict[str, Any]:
    return story.facts()


def test_signed_notices_settle_through_the_package_once(facts: dict[str, Any]) -> None:
    """10 % and 5 % of 3 × ¥33.33 and ¥10.01, however often WeChat told it (O2, R1, invariant 6)."""
    earned = {one["payee"]: one["amount_fen"] for one in facts["commissions"]}
    assert (earned["B"], earned["A"]) == (999 + 100, 499 + 50)
    told = [
        attempt
        for one in facts["notices"]
        if one["endpoint"] == "notice.TRANSACTION"
        for attempt in one["attempts"]
    ]
    assert len(told) >= 7 and {attempt["status"] for attempt in told} <= {200, 204}


def test_refunds_and_payouts_went_through_it_and_the_books_are_right(facts: dict[str, Any]) -> None:
    """Two of three units went back, what was left was paid out, and WeChat's bills agree."""
    clawed = {one["payee"]: one["clawed_fen"] for one in facts["commissions"]}
    assert clawed["B"] == 999 * 6666 // 9999
    assert [one["status"] for one in facts["withdrawals"]] == ["PAID"]
    assert (facts["books_off_fen"], facts["audit"]["findings"]) == (0, [])
