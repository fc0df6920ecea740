"""Closed days of the books, the audits made of them, and what each day brought."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields
from datetime import date
from typing import Any

from chalicelib.commissions import store as commissions
from chalicelib.commissions.rules import Commission, State
from chalicelib.kernel.clock import rfc3339
from chalicelib.kernel.days import walk_back
from chalicelib.kernel.dynamo import Table, Write, put, put_new, update
from chalicelib.kernel.ids import shard_of
from chalicelib.kernel.jobs import mark_once
from chalicelib.kernel.money import Fen, Points
from chalicelib.kernel.paging import Page, page
from chalicelib.reports.day_figures import DayFigures, FiguresMoved, Tally
from chalicelib.reports.models import (
    AccountDayRow,
    AuditRow,
    CommissionSumRow,
    FiguresRow,
    LedgerRow,
    MarkRow,
)
from chalicelib.reports.rules import Audit, AuditUnknown
from chalicelib.reports.sums_of import LedgerMoved, Sum, day_of

_CLOSED = "closed"
_SHELF = "audits"
KEPT_FINDINGS = 200
"""An audit row keeps this many findings; the count of all of them is in the log."""
SHARDS = 8
"""Each day's figures are spread over so many rows, so that a good day's orders do not wait for one."""
SUM_SHARDS = 4
"""The same of a day's commissions in one state."""


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


def figures_of(days: Sequence[date]) -> dict[date, DayFigures]:
    """What each of these days brought, zeros where nothing was counted; one batch for each hundred rows."""
    rows = FiguresRow.batch_get([_figures_key(day, shard) for day in days for shard in range(SHARDS)])
    found = dict.fromkeys(days, DayFigures())
    for row in rows:
        day = date.fromisoformat(row.day_shard.partition("#")[0])
        found[day] += row.as_value(DayFigures)
    return found


def shards_of(day: date) -> dict[int, DayFigures]:
    """The parts of one day's figures, all of them, read consistently; for a rebuild."""
    found = {shard: FiguresRow.find(_figures_key(day, shard)) for shard in range(SHARDS)}
    return {shard: row.as_value(DayFigures) if row else DayFigures() for shard, row in found.items()}


def shard_of_tally(tally: Tally) -> int:
    """In which part of its day this is counted."""
    return shard_of(tally.mark, SHARDS)


def add_tally(tally: Tally) -> Write:
    """Add to its day; the mark in the same commit keeps it to once."""
    grown = [
        (attribute := getattr(FiguresRow, one.name)).set((attribute | 0) + more)
        for one in fields(DayFigures)
        if (more := getattr(tally.more, one.name))
    ]
    return update(FiguresRow, (_figures_key(tally.day, shard_of_tally(tally)),), grown)


def mark_counted(mark: str) -> Write:
    """Remember that an event was counted; ``CountedBefore`` when it was before."""
    return mark_once(MarkRow, mark)


def put_shard(day: date, shard: int, counted: DayFigures, seen: DayFigures) -> Write:
    """Write a recounted part over exactly the one seen, else ``FiguresMoved``."""
    row = FiguresRow.of_value(counted, day_shard=_figures_key(day, shard))
    return put(row, _as_seen(FiguresRow, seen), FiguresMoved)


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


def ledger(
    since: date, until: date, state: State | None, *, limit: int, cursor: str | None
) -> Page[Commission]:
    """Everybody's commissions credited on these business days, newest first, as they stand."""
    wanted = LedgerRow.state == state if state else None

    def of_day(day: str, some: int, inner: str | None) -> Page[LedgerRow]:
        return page(LedgerRow, day, limit=some, cursor=inner, filter_condition=wanted)

    name = f"commissions:{state}:{since}:{until}"
    found = walk_back(of_day, name=name, newest=until, oldest=since, limit=limit, cursor=cursor)
    keys = [(row.order_id, row.payee_rule) for row in found.items]
    rows = {(one.order_id, one.payee_rule): one for one in commissions.load_many(keys)} if keys else {}
    shown = (rows[key] for key in keys if key in rows)
    return Page([one for one in shown if state in (None, one.state)], found.next)


def list_commission(row: Commission) -> Write:
    """List it under its day, in the state it has; the same row again is the same."""
    return put(
        LedgerRow(
            day_of(row).isoformat(),
            _place(row),
            order_id=row.order_id,
            payee_rule=row.payee_rule,
            state=row.state,
        )
    )


def not_listed(rows: Sequence[Commission]) -> list[Commission]:
    """Those of these (at most 100) that are not listed, or under another state."""
    keys = [(day_of(row).isoformat(), _place(row)) for row in rows]
    found = {row.place: row.state for row in LedgerRow.batch_get(keys, consistent_read=True)}
    return [row for row in rows if found.get(_place(row)) != row.state]


def shard_of_commission(row: Commission) -> int:
    """In which part of its day and state this is counted."""
    return shard_of(f"{row.order_id}#{row.payee_rule}", SUM_SHARDS)


def add_to_sums(row: Commission, state: State, more: Sum) -> Write:
    """Add to the day of this commission; the mark in the same commit keeps it to once."""
    grown = [getattr(CommissionSumRow, name).add(number) for name, number in vars(more).items() if number]
    key = (f"{state}#{shard_of_commission(row)}", day_of(row).isoformat())
    return update(CommissionSumRow, key, grown)


def sums_of_lot(state: State, shard: int) -> dict[date, Sum]:
    """The sums of one state and shard by day, read consistently; for a rebuild."""
    rows = CommissionSumRow.query(f"{state}#{shard}", consistent_read=True)
    return {date.fromisoformat(row.day): row.as_value(Sum) for row in rows}


def sum_of_days(state: State, since: date, until: date) -> Sum:
    """What commissions of this state, credited on these days, come to; a row a day and shard."""
    days = CommissionSumRow.day.between(since.isoformat(), until.isoformat())
    rows = [row for shard in range(SUM_SHARDS) for row in CommissionSumRow.query(f"{state}#{shard}", days)]
    return sum((row.as_value(Sum) for row in rows), start=Sum())


def put_sum(lot: tuple[State, int], day: date, counted: Sum, seen: Sum) -> Write:
    """Write a recounted sum over exactly the one seen, else ``LedgerMoved``."""
    row = CommissionSumRow.of_value(counted, lot=f"{lot[0]}#{lot[1]}", day=day.isoformat())
    return put(row, _as_seen(CommissionSumRow, seen), LedgerMoved)


def _place(row: Commission) -> str:
    return f"{rfc3339(row.created_at)}#{row.order_id}#{row.payee_rule}"


def _as_seen(table: type[Table], seen: Any) -> Any:
    """The row holds exactly these figures; one that is zero may be absent."""
    as_seen: Any = None
    for one in fields(seen):
        attribute, value = getattr(table, one.name), getattr(seen, one.name)
        same = attribute == value if value else attribute.does_not_exist() | (attribute == 0)
        as_seen = same if as_seen is None else as_seen & same
    return as_seen


def _figures_key(day: date, shard: int) -> str:
    return f"{day.isoformat()}#{shard}"
