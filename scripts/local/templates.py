"""Judge the whole template offline, for both partitions: cfn-lint knows each property and region, the SAM
translator refuses what AWS would refuse. Each finds what the other passes."""

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from scripts.local.package import template
from scripts.local.world import ENGINE_PYTHON

REGIONS = ("cn-north-1", "us-east-1")
TRANSLATE = Path(__file__).with_name("translate.py")


def main() -> None:
    """Exit with 1 and what was found."""
    with tempfile.TemporaryDirectory(prefix="fenxiao-templates-") as folder:
        found = problems(template(), Path(folder))
    if found:
        sys.exit(found)


def problems(whole: dict[str, Any], folder: Path) -> str:
    """What is wrong with this SAM template, in words; empty when nothing is."""
    file = folder / "template.json"
    file.write_text(json.dumps(whole, indent=1), encoding="utf-8")
    translated = [subprocess.run(translator(file, one), check=False, **_SAID) for one in REGIONS]
    found = "".join(done.stderr for done in translated if done.returncode != 0)
    lint = [str(ENGINE_PYTHON.with_name("cfn-lint")), "-r", *REGIONS, "-t", str(file)]
    done = subprocess.run(lint, check=False, **_SAID)
    return found + (done.stdout + done.stderr if done.returncode != 0 else "")


def translator(file: Path, region: str) -> list[str]:
    """The command that prints plain CloudFormation made of this SAM template."""
    return [str(ENGINE_PYTHON), "-B", str(TRANSLATE), str(file), region]


_SAID: dict[str, Any] = {"capture_output": True, "text": True}


if __name__ == "__main__":
    main()
