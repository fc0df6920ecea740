"""Fixtures that every room's tests share."""

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import settings as hypothesis
from playwright.sync_api import Browser, sync_playwright
from xdist.scheduler import LoadScopeScheduling

from chalicelib.kernel import settings
from scripts.local import browser
from tests.support import nightly
from tests.support import world as support

FIRST = ("books", "pages", "e2e", "race", "crash", "fuzz", "contract", "security")
"""The folders whose files take long: begun first, or one worker would end on them while the other rests."""

hypothesis.register_profile("pull-request", deadline=None, print_blob=True)
hypothesis.register_profile("nightly", deadline=None, print_blob=True, max_examples=2_000)


def pytest_addoption(parser: pytest.Parser) -> None:
    """``--nightly``: the long profile of every suite that has one (trust.md A5)."""
    parser.addoption("--nightly", action="store_true", help="run the long profiles; may take an hour")


def pytest_configure(config: pytest.Config) -> None:
    """Choose Hypothesis' profile before any test module is read; no test is judged by its time.

    A module that sizes its own suite at import asks ``tests.support.nightly``; a test asks the fixture.
    """
    nightly.chosen = bool(config.getoption("--nightly"))
    hypothesis.load_profile("nightly" if nightly.chosen else "pull-request")
    config.addinivalue_line("markers", "nightly: too long for a pull request; runs with --nightly")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave what is marked ``nightly`` to the nightly run; keep a file's tests in one worker, long first."""
    items.sort(key=_turn)
    if nightly.chosen:
        return
    later = pytest.mark.skip(reason="runs with --nightly")
    for item in items:
        if item.get_closest_marker("nightly"):
            item.add_marker(later)


class Groups(LoadScopeScheduling):
    """Whole groups of tests to one worker: a world or a browser is made once, and nothing shared is torn.

    The mark ``xdist_group`` would do, but is lost between these versions of pytest and xdist.
    """

    def _split_scope(self, nodeid: str) -> str:
        return group_of(nodeid)


def group_of(nodeid: str) -> str:
    """The console's pages share a world and a browser, so do the mall's, the mini-program's, the story's.

    Any other file is a group of its own.
    """
    file = nodeid.partition("::")[0]
    folder, name = file.split("/")[-2:]
    if folder == "e2e" and name in ("test_story.py", "test_the_pages.py"):
        return "story"
    if folder != "pages" or name in ("test_first_day.py", "test_agreement.py"):
        return file
    shared = (one for one in ("console", "mini") if name.startswith(f"test_{one}"))
    return next(shared, "mall")


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Groups:
    """Share the tests out by these groups, whatever ``--dist`` says."""
    return Groups(config, log)


def _turn(item: pytest.Item) -> int:
    folder = item.path.parent.name
    return FIRST.index(folder) if folder in FIRST else len(FIRST)


@pytest.fixture(scope="session")
def is_nightly() -> bool:
    """Whether this is the long run."""
    return nightly.chosen


@pytest.fixture
def world() -> Iterator[support.Clock]:
    """Fresh tables and a clock that stands; see ``tests.support.world``."""
    with support.small_world() as clock:
        yield clock


class Policy(dict[str, dict[str, Any]]):
    """The settings documents in force, by name, seen by the next read."""

    def put(self, name: str, **values: Any) -> None:
        """Put one document in force."""
        self[name] = values
        settings.forget()


@pytest.fixture
def policies(monkeypatch: pytest.MonkeyPatch) -> Iterator[Policy]:
    """Defaults until a test puts a document. What loaded settings before does so again afterwards: a
    loader left behind would decide the tests that come later in the same process."""
    held = Policy()
    monkeypatch.setattr(settings, "_loader", held.get)
    settings.forget()
    yield held
    settings.forget()


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """The browser; each test opens windows of its own in it."""
    with sync_playwright() as driver:
        opened = driver.chromium.launch(executable_path=browser.find(), args=list(browser.FLAGS))
        yield opened
        opened.close()
