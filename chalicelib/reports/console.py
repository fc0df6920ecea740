"""Staff doors of the reports: are the books right?"""

from typing import Any

from chalicelib.kernel import auth
from chalicelib.kernel.http import Ask, Doors, Paging
from chalicelib.reports import store
from chalicelib.reports.audit import audit
from chalicelib.reports.rules import AuditUnknown
from chalicelib.reports.schemas import AuditOut, AuditsOut, RunAudit

doors = Doors("/console")


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
