"""What a cold start of the packaged API costs, against Chalice and a DynamoDB client alone.

Fresh processes import from the unpacked package and nothing else, in turn, each telling its own CPU;
an empty Python is taken off both. Where this Python is older than functions run on, it is the same files
packed for this one. Each round begins some calls deeper: Python keeps its frames in pieces of
memory, and work at the end of a piece costs up to half more, so one depth alone would tell of luck.
"""

import os
import shutil
import subprocess
import sys
import zipfile
from importlib.metadata import version
from pathlib import Path
from typing import Any

from scripts.local.package import FUNCTIONS_NEED, OWN_ARCHITECTURE, lay_out, needed, package, slim

ROUNDS = 15
CALLS_A_ROUND = 4
NOTHING = "pass"
FLOOR = (
    "import chalice.app, botocore.session; "
    "botocore.session.get_session().create_client('dynamodb', region_name='cn-north-1')"
)
API = "import app; from chalicelib.kernel import aws; aws.client('dynamodb')"
FIRST = f"{API}; from chalicelib import front_door; front_door.open_room('payments.routes')"
"""The same with the rooms that a paid notice needs, the most that a first request waits for."""


def measure(folder: Path) -> dict[str, Any]:
    """CPU of both in ms, the middle of some rounds, and their ratio; and the package's size."""
    made = _packed(folder)
    with zipfile.ZipFile(made) as zipped:
        zipped.extractall(folder / "task")
        raw = sum(entry.file_size for entry in zipped.infolist())
    used: dict[str, list[float]] = {NOTHING: [], FLOOR: [], API: [], FIRST: []}
    for number in range(ROUNDS):
        for code, times in used.items():
            times.append(_cpu_ms(folder / "task", code, calls=number * CALLS_A_ROUND))
    empty, floor, api, first = (sorted(times)[ROUNDS // 2] for times in used.values())
    return {
        "cold_ms": [round(api - empty), round(floor - empty)],
        "cold_ratio": round((api - empty) / (floor - empty), 2),
        "cold_first_notice_ratio": round((first - empty) / (floor - empty), 2),
        "package_mb": [round(made.stat().st_size / 1e6, 1), round(raw / 1e6, 1)],
    }


def _packed(folder: Path) -> Path:
    if sys.version_info >= FUNCTIONS_NEED:
        return package(folder / "package", stage="prod", architecture=OWN_ARCHITECTURE)
    raw = folder / "raw"
    lay_out(raw)
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", str(raw)]
    subprocess.run([*command, *needed(), f"chalice=={version('chalice')}"], check=True)
    slim(Path(shutil.make_archive(str(raw), "zip", raw)), folder / "package.zip")
    return folder / "package.zip"


def _cpu_ms(task: Path, code: str, *, calls: int) -> float:
    """As Lambda starts it: no site packages, nothing written, the package first on the path."""
    program = f"""
import sys, time
sys.path.insert(0, {str(task)!r})
def start(calls):
    if calls:
        return start(calls - 1)
    {code}
start({calls})
print(time.process_time())
"""
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-B", "-c", program],
        env={"PATH": os.environ["PATH"], "AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "b"},
        cwd=task,
        capture_output=True,
        text=True,
        check=True,
    )
    return float(done.stdout) * 1000
