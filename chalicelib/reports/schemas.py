"""What reports look like from outside."""

from datetime import date, datetime
from typing import Annotated

from pydantic import Base64Bytes, Field

from chalicelib.catalog.schemas import PictureUrl
from chalicelib.commissions.rules import State
from chalicelib.jobs.sheet import SheetKind
from chalicelib.kernel.days import Day
from chalicelib.kernel.http import Body, Out, Paging, Query
from chalicelib.reports.export_lists import ListName
from chalicelib.reports.import_lists import ImportName


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


class DayOut(Out):
    """What a business day brought."""

    day: date
    orders: int
    buyers: int = Field(description="Members who paid that day, each once.")
    sales_fen: int
    refunds: int
    refunded_fen: int
    rebates_fen: int = Field(description="Net of what refunds of that day took back.")
    new_distributors: int


class OverviewOut(Out):
    """The last 31 business days, oldest first; the last one is today, as far as it has come."""

    days: list[DayOut]


class LedgerAsked(Query):
    """Credited on which business days, by whom, in which state."""

    since: Day | None = Field(None, title="从", description="Thirty days back by default.")
    until: Day | None = Field(None, title="到", description="Today by default.")
    payee_id: str | None = Field(None, title="分销商", pattern=r"^[A-Za-z0-9_-]{1,64}$")
    state: State | None = Field(None, title="状态")


class LedgerPageAsked(LedgerAsked, Paging):
    """The same, a page of it."""


class SumOut(Out):
    """What the commissions of one state come to."""

    state: State
    rows: int
    amount_fen: int = Field(description="As credited.")
    left_fen: int = Field(description="After refunds and caps.")


class LedgerSumsOut(Out):
    """What all commissions come to that were asked for; some seconds behind."""

    since: date
    until: date
    items: list[SumOut]
    is_whole: bool = Field(description="False when one payee has too many to add up now.")


class ExportIn(Body):
    """Which list, of which business days, as which file."""

    list: ListName = Field(title="导出什么")
    since: Day = Field(title="从")
    until: Day = Field(title="到")
    sheet: SheetKind = Field("xlsx", title="文件格式")


class ImportIn(Body):
    """A file to look through."""

    list: ImportName = Field(title="导入什么")
    content: Base64Bytes = Field(title="文件", description="CSV or XLSX, in base 64.")
    pictures: dict[Annotated[str, Field(min_length=1, max_length=100)], PictureUrl] = Field(
        {},
        title="图片",
        max_length=200,
        description="Addresses of uploaded pictures by the names of their files, as the rows name them.",
    )
