"""How much memory an export of a full world takes in the worker: ``scripts/bench exports --url … --state …``.

Linux only: the worker's own high-water mark is set back before each export and read when its file is there.
"""

import time
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from scripts.local import processes
from scripts.local.fill import OWNER_PASSWORD
from scripts.local.people import Staff, fresh_key

LISTS = ("orders", "members", "commissions", "journal")
_PATIENCE_SECONDS = 3_600


def measure(api_url: str, folder: Path) -> dict[str, Any]:
    """Rows, bytes, seconds and megabytes of each list as a table and as text."""
    worker = processes.find(folder, "worker")
    staff = Staff(api_url)
    staff.sign_in("owner", OWNER_PASSWORD)
    try:
        return {
            f"{one} {sheet}": _one(staff, worker, one, sheet) for one in LISTS for sheet in ("csv", "xlsx")
        }
    finally:
        staff.close()


def _one(staff: Staff, worker: Path, which: str, sheet: str) -> dict[str, Any]:
    processes.forget_peak(worker)
    before = processes.megabytes(worker, "VmRSS")
    until = date.today()
    asked = {"list": which, "since": str(until - timedelta(days=90)), "until": str(until), "sheet": sheet}
    began = time.monotonic()
    job = staff.post("/console/exports", asked, key=fresh_key())
    while job["status"] not in ("DONE", "FAILED", "CANCELLED"):
        if time.monotonic() - began > _PATIENCE_SECONDS:
            raise TimeoutError(f"the export of {which} did not end")
        time.sleep(1)
        job = staff.get(f"/console/jobs/{job['job_id']}")
    return {
        "status": job["status"],
        "rows": job["done"],
        "seconds": round(time.monotonic() - began),
        "held_before_mb": before,
        "peak_mb": processes.megabytes(worker, "VmHWM"),
    }
