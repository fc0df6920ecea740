"""Hand changes that were set aside to their followers again; harmless to repeat, followers are idempotent.

Takes a file of JSON lines as the local worker keeps them (``dead-letters.jsonl``): the table's short name
and the stream record. What fails again stays in the file, the rest leaves it.
"""

import argparse
import json
import sys
from pathlib import Path

from scripts.local.world import add_world_options, enter_world


def main() -> None:
    """Run ``./scripts/replay``."""
    parser = argparse.ArgumentParser(prog="scripts/replay", description=__doc__)
    parser.add_argument("--file", type=Path, help="default: dead-letters.jsonl of the world under --state")
    add_world_options(parser)
    options = parser.parse_args()
    file = options.file or options.state / "dead-letters.jsonl"
    if not file.exists():
        sys.exit(f"Fenxiao: there is no {file}; nothing was set aside")
    enter_world(options)
    lines = file.read_text(encoding="utf-8").splitlines()
    left = [line for line in lines if not _is_followed(line)]
    file.write_text("".join(f"{line}\n" for line in left), encoding="utf-8")
    print(f"{len(lines) - len(left)} followed, {len(left)} still fail")
    sys.exit(1 if left else 0)


def _is_followed(line: str) -> bool:
    import app  # noqa: F401 - opens the front door, which tells the kernel where settings are kept
    from chalicelib import front_door
    from chalicelib.kernel import jobs

    record = json.loads(line)
    table = record.pop("table")
    return not jobs.deliver(table, [record], front_door.followers()[table])


if __name__ == "__main__":
    main()
