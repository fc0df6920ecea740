"""Build one member's statement and totals again from the books."""

from collections.abc import Iterator
from datetime import date, timedelta

from chalicelib.kernel.clock import business_day, now
from chalicelib.kernel.dynamo import Write, commit
from chalicelib.kernel.errors import Crowded
from chalicelib.wallet import store
from chalicelib.wallet.count_points import count_points
from chalicelib.wallet.rules import ALL, Totals, WalletMoved, fold, lines_of, scopes_of
from chalicelib.wallet.store import LineCounted

_TRIES = 5
_CHUNK = 90


def rebuild(member_id: str, *, since: date | None = None) -> Totals:
    """Fold the member's lines into its totals anew, and return them.

    With ``since`` the journal is walked from that business day first, and lines that are missing are
    put. Safe while the stream goes on counting: a line that comes in between starts it again.
    Raises ``Crowded`` when lines keep coming in.
    """
    if since is not None:
        _recover_lines(member_id, since)
    for _ in range(_TRIES):
        try:
            return _refold(member_id)
        except WalletMoved:
            continue
    raise Crowded()


def _recover_lines(member_id: str, since: date) -> None:
    for day in _days(since):
        for entry in store.entries_of_day(day):
            count_points(entry)
            for line in lines_of(entry):
                if line.member_id != member_id:
                    continue
                try:
                    commit(store.count_line(line))
                except LineCounted:
                    continue


def _refold(member_id: str) -> Totals:
    seen = store.totals(member_id)
    lines = list(store.all_lines(member_id))
    scopes = sorted({scope for line in lines for scope in scopes_of(line)} - {ALL})
    parts = [
        store.put_scope(fold(member_id, scope, [line for line in lines if scope in scopes_of(line)]))
        for scope in scopes
    ]
    for start in range(0, len(parts), _CHUNK):
        commit(store.totals_unchanged(seen), parts[start : start + _CHUNK])
    rebuilt = fold(member_id, ALL, lines)
    last: list[Write] = [store.put_totals(rebuilt, seen)] if lines or seen.lines else []
    commit(last)
    return rebuilt


def _days(since: date) -> Iterator[date]:
    day, today = since, business_day(now())
    while day <= today:
        yield day
        day += timedelta(days=1)
