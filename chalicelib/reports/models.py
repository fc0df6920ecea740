"""Tables of this room; only ``reports.store`` touches them."""

from pynamodb.attributes import UnicodeAttribute

from chalicelib.kernel.dynamo import (
    FenAttribute,
    IntAttribute,
    Table,
    TimeAttribute,
    ValueAttribute,
    table_name,
)
from chalicelib.reports.day_figures import DayFigures
from chalicelib.reports.rules import Finding


class AccountDayRow(Table):
    """What one account moved on one closed business day, in its asset; ``closed`` marks the day."""

    class Meta:
        table_name = table_name("account-days")

    account = UnicodeAttribute(hash_key=True)
    day = UnicodeAttribute(range_key=True)
    amount_fen = FenAttribute(null=True)
    points = IntAttribute(null=True)
    figures = ValueAttribute[DayFigures](DayFigures, null=True)
    """On the day's row of the shop itself."""


class AuditRow(Table):
    """One run of the audit; put only."""

    class Meta:
        table_name = table_name("audits")

    shelf = UnicodeAttribute(hash_key=True)
    audit_id = UnicodeAttribute(range_key=True)
    at = TimeAttribute()
    from_day = UnicodeAttribute()
    to_day = UnicodeAttribute()
    entries = IntAttribute()
    orders = IntAttribute()
    wallets = IntAttribute()
    books_off_fen = FenAttribute()
    findings = ValueAttribute[tuple[Finding, ...]](tuple[Finding, ...])
    waiting = ValueAttribute[tuple[str, ...]](tuple[str, ...])
