"""Set-up on a fresh machine: virtual environments made from the pinned lists, then the real work.

Needs only the Python that runs it (3.11 or newer). Each environment carries a stamp of the list it
was made from, so the next start skips all this.
"""

import hashlib
import os
import subprocess
import sys
import venv
from pathlib import Path

from scripts.local import fronts

ROOT = Path(__file__).resolve().parents[2]
RUN = ROOT / ".venv"
ENGINE = ROOT / ".venv-tools"
UV = "uv==0.13.9"


def enter(module: str, *, has_pages: bool = False, by_version: bool = False) -> None:
    """Make sure the environments are there, then become ``python -m module`` in the first of them.

    With ``has_pages`` the front ends' packages are installed meanwhile. With ``by_version`` the module runs
    by the very Python that was asked for: where ``.venv`` is of another one, in an environment beside it.
    """
    if sys.version_info < (3, 11):
        sys.exit("Fenxiao needs Python 3.11 or newer; run this script with it, e.g. python3.11 scripts/start")
    installing = fronts.begin_install() if has_pages and "--help" not in sys.argv else []
    run = _of_this_version() if by_version else RUN
    prepare(run, "requirements.txt", "requirements-dev.txt")
    prepare(ENGINE, "scripts/local/requirements-engine.txt", "scripts/local/requirements-templates.txt")
    fronts.finish_install(installing)
    os.environ["PYTHONPATH"] = str(ROOT)
    os.environ.setdefault("PYTHONUNBUFFERED", "1")
    os.chdir(ROOT)
    python = str(run / "bin" / "python")
    sys.stdout.flush()
    os.execv(python, [python, "-m", module, *sys.argv[1:]])


def _of_this_version() -> Path:
    """``.venv``, unless it was made by another Python than this one."""
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    made_by = RUN / "pyvenv.cfg"
    is_ours = not made_by.exists() or f"version = {version}." in made_by.read_text()
    return RUN if is_ours else RUN.with_name(f".venv-{version}")


def prepare(folder: Path, *lists: str) -> None:
    """One virtual environment with exactly what the lists pin."""
    wanted = hashlib.sha256(b"".join((ROOT / name).read_bytes() for name in lists)).hexdigest()
    stamp = folder / "made-from"
    if stamp.exists() and stamp.read_text() == wanted:
        return
    print(f"正在准备运行环境 Preparing {folder.name} …", flush=True)
    if not (folder / "bin" / "python").exists():
        venv.create(folder, with_pip=True)
    python = str(folder / "bin" / "python")
    requirements = [argument for name in lists for argument in ("-r", str(ROOT / name))]
    _run(
        [python, "-m", "pip", "install", "-q", "--disable-pip-version-check", UV],
        f"pip could not install {UV}",
    )
    # Compiled now: where Python may keep no byte code, each of our many processes would compile it all again.
    install = [python, "-m", "uv", "pip", "install", "-q", "--compile-bytecode", "--python", python]
    _run([*install, *requirements], f"{lists} failed")
    stamp.write_text(wanted)


def _run(command: list[str], problem: str) -> None:
    if subprocess.run(command, check=False).returncode != 0:
        sys.exit(f"Set-up stopped: {problem}. Check the network and the package index, then run this again.")
