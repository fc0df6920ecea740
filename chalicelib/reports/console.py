"""Staff doors of the reports: are the books right?"""

from typing import Any

from chalicelib.jobs.schemas import JobOut
from chalicelib.jobs.start_job import STARTING
from chalicelib.kernel import auth
from chalicelib.kernel.errors import Invalid
from chalicelib.kernel.http import Ask, Doors, Paging
from chalicelib.reports import store
from chalicelib.reports.audit import audit
from chalicelib.reports.export_lists import export_lists
from chalicelib.reports.overview import new_distributors, overview
from chalicelib.reports.rules import AuditUnknown
from chalicelib.reports.schemas import AuditOut, AuditsOut, DayOut, ExportIn, OverviewOut, RunAudit
from chalicelib.reports.start_export import start_export

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


@doors.post(
    "/exports",
    who=auth.staff(auth.OWN),
    body=ExportIn,
    takes_key=True,
    returns=JobOut,
    status=202,
    errors=(*STARTING, Invalid),
)
def ask_export(ask: Ask[ExportIn]) -> JobOut:
    """Take a list out of the shop as a file; it takes the permission to see that list."""
    given = ask.body
    auth.demand(auth.staff(export_lists()[given.list].kind.permission), ask.who)
    job = start_export(given.list, given.sheet, given.since, given.until, by=ask.who.id, key=ask.key)
    return JobOut.of(job)


@doors.get("/audits/{audit_id}", who=auth.staff("audit.read"), returns=AuditOut, errors=(AuditUnknown,))
def read_audit(ask: Ask[Any]) -> AuditOut:
    """One run with its findings."""
    return AuditOut.model_validate(store.load(ask.path["audit_id"]))


@doors.post("/audits", who=auth.staff("audit.read"), body=RunAudit, returns=AuditOut, status=201)
def run_audit(ask: Ask[RunAudit]) -> AuditOut:
    """Check the books now."""
    return AuditOut.model_validate(audit(is_full=ask.body.is_full))
