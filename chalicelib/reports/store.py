"""Closed days of the books and the audits made of them."""

from collections.abc import Mapping
from datetime import date

from chalicelib.kernel.dynamo import Write, put, put_new
from chalicelib.kernel.money import Fen
from chalicelib.kernel.paging import Page, page
from chalicelib.reports.models import AccountDayRow, AuditRow
from chalicelib.reports.rules import Audit, AuditUnknown

_CLOSED = "closed"
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
    earlier = AccountDayRow.day < day.isoformat()
    return Fen(sum(row.amount_fen for row in AccountDayRow.query(account, earlier, consistent_read=True)))


def keep_day(day: date, sums: Mapping[str, int]) -> list[Write]:
    """Writes that keep a day's sums; the same day gives the same rows."""
    return [
        put(AccountDayRow(account, day.isoformat(), amount_fen=amount))
        for account, amount in sorted(sums.items())
        if amount
    ]


def close_day(day: date) -> Write:
    """Mark the day as kept whole; comes last."""
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
