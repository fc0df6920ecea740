"""Back doors of the reports: the nightly audit."""

from chalicelib.kernel.clock import SHANGHAI, business_day, now
from chalicelib.kernel.jobs import Jobs
from chalicelib.reports import store
from chalicelib.reports.audit import audit

jobs = Jobs("reports")
BILLS_READY_HOUR = 11


@jobs.every(minutes=30)
def audit_nightly() -> None:
    """Once a business day, after WeChat's bills of the day before are ready (W5)."""
    at = now()
    newest = store.audits(limit=1, cursor=None).items
    is_done = bool(newest) and business_day(newest[0].at) == business_day(at)
    if at.astimezone(SHANGHAI).hour >= BILLS_READY_HOUR and not is_done:
        audit()
