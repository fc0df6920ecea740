"""The last days of the shop at a glance (G1)."""

from datetime import date, timedelta

from chalicelib.kernel.clock import business_day, now
from chalicelib.reports import store
from chalicelib.reports.day_figures import DayFigures

DAYS = 31
"""Today and thirty days before it."""


def overview() -> list[tuple[date, DayFigures]]:
    """Each of the last days, oldest first; a bounded number of small rows, however much was sold."""
    today = business_day(now())
    days = [today - timedelta(days=ago) for ago in reversed(range(DAYS))]
    found = store.figures_of(days)
    return [(day, found[day]) for day in days]
