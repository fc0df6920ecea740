"""Build every projection again from the books: statements, totals, sales figures, teams and what each
member of them brought, trees, code statistics, what each day brought, and lists.

Stop it at any moment (Ctrl-C, kill) and run it again: each step is one commit that leaves things right
or as they were. Safe beside the running shop: what differs is looked at a second time after ``--wait``
seconds, and only what still differs in the same way is mended, so that an event on its way is not
counted twice. Keep ``--wait`` longer than the streams lag behind (the alarm on iterator age tells).

Looks at the local world under ``--state`` (default ``.local``), which must be running, or at the
stage that the environment names (``--stage``, with AWS credentials).
"""

import argparse
import sys
import time
from datetime import date

from scripts.local.world import add_world_options, enter_world


def main() -> None:
    """Run ``./scripts/rebuild``."""
    parser = argparse.ArgumentParser(prog="scripts/rebuild", description=__doc__)
    parser.add_argument("--since", type=date.fromisoformat, help="the first day, like 2026-11-01")
    parser.add_argument("--wait", type=float, default=5.0, help="seconds before a second look")
    parser.add_argument("--workers", type=int, help="how many things are looked at side by side")
    add_world_options(parser)
    options = parser.parse_args()
    enter_world(options)
    from chalicelib.reports.rules import OPENED_ON
    from scripts.local.rebuild_all import WORKERS, rebuild_all

    try:
        since = options.since or OPENED_ON
        rebuild_all(since=since, wait=lambda: time.sleep(options.wait), workers=options.workers or WORKERS)
    except KeyboardInterrupt:
        sys.exit("\nStopped. Nothing is half done; run it again to finish.")


if __name__ == "__main__":
    main()
