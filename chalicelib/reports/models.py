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
from chalicelib.reports.rules import Finding


class AccountDayRow(Table):
    """What one account moved on one closed business day, in its asset; ``closed`` marks the day."""

    class Meta:
        table_name = table_name("account-days")

    account = UnicodeAttribute(hash_key=True)
    day = UnicodeAttribute(range_key=True)
    amount_fen = FenAttribute(null=True)
    points = IntAttribute(null=True)


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


class FiguresRow(Table):
    """A part of what one day brought, see ``day_figures.DayFigures``; a projection kept by followers."""

    class Meta:
        table_name = table_name("day-figures")

    day_shard = UnicodeAttribute(hash_key=True)
    orders = IntAttribute(null=True)
    buyers = IntAttribute(null=True)
    sales_fen = FenAttribute(null=True)
    refunds = IntAttribute(null=True)
    refunded_fen = FenAttribute(null=True)
    rebates_fen = FenAttribute(null=True)
    new_distributors = IntAttribute(null=True)


class MarkRow(Table):
    """What a day's figures have counted already; forgotten after the stream itself has."""

    class Meta:
        table_name = table_name("day-marks")

    mark = UnicodeAttribute(hash_key=True)
    forget_at = IntAttribute()


class LedgerRow(Table):
    """Where a commission is found by its day; a projection kept by followers, as is its ``state``."""

    class Meta:
        table_name = table_name("commission-ledger")

    day = UnicodeAttribute(hash_key=True)
    place = UnicodeAttribute(range_key=True)
    order_id = UnicodeAttribute()
    payee_rule = UnicodeAttribute()
    state = UnicodeAttribute()


class CommissionSumRow(Table):
    """What the commissions of one state and shard (``lot``) and one day come to; a projection."""

    class Meta:
        table_name = table_name("commission-sums")

    lot = UnicodeAttribute(hash_key=True)
    day = UnicodeAttribute(range_key=True)
    rows = IntAttribute(null=True)
    amount_fen = FenAttribute(null=True)
    left_fen = FenAttribute(null=True)
