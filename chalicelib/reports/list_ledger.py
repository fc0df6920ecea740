"""Commissions of everybody or of one, by time and state, with what they come to (B2)."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import get_args

from chalicelib.commissions import store as commissions
from chalicelib.commissions.rules import Commission, State
from chalicelib.kernel.clock import SHANGHAI
from chalicelib.kernel.paging import MAX_PAGE, Page
from chalicelib.reports import store
from chalicelib.reports.sums_of import Sum, Sums, sums_of

STATES: tuple[State, ...] = get_args(State)
MOST_SUMMED = 1_000
"""One payee's commissions are added up when asked for, so many at most; those of all are kept added up."""


@dataclass(frozen=True)
class Asked:
    """Credited on which business days, both included; by whom and in which state, ``None`` for any."""

    since: date
    until: date
    payee_id: str | None = None
    state: State | None = None

    @property
    def between(self) -> tuple[datetime, datetime]:
        """The first and the last moment of these days."""
        first = datetime.combine(self.since, time.min, SHANGHAI)
        after = datetime.combine(self.until + timedelta(days=1), time.min, SHANGHAI)
        return first, after - timedelta(microseconds=1)


def list_ledger(asked: Asked, *, limit: int, cursor: str | None) -> Page[Commission]:
    """Newest first; a page may hold fewer, even none, and still go on."""
    if asked.payee_id is None:
        return store.ledger(asked.since, asked.until, asked.state, limit=limit, cursor=cursor)
    return commissions.of_payee(
        asked.payee_id, limit=limit, cursor=cursor, state=asked.state, between=asked.between
    )


def sum_ledger(asked: Asked) -> Sums | None:
    """What all of them come to, by state; ``None`` when one payee has too many to add up now."""
    wanted = STATES if asked.state is None else (asked.state,)
    if asked.payee_id is None:
        found: Sums = {state: store.sum_of_days(state, asked.since, asked.until) for state in wanted}
        return {state: one for state, one in found.items() if one != Sum()}
    rows: list[Commission] = []
    cursor: str | None = None
    while len(rows) < MOST_SUMMED:
        page = commissions.of_payee(asked.payee_id, limit=MAX_PAGE, cursor=cursor, between=asked.between)
        rows += page.items
        cursor = page.next
        if cursor is None:
            return {state: one for state, one in sums_of(rows).items() if state in wanted}
    return None
