"""What reports look like from outside."""

from datetime import date, datetime

from pydantic import Field

from chalicelib.kernel.http import Body, Out


class RunAudit(Body):
    """How far to look."""

    is_full: bool = Field(default=False, title="从头核对", description="Walk the journal from its first day.")


class FindingOut(Out):
    """One thing that does not hold."""

    invariant: int
    subject: str
    detail: str
    off_fen: int


class AuditOut(Out):
    """One run of the audit."""

    audit_id: str
    at: datetime
    from_day: date
    to_day: date
    entries: int
    orders: int
    wallets: int
    books_off_fen: int
    findings: list[FindingOut]
    waiting: list[str]


class AuditsOut(Out):
    """A page of audits."""

    items: list[AuditOut]
    next: str | None
