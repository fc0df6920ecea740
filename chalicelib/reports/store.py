"""Closed days of the books and the audits made of them."""

from collections.abc import Iterable, Mapping
from datetime import date

from chalicelib.kernel.dynamo import Write, put, put_new
from chalicelib.kernel.money import Fen, Points
from chalicelib.kernel.paging import Page, page
from chalicelib.reports.day_figures import DayFigures
from chalicelib.reports.models import AccountDayRow, AuditRow
from chalicelib.reports.rules import Audit, AuditUnknown

_CLOSED = "closed"
_SHOP = "figures"
_SHELF = "audits"
KEPT_FINDINGS = 200
"""An audit row keeps this many findings; the count of all of them is in the log."""


def last_closed_day() -> date | None:
    """The newest business day whose sums are kept."""
    for row in AccountDayRow.query(_CLOSED, scan_index_forward=False, limit=1):
        return date.fromisoformat(row.day)
    return None


def sum_before(account: str, day: date) -> Fen:
    """What the account came to at the start of ``day``, from its closed days."""
    return Fen(sum(row.amount_fen or 0 for row in _days_before(account, day)))


def points_before(account: str, day: date) -> Points:
    """The same of an account in points."""
    return Points(sum(row.points or 0 for row in _days_before(account, day)))


def _days_before(account: str, day: date) -> Iterable[AccountDayRow]:
    return AccountDayRow.query(account, AccountDayRow.day < day.isoformat(), consistent_read=True)


def keep_day(day: date, sums: Mapping[str, int], points: Mapping[str, int]) -> list[Write]:
    """Writes that keep a day's sums in either asset; the same day gives the same rows."""
    text = day.isoformat()
    return [
        *(
            put(AccountDayRow(account, text, amount_fen=sum_))
            for account, sum_ in sorted(sums.items())
            if sum_
        ),
        *(put(AccountDayRow(account, text, points=sum_)) for account, sum_ in sorted(points.items()) if sum_),
    ]


def keep_figures(day: date, figures: DayFigures) -> Write:
    """Keep what a day brought; the same day gives the same row."""
    return put(AccountDayRow(_SHOP, day.isoformat(), figures=figures))


def figures_since(day: date) -> dict[date, DayFigures]:
    """What is kept of this day and later ones."""
    rows = AccountDayRow.query(_SHOP, AccountDayRow.day >= day.isoformat())
    return {date.fromisoformat(row.day): row.figures for row in rows}


def close_day(day: date) -> Write:
    """Mark this day and all before it as kept whole; comes last."""
    return put(AccountDayRow(_CLOSED, day.isoformat(), amount_fen=0))


def add(audit: Audit) -> Write:
    """Keep an audit's result."""
    row = AuditRow.of_value(
        audit, shelf=_SHELF, from_day=audit.from_day.isoformat(), to_day=audit.to_day.isoformat()
    )
    row.findings = audit.findings[:KEPT_FINDINGS]
    return put_new(row)


def load(audit_id: str) -> Audit:
    """One audit. Raises ``AuditUnknown``."""
    row = AuditRow.find(_SHELF, audit_id)
    if row is None:
        raise AuditUnknown()
    return _value(row)


def audits(*, limit: int, cursor: str | None) -> Page[Audit]:
    """Audits, newest first."""
    return page(AuditRow, _SHELF, limit=limit, cursor=cursor).map(_value)


def _value(row: AuditRow) -> Audit:
    return row.as_value(
        Audit, from_day=date.fromisoformat(row.from_day), to_day=date.fromisoformat(row.to_day)
    )
