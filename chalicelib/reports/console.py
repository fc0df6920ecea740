"""Staff doors of the reports: are the books right?"""

from typing import Any

from chalicelib.kernel import auth
from chalicelib.kernel.http import Ask, Doors, Paging
from chalicelib.reports import store
from chalicelib.reports.audit import audit
from chalicelib.reports.overview import new_distributors, overview
from chalicelib.reports.rules import AuditUnknown
from chalicelib.reports.schemas import AuditOut, AuditsOut, DayOut, OverviewOut, RunAudit

doors = Doors("/console")
_UNKNOWN = dict.fromkeys(("orders", "sales_fen", "refunds", "refunded_fen", "rebates_fen"))


@doors.get("/overview", who=auth.staff("wallet.read"), returns=OverviewOut)
def read_overview(ask: Ask[Any]) -> OverviewOut:
    """What the last days brought, by the journal."""
    days = overview()
    shown = [DayOut(day=day, **(vars(found) if found else _UNKNOWN)) for day, found in days]
    wanted = {days[at][0] for at in (-1, -2, -8)}
    return OverviewOut(days=shown, new_distributors=new_distributors(wanted))


@doors.get("/audits", who=auth.staff("audit.read"), query=Paging, returns=AuditsOut)
def list_audits(ask: Ask[Any]) -> AuditsOut:
    """Runs of the nightly audit, newest first."""
    found = store.audits(limit=ask.query.limit, cursor=ask.query.next).map(AuditOut.model_validate)
    return AuditsOut(items=found.items, next=found.next)


@doors.get("/audits/{audit_id}", who=auth.staff("audit.read"), returns=AuditOut, errors=(AuditUnknown,))
def read_audit(ask: Ask[Any]) -> AuditOut:
    """One run with its findings."""
    return AuditOut.model_validate(store.load(ask.path["audit_id"]))


@doors.post("/audits", who=auth.staff("audit.read"), body=RunAudit, returns=AuditOut, status=201)
def run_audit(ask: Ask[RunAudit]) -> AuditOut:
    """Check the books now."""
    return AuditOut.model_validate(audit(is_full=ask.body.is_full))
