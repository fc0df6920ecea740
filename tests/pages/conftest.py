"""One local world, one browser for everything in this folder."""

import tempfile
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from scripts.local import fronts
from scripts.local.fill import OWNER_PASSWORD
from scripts.local.people import Phone, Staff
from scripts.local.story import Story
from scripts.local.world import World, free_port
from tests.pages.mini import MiniProgram
from tests.pages.seller import Seller
from tests.pages.shop import Shopper

expect.set_options(timeout=15_000)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Generator[None, Any, Any]:
    """Keep what every window showed when a test failed, and say where."""
    report = yield
    opened = getattr(item, "funcargs", {}).get("chromium")
    if report.when == "call" and report.failed and opened is not None:
        folder = Path(tempfile.mkdtemp(prefix="fenxiao-pages-"))
        pages = [page for context in opened.contexts for page in context.pages]
        for number, page in enumerate(pages):
            page.screenshot(path=folder / f"{number}.png")
        report.sections.append(("windows", f"as they were: {folder}"))
    return report


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Engine, simulator, API and worker as processes, with both front ends built."""
    for front in fronts.FRONTS:
        fronts.build(front)
    made = World(tmp_path_factory.mktemp("world"), free_port())
    made.start()
    yield made
    made.stop()


@pytest.fixture
def owner(world: World) -> Iterator[Staff]:
    """The shop's owner at the console's API; signed in anew, since a test may have let days pass."""
    person = Staff(world.api_url)
    person.sign_in("owner", OWNER_PASSWORD)
    yield person
    person.close()


@pytest.fixture(scope="session")
def lived(world: World) -> Iterator[Story]:
    """A invites B invites C, who has bought and paid; nothing is due yet."""
    story = Story(world.api_url, world.wechat_url, lambda _: None)
    story.invite()
    story.buy()
    yield story
    story.close()


@pytest.fixture
def shopper(world: World, chromium: Browser) -> Iterator[Shopper]:
    """Somebody new with a window of their own on the mall."""
    person = Shopper(world, chromium)
    yield person
    person.close()


@pytest.fixture(scope="session")
def folder() -> Path:
    """The built mini-program beside WeChat's component engine."""
    return fronts.build_host()


@pytest.fixture
def mini(world: World, chromium: Browser, folder: Path) -> Iterator[MiniProgram]:
    """Somebody new with the mini-program; what goes wrong in its scripts fails the test."""
    phone = Phone.fresh(world.api_url, world.wechat_url, "小苗")
    opened = MiniProgram(chromium, phone, folder, appid=world.environment()["FENXIAO_MP_APPID"])
    yield opened
    opened.close()
    assert opened.problems == []
    phone.close()


@pytest.fixture
def seller(world: World, chromium: Browser) -> Iterator[Seller]:
    made = Seller(world, chromium)
    yield made
    made.context.close()
    made.phone.close()
