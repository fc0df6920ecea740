"""Hold the laws of the house: ruff (format and lint), mypy --strict, import-linter."""

import subprocess
import sys
from pathlib import Path

BIN = Path(sys.executable).parent
LAWS = (
    ("format", [str(BIN / "ruff"), "format", "--check", "--quiet", "."]),
    ("lint", [str(BIN / "ruff"), "check", "--quiet", "."]),
    ("types", [str(BIN / "mypy")]),
    ("floors", [str(BIN / "lint-imports"), "--no-cache"]),
)


def main() -> None:
    """Run every law; exit 1 when one is broken. ``--fix`` formats and mends what ruff can."""
    if "--help" in sys.argv:
        print(f"{__doc__}\n\n  scripts/check        hold the laws\n  scripts/check --fix  format and mend first")
        return
    if "--fix" in sys.argv:
        subprocess.run([str(BIN / "ruff"), "check", "--fix", "--quiet", "."], check=False)
        subprocess.run([str(BIN / "ruff"), "format", "--quiet", "."], check=False)
    broken = []
    for name, command in LAWS:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        print(f"{'ok  ' if done.returncode == 0 else 'FAIL'} {name}", flush=True)
        if done.returncode != 0:
            print(done.stdout + done.stderr)
            broken.append(name)
    if broken:
        sys.exit(f"broken: {', '.join(broken)}")


if __name__ == "__main__":
    main()
