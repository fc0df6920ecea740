"""Staff doors of the reports: are the books right, and who did what?"""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from chalicelib.admin import schemas as admin_schemas
from chalicelib.admin import store as admin
from chalicelib.commissions.schemas import CommissionsOut
from chalicelib.commissions.show import show
from chalicelib.jobs.read_sheet import MAX_BYTES, BadSheet
from chalicelib.jobs.rules import JobUnknown
from chalicelib.jobs.schemas import JobOut
from chalicelib.jobs.start_job import STARTING
from chalicelib.kernel import auth, clock
from chalicelib.kernel.errors import Invalid
from chalicelib.kernel.http import Ask, Doors, Paging
from chalicelib.kernel.paging import BadCursor
from chalicelib.reports import store
from chalicelib.reports.audit import audit
from chalicelib.reports.export_lists import export_lists
from chalicelib.reports.list_ledger import Asked, list_ledger, sum_ledger
from chalicelib.reports.overview import overview
from chalicelib.reports.rules import AuditUnknown
from chalicelib.reports.schemas import (
    AuditOut,
    AuditsOut,
    DayOut,
    ExportIn,
    ImportIn,
    LedgerAsked,
    LedgerPageAsked,
    LedgerSumsOut,
    OverviewOut,
    RunAudit,
    SumOut,
)
from chalicelib.reports.show_audit import show_audit
from chalicelib.reports.start_export import start_export
from chalicelib.reports.start_import import NotLookedThrough, do_import, start_import

doors = Doors("/console")
_A_YEAR = timedelta(days=365)
_A_MONTH = timedelta(days=30)


@doors.get("/overview", who=auth.staff("wallet.read"), returns=OverviewOut)
def read_overview(ask: Ask[Any]) -> OverviewOut:
    """What the last days brought, by the journal."""
    return OverviewOut(days=[DayOut(day=day, **vars(found)) for day, found in overview()])


@doors.get(
    "/commission-ledger",
    who=auth.staff("commissions.read"),
    query=LedgerPageAsked,
    returns=CommissionsOut,
    errors=(BadCursor,),
)
def list_commission_ledger(ask: Ask[Any]) -> CommissionsOut:
    """Commissions of everybody or of one, newest first."""
    found = list_ledger(_ledger(ask.query), limit=ask.query.limit, cursor=ask.query.next)
    return CommissionsOut(items=show(found.items), next=found.next)


@doors.get("/commission-sums", who=auth.staff("commissions.read"), query=LedgerAsked, returns=LedgerSumsOut)
def read_commission_sums(ask: Ask[Any]) -> LedgerSumsOut:
    """What the same commissions come to, by state."""
    asked = _ledger(ask.query)
    sums = sum_ledger(asked)
    items = [SumOut(state=state, **vars(one)) for state, one in (sums or {}).items()]
    return LedgerSumsOut(since=asked.since, until=asked.until, items=items, is_whole=sums is not None)


def _ledger(given: LedgerAsked) -> Asked:
    until = given.until or clock.business_day(clock.now())
    return Asked(given.since or until - _A_MONTH, until, given.payee_id, given.state)


@doors.get(
    "/audit", who=auth.staff("audit.read"), query=admin_schemas.AuditAsked, returns=admin_schemas.AuditOut
)
def list_audit(ask: Ask[Any]) -> admin_schemas.AuditOut:
    """Who did what, newest first."""
    today = clock.business_day(clock.now())
    found = admin.audit(
        newest=ask.query.until or today,
        oldest=ask.query.since or today - _A_YEAR,
        staff_id=ask.query.staff_id,
        limit=ask.query.limit,
        cursor=ask.query.next,
    )
    return admin_schemas.AuditOut(items=show_audit(found.items), next=found.next)


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


@doors.post(
    "/imports",
    who=auth.staff(auth.OWN),
    body=ImportIn,
    takes_key=True,
    max_bytes=MAX_BYTES * 4 // 3 + 4096,
    returns=JobOut,
    status=202,
    errors=(*STARTING, BadSheet),
)
def try_import(ask: Ask[ImportIn]) -> JobOut:
    """Look a file through without changing anything; it takes the permission to do what is in it."""
    given = ask.body
    job = start_import(
        given.list,
        given.content,
        pictures=given.pictures,
        by=ask.who.id,
        key=ask.key,
        demand=_demand_of(ask),
    )
    return JobOut.of(job)


@doors.post(
    "/imports/{job_id}/apply",
    who=auth.staff(auth.OWN),
    takes_key=True,
    returns=JobOut,
    status=202,
    errors=(*STARTING, JobUnknown, NotLookedThrough),
)
def apply_import(ask: Ask[Any]) -> JobOut:
    """Do what a file says that was looked through without a problem."""
    return JobOut.of(do_import(ask.path["job_id"], by=ask.who.id, key=ask.key, demand=_demand_of(ask)))


def _demand_of(ask: Ask[Any]) -> Callable[[str], None]:
    return lambda permission: auth.demand(auth.staff(permission), ask.who)


@doors.get("/audits/{audit_id}", who=auth.staff("audit.read"), returns=AuditOut, errors=(AuditUnknown,))
def read_audit(ask: Ask[Any]) -> AuditOut:
    """One run with its findings."""
    return AuditOut.model_validate(store.load(ask.path["audit_id"]))


@doors.post("/audits", who=auth.staff("audit.read"), body=RunAudit, returns=AuditOut, status=201)
def run_audit(ask: Ask[RunAudit]) -> AuditOut:
    """Check the books now."""
    return AuditOut.model_validate(audit(is_full=ask.body.is_full))
