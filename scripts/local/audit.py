"""Check the books: fold the whole journal again, compare, and exit 1 when anything is off.

Looks at the local world under ``--state`` (default ``.local``), which must be running, or at the
stage that the environment names (``--stage``, with AWS credentials).
"""

import argparse
import contextlib
import io
import json
import sys
from dataclasses import asdict

from scripts.local.world import add_world_options, enter_world


def main() -> None:
    """Run ``./scripts/audit``."""
    parser = argparse.ArgumentParser(prog="scripts/audit", description=__doc__)
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    add_world_options(parser)
    options = parser.parse_args()
    enter_world(options)
    sys.exit(report(is_json=options.json))


def report(*, is_json: bool) -> int:
    """Audit everything from the first day, print what was found; 1 when anything is off.

    The program's own log lines are shown only where somebody has to look closer.
    """
    told = io.StringIO()
    with contextlib.ExitStack() as ends:
        ends.callback(lambda: sys.stderr.write(told.getvalue()))
        with contextlib.redirect_stdout(told):
            import app  # noqa: F401 - opens the front door, which tells the kernel where settings are kept
            from chalicelib.reports.audit import audit

            made = audit(is_full=True)
        if not made.findings:
            ends.pop_all()
    if is_json:
        print(json.dumps(asdict(made), ensure_ascii=False, default=str))
    else:
        print(f"books_off_fen  {made.books_off_fen}")
        print(f"entries {made.entries} · orders {made.orders} · wallets {made.wallets}")
        for finding in made.findings:
            print(f"  [{finding.invariant}] {finding.subject}: {finding.detail} ({finding.off_fen} fen)")
        for waiting in made.waiting:
            print(f"  not yet: {waiting}")
    return 1 if made.findings else 0


if __name__ == "__main__":
    main()
