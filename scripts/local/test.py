"""Test everything: the laws of the house, then every test. Arguments go to pytest.

Three workers share the tests, since one that opens pages mostly waits; what needs the local world as
processes starts its own on free ports.
"""

import subprocess
import sys

from scripts.local import browser, fronts, whole

USAGE = """  scripts/test [--nightly] [pytest arguments]

  --nightly   the long profile of every suite that has one: more Hypothesis examples and longer histories,
              the tests marked `nightly`, and scripts/guards. May take an hour; without it, about a quarter.
  A failing property prints its seed and a line to run it again (@reproduce_failure, --hypothesis-seed=N).
"""


def main() -> None:
    """Run the checks and pytest; exit with the first failure's code."""
    if "--help" in sys.argv:
        print(f"{__doc__}\n{USAGE}")
        return
    subprocess.run([sys.executable, "-m", "scripts.local.check"], check=True)
    whole.main()
    print("ok   every branch of the rules of money is held", flush=True)
    browser.install()
    for front in fronts.FRONTS:
        fronts.build(front)
        fronts.run(front, "test")
        print(f"ok   unit tests of {front.name}", flush=True)
        fronts.weigh(front)
    given = sys.argv[1:]
    is_held = "--nightly" not in given or _guards_hold()
    # xdist would begin with the files of most tests; tests/conftest.py knows which take longest.
    how = ["-n", "3", "--dist", "loadscope", "--no-loadscope-reorder"]
    command = [sys.executable, "-m", "pytest", *how, *given]
    done = subprocess.run(command, check=False)
    sys.exit(done.returncode or (0 if is_held else 1))


def _guards_hold() -> bool:
    """Each guard of the money, taken away, is noticed; one that is not keeps no other test from running."""
    return subprocess.run([sys.executable, "-m", "scripts.local.guards"], check=False).returncode == 0


if __name__ == "__main__":
    main()
