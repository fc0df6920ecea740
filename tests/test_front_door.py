"""Deployed functions open the same doors by an index, and import a room when asked for it (decision 9)."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

import app  # noqa: F401 - opens the front door
from chalicelib import front_door

ROOT = Path(__file__).resolve().parents[1]
OPENED = """
import json, sys
from pathlib import Path
from chalicelib import front_door
front_door.INDEX = Path(sys.argv[1])
import app
routes = sorted(f"{method} {path}" for path, methods in app.app.routes.items() for method in methods)
inner = [name.split(".") for name in sys.modules if name.startswith("chalicelib.")]
rooms = sorted({parts[1] for parts in inner if len(parts) > 2})
print(json.dumps({"routes": routes, "handlers": sorted(app.app.handler_map), "rooms": rooms}))
"""


@pytest.fixture
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(front_door, "INDEX", tmp_path / "front_door.json")
    front_door.write_index()
    return front_door.INDEX


def opened(index: Path) -> dict[str, list[str]]:
    done = subprocess.run(
        [sys.executable, "-c", OPENED, str(index)],
        cwd=ROOT,
        env={"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
    )
    return dict(json.loads(done.stdout))


def test_the_index_opens_what_the_rooms_open_and_imports_none(index: Path, tmp_path: Path) -> None:
    from_rooms, from_index = opened(tmp_path / "none"), opened(index)
    assert from_index["routes"] == from_rooms["routes"]
    assert from_index["handlers"] == from_rooms["handlers"]
    assert "orders" in from_rooms["rooms"]
    assert from_index["rooms"] == ["kernel"]


def test_the_index_survives_its_file(index: Path) -> None:
    assert front_door._read_index() == front_door.index()


def test_no_index_lies_in_the_repository() -> None:
    """It would hide a door that was added after it."""
    assert not (ROOT / "chalicelib" / "front_door.json").exists()
