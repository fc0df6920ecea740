"""A world with a few tables only: making all of them takes longer than most tests."""

from collections.abc import Iterator
from contextlib import contextmanager
from unittest.mock import patch

from scripts.local import tables
from tests.support.world import Clock, small_world


@contextmanager
def world_of(*short_names: str) -> Iterator[Clock]:
    """As ``small_world``, with these tables of ``infra/tables.yaml``."""
    wanted = {f"fenxiao-test-{name}" for name in short_names}
    chosen = [one for one in tables.definitions() if one["TableName"] in wanted]
    assert len(chosen) == len(wanted), f"no such table among {sorted(wanted)}"
    with patch.object(tables, "definitions", lambda stage="test": chosen), small_world() as clock:
        yield clock
