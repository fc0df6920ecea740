"""The last days of the shop at a glance (G1)."""

from datetime import date, timedelta

from chalicelib.distributors import store as distributors
from chalicelib.kernel.clock import business_day, now
from chalicelib.reports import store
from chalicelib.reports.day_figures import DayFigures, day_figures
from chalicelib.wallet import store as wallet

DAYS = 31
"""Today and thirty days before it."""
_LIVE = 10
"""Days that are walked when the nightly audit has not kept them; older ones are told as unknown."""
_MOST = 1_000
"""New distributors are counted among so many that changed last."""


def overview() -> list[tuple[date, DayFigures | None]]:
    """Each of the last days, oldest first. ``None`` where nothing was kept of a day long over."""
    today = business_day(now())
    days = [today - timedelta(days=ago) for ago in reversed(range(DAYS))]
    kept = store.figures_since(days[0])
    return [
        (day, kept.get(day) or (_walked(day) if today - day < timedelta(days=_LIVE) else None))
        for day in days
    ]


def new_distributors(days: set[date]) -> dict[date, int]:
    """How many were approved on each of these days and still are distributors."""
    found = dict.fromkeys(days, 0)
    cursor, seen = None, 0
    while seen < _MOST:
        page = distributors.of_status("APPROVED", limit=100, cursor=cursor)
        for one in page.items:
            decided = business_day(one.decided_at) if one.decided_at else None
            if decided in found:
                found[decided] += 1
        seen, cursor = seen + len(page.items), page.next
        last = page.items[-1].decided_at if page.items else None
        if cursor is None or (last is not None and business_day(last) < min(days)):
            break
    return found


def _walked(day: date) -> DayFigures:
    return day_figures(wallet.entries_of_day(day))
