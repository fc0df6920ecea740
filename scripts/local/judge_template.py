"""Judge a whole template offline, for both partitions: cfn-lint knows each property and region, the SAM
translator refuses what AWS would refuse. Each finds what the other passes."""

import json
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from scripts.local.world import ENGINE_PYTHON

REGIONS = ("cn-north-1", "us-east-1")
TRANSLATE = Path(__file__).with_name("translate.py")
_SAID: dict[str, Any] = {"capture_output": True, "text": True}


def judge_template(whole: dict[str, Any]) -> str:
    """What is wrong with this SAM template, in words; empty when nothing is."""
    with tempfile.TemporaryDirectory(prefix="fenxiao-template-") as folder:
        file = Path(folder) / "template.json"
        file.write_text(as_text(whole), encoding="utf-8")
        translated = [subprocess.run(translator(file, one), check=False, **_SAID) for one in REGIONS]
        found = "".join(done.stderr for done in translated if done.returncode != 0)
        lint = [str(ENGINE_PYTHON.with_name("cfn-lint")), "-r", *REGIONS, "-t", str(file)]
        done = subprocess.run(lint, check=False, **_SAID)
    return found + (done.stdout + done.stderr if done.returncode != 0 else "")


def as_text(whole: dict[str, Any]) -> str:
    """The template as it is uploaded, without blanks: CloudFormation takes no more than a megabyte."""
    return json.dumps(whole, separators=(",", ":"))


def translator(file: Path, region: str) -> list[str]:
    """The command that prints plain CloudFormation made of this SAM template."""
    return [str(ENGINE_PYTHON), "-B", str(TRANSLATE), str(file), region]
