"""One local world, one browser for everything in this folder."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from scripts.local import browser, fronts
from scripts.local.fill import OWNER_PASSWORD
from scripts.local.people import Staff
from scripts.local.story import Story
from scripts.local.world import World, free_port
from tests.pages.shop import Shopper

expect.set_options(timeout=15_000)


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
def chromium() -> Iterator[Browser]:
    """The browser; each test opens windows of its own in it."""
    with sync_playwright() as driver:
        opened = driver.chromium.launch(executable_path=browser.find(), args=list(browser.FLAGS))
        yield opened
        opened.close()


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
