"""The front ends: their packages installed as locked, their pages built when a source changed.

Runs before the virtual environment exists, so it uses only what Python brings itself.
"""

import hashlib
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
NODE_MAJOR = 20
CONTRACT = ROOT / "openapi.json"
_QUIET = {"CI": "1", "npm_config_update_notifier": "false", "ADBLOCK": "1", "DISABLE_OPENCOLLECTIVE": "1"}


@dataclass(frozen=True)
class Front:
    """One npm package: where it is, what builds it, and what the build leaves."""

    name: str
    built: str
    weighed: tuple[str, ...] = ()
    """npm scripts that hold what is built to its budget."""

    @property
    def folder(self) -> Path:
        """The package's folder."""
        return ROOT / self.name


FRONTS = (
    Front("mini-program", "dist/build/h5/index.html", ("build:mp", "sizes")),
    Front("console", "dist/index.html"),
)
HOST = Front("mini-program/tools/wxhost", "../../dist/wxhost/index.html")
"""Shows the built mini-program in a browser; only tests need it."""
COMPILER = Front("mini-program/tools/wxcheck", "check.cjs")
"""WeChat's own compiler, offline; only the nightly tests need it."""
Started = list[tuple[str, Path, str, "subprocess.Popen[bytes]"]]


class FrontError(Exception):
    """A front end that cannot be made, in one line."""


def begin_install(fronts: tuple[Front, ...] = FRONTS) -> Started:
    """Start ``npm ci`` where the lock file changed; ``finish_install`` waits for it."""
    _demand_node()
    started: Started = []
    for front in fronts:
        lock = front.folder / "package-lock.json"
        stamp = front.folder / "node_modules" / "installed-from"
        wanted = hashlib.sha256(lock.read_bytes()).hexdigest()
        if stamp.exists() and stamp.read_text() == wanted:
            continue
        print(f"正在安装前端依赖 Installing packages of {front.name} …", flush=True)
        command = ["npm", "ci", "--no-audit", "--no-fund", "--loglevel=error"]
        log = (ROOT / front.name / "npm-ci.log").open("wb")
        process = subprocess.Popen(command, cwd=front.folder, env=_env(), stdout=log, stderr=log)
        started.append((front.name, stamp, wanted, process))
    return started


def finish_install(started: Started) -> None:
    """Wait for the installations; exit with one line when one failed."""
    for name, stamp, wanted, process in started:
        if process.wait() != 0:
            sys.exit(
                f"npm ci failed in {name}; see {name}/npm-ci.log, check the network, then run this again."
            )
        stamp.write_text(wanted)


def build(front: Front) -> None:
    """Build the pages of ``front`` unless nothing changed since. Raises ``FrontError``."""
    built = front.folder / front.built
    wanted = _stamp_of(front)
    stamp = built.with_name("built-from")
    if built.exists() and stamp.exists() and stamp.read_text() == wanted:
        return
    print(f"正在构建页面 Building {front.name} …", flush=True)
    for script in ("types", "build"):
        run(front, script)
    stamp.write_text(wanted)


def weigh(front: Front) -> None:
    """Hold what is built to its budget, unless nothing changed since. Raises ``FrontError``."""
    stamp = front.folder / "dist" / "weighed-from"
    wanted = _stamp_of(front)
    if not front.weighed or (stamp.exists() and stamp.read_text() == wanted):
        return
    for script in front.weighed:
        run(front, script)
    stamp.write_text(wanted)
    print(f"ok   sizes of {front.name}", flush=True)


def build_host() -> Path:
    """The folder with the mini-program as a browser page, built anew. Raises ``FrontError``."""
    weigh(FRONTS[0])
    finish_install(begin_install((HOST,)))
    run(HOST, "build")
    return (HOST.folder / HOST.built).resolve().parent


def run(front: Front, script: str) -> None:
    """One npm script of ``front``. Raises ``FrontError`` with what it printed."""
    command = ["npm", "run", "--silent", script]
    done = subprocess.run(command, cwd=front.folder, env=_env(), capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise FrontError(f"npm run {script} failed in {front.name}:\n{done.stdout}{done.stderr}")


def _stamp_of(front: Front) -> str:
    """What the build depends on: the sources, the packages and the contract."""
    files = [CONTRACT, front.folder / "package-lock.json", front.folder / "index.html"]
    files += sorted(file for file in (front.folder / "src").rglob("*") if file.is_file())
    files += sorted(front.folder.glob("vite.config.*"))
    found = hashlib.sha256()
    for file in files:
        if file.name not in ("schema.d.ts", "forms.json", "components.d.ts"):
            found.update(file.relative_to(ROOT).as_posix().encode() + b"\0" + file.read_bytes())
    return found.hexdigest()


def _demand_node() -> None:
    node = shutil.which("node")
    if node is None or shutil.which("npm") is None:
        sys.exit(f"Fenxiao needs Node {NODE_MAJOR} or newer with npm; install it, then run this again.")
    said = subprocess.run([node, "--version"], capture_output=True, text=True, check=True).stdout
    if int(said.lstrip("v").split(".")[0]) < NODE_MAJOR:
        sys.exit(f"Fenxiao needs Node {NODE_MAJOR} or newer; this is {said.strip()}.")


def _env() -> dict[str, str]:
    return {**os.environ, **_QUIET}
