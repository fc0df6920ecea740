"""Back doors of the reports: the nightly audit."""

from chalicelib.kernel.clock import SHANGHAI, business_day, now
from chalicelib.kernel.jobs import Jobs
from chalicelib.reports import store
from chalicelib.reports.audit import audit
from chalicelib.reports.export_lists import export_lists
from chalicelib.reports.export_step import export_step
from chalicelib.reports.import_lists import import_lists
from chalicelib.reports.import_step import import_step

jobs = Jobs("reports")
for _list in export_lists().values():
    jobs.work(_list.kind.name)(export_step)
for _file in import_lists().values():
    jobs.work(_file.kind.name)(import_step)
BILLS_READY_HOUR = 11


@jobs.every(minutes=30)
def audit_nightly() -> None:
    """Once a business day, after WeChat's bills of the day before are ready (W5)."""
    at = now()
    newest = store.audits(limit=1, cursor=None).items
    is_done = bool(newest) and business_day(newest[0].at) == business_day(at)
    if at.astimezone(SHANGHAI).hour >= BILLS_READY_HOUR and not is_done:
        audit()
