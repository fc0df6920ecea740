"""Take the guards of the money away, one after another, and see that the tests notice each (trust A5.3).

A suite that stays green without the rule it is there for proves nothing. The guards are listed in
``tests/guards`` with the line that holds each; every one is taken away in a copy of this repository, where
each test named beside it must fail. Two copies work side by side.
"""

import argparse
import os
import queue
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path

from tests.guards import GUARDS
from tests.guards.guard import Guard

ROOT = Path(__file__).resolve().parents[2]
COPIES = 2
_FAILED = re.compile(r"^(?:FAILED|ERROR) (\S+)", re.MULTILINE)
_TESTS_FAILED = 1
"""What pytest ends with then; anything else means that they could not run."""


def main() -> None:
    """Try every guard, or those whose rule holds a text; exit 1 when a test does not notice one."""
    parser = argparse.ArgumentParser(prog="scripts/guards", description=__doc__)
    parser.add_argument("--only", default="", metavar="TEXT", help="only guards whose rule holds this text")
    only = parser.parse_args().only
    chosen = [guard for guard in GUARDS if only in guard.rule]
    with tempfile.TemporaryDirectory(prefix="fenxiao-guards-") as folder:
        copies = [_copy(Path(folder) / str(number)) for number in range(COPIES)]
        _demand_green(copies[0], chosen)
        free: queue.Queue[Path] = queue.Queue()
        for copy in copies:
            free.put(copy)
        with ThreadPoolExecutor(COPIES) as pool:
            tried = [pool.submit(_try, guard, free) for guard in chosen]
            problems = [_say(*one.result()) for one in as_completed(tried)]
    held = problems.count("")
    print(f"{held} of {len(chosen)} guards are noticed by every test named beside them")
    sys.exit(0 if held == len(chosen) else 1)


def _demand_green(copy: Path, guards: Sequence[Guard]) -> None:
    tests = sorted({test for guard in guards for test in guard.noticed_by})
    done = _run(copy, tests)
    if done.returncode != 0:
        sys.exit(f"FAIL these tests fail with all guards in place\n{done.stdout[-2_000:]}")
    print(f"ok   {len(tests)} tests pass with all guards in place", flush=True)


def _try(guard: Guard, free: "queue.Queue[Path]") -> tuple[Guard, str]:
    """What went wrong without this guard; empty when every test named beside it failed."""
    copy = free.get()
    file = copy / guard.file
    kept = file.read_text(encoding="utf-8")
    try:
        file.write_text(kept.replace(guard.text, guard.without), encoding="utf-8")
        done = _run(copy, guard.noticed_by)
    finally:
        file.write_text(kept, encoding="utf-8")
        free.put(copy)
    failed = _FAILED.findall(done.stdout)
    green = [test for test in guard.noticed_by if not any(one.startswith(test) for one in failed)]
    if green:
        return guard, f"not noticed by {', '.join(green)}"
    return guard, "" if done.returncode == _TESTS_FAILED else done.stdout[-2_000:]


def _run(copy: Path, tests: Sequence[str]) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *tests]
    env = {**os.environ, "PYTHONPATH": str(copy), "PYTHONDONTWRITEBYTECODE": "1"}
    return subprocess.run(command, cwd=copy, env=env, capture_output=True, text=True, check=False)


def _copy(to: Path) -> Path:
    """The files of this repository as they are now; the engine's environment is shared."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for name in listed.split("\0"):
        if (ROOT / name).is_file():
            (to / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, to / name)
    (to / ".venv-tools").symlink_to(ROOT / ".venv-tools")
    return to


def _say(guard: Guard, problem: str) -> str:
    print(f"{'FAIL' if problem else 'ok  '} {guard.rule}{': ' if problem else ''}{problem}", flush=True)
    return problem


if __name__ == "__main__":
    main()
