"""One local world as processes, in which the story of the demo is told once for this folder."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from scripts.local.story import Story
from scripts.local.world import World, free_port


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Engine, simulator, API and worker on free ports."""
    made = World(tmp_path_factory.mktemp("world"), free_port())
    made.start()
    yield made
    made.stop()


@pytest.fixture(scope="session")
def story(world: World) -> Iterator[Story]:
    """Every act of it, from the first scan to the audit."""
    told = Story(world.api_url, world.wechat_url, lambda line: None)
    for _, act in told.acts():
        act()
    yield told
    told.close()


@pytest.fixture(scope="session")
def facts(story: Story) -> dict[str, Any]:
    """Who has what when it has been told."""
    found = story.facts()
    return json.loads(json.dumps(found))
