"""Every settings document is known to the settings' own doors, in whatever function they run (decision 9)."""

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DECLARED = re.compile(r'^@settings\.declare\("([\w-]+)"', re.MULTILINE)
ASKED = """
import app
from chalicelib.kernel import settings
print(" ".join(sorted(settings.declared())))
"""


def test_a_process_that_imported_nothing_else_knows_every_document() -> None:
    """A setting beside the verb that reads it was missing from the list until somebody used that verb."""
    declared = {
        name
        for file in (ROOT / "chalicelib").glob("*/*.py")
        for name in DECLARED.findall(file.read_text(encoding="utf-8"))
    }
    asked = subprocess.run(
        [sys.executable, "-c", ASKED], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert set(asked.stdout.split()) == declared and len(declared) >= 10
