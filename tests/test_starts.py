"""``scripts/package`` lets no package pass that does not start by itself."""

import zipfile
from pathlib import Path

import pytest

from scripts.local import starts


def packed(folder: Path, app: str) -> Path:
    made = folder / "deployment.zip"
    with zipfile.ZipFile(made, "w") as zipped:
        zipped.writestr("app.py", app)
    return made


def test_one_that_answers_passes(tmp_path: Path) -> None:
    starts.demand(packed(tmp_path, "def app(event, context):\n    return {'statusCode': 200}\n"))


def test_one_that_refuses_does_not(tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match="500"):
        starts.demand(packed(tmp_path, "def app(event, context):\n    return {'statusCode': 500}\n"))


def test_what_only_this_machine_has_does_not_help_it_to_start(tmp_path: Path) -> None:
    """A dependency that is installed here and missing from the package is seen before it is deployed."""
    with pytest.raises(SystemExit, match="No module named 'pydantic'"):
        starts.demand(packed(tmp_path, "import pydantic\n"))
