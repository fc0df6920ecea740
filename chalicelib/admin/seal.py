"""Chain the audit rows, in the background, so that no staff commit waits for a lock (trust A6)."""

from datetime import date, timedelta

from chalicelib.admin import store
from chalicelib.admin.link import DayHead, SealedRow, link
from chalicelib.kernel import clock, log
from chalicelib.kernel.dynamo import ConditionFailed, commit

TRAILING = timedelta(minutes=2)
"""Longer than a commit with all its tries and the clocks' difference: below it no row arrives late."""
BATCH = 100
_STEPS = 60
_FIRST_LOOK = timedelta(days=35)


def seal() -> int:
    """Seal what is older than the delay and close the days that are over; returns the rows sealed.

    A bounded number of batches a run. Two sealers at once are harmless: a link is put once.
    """
    sealed = 0
    try:
        for _ in range(_STEPS):
            step = _step()
            if step is None:
                break
            sealed += step
    except ConditionFailed:
        log.info("audit_sealed_elsewhere")
    return sealed


def _step() -> int | None:
    """One link or one closed day; the number of rows it sealed, or ``None`` when nothing is due."""
    until = clock.now() - TRAILING
    last, today = store.last_link(), clock.business_day(until)
    day = _open_day(today)
    after = last.rows[-1].audit_id if last is not None and last.day == day.isoformat() else ""
    rows: list[SealedRow] = []
    for row, at in store.audit_between(day.isoformat(), after=after):
        if at > until or len(rows) == BATCH:
            break
        rows.append(row)
    if rows:
        commit(store.put_link(link(last, day.isoformat(), rows)))
        return len(rows)
    if day >= today:
        return None
    closed = DayHead(day.isoformat(), last.number if last else 0, last.hash if last else "")
    commit(store.put_day(closed))
    log.info("audit_day_closed", day=closed.day, link=closed.number, head=closed.hash)
    return 0


def _open_day(today: date) -> date:
    """The first day that is not closed."""
    closed = store.last_day()
    if closed is None:
        return today - _FIRST_LOOK
    return date.fromisoformat(closed.day) + timedelta(days=1)
