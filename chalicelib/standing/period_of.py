"""Business periods: months, quarters and years in Asia/Shanghai (R8). Pure."""

import functools
import re
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Literal

from chalicelib.kernel.clock import SHANGHAI
from chalicelib.kernel.errors import Invalid

PeriodKind = Literal["MONTH", "QUARTER", "YEAR"]
KINDS: tuple[PeriodKind, ...] = ("MONTH", "QUARTER", "YEAR")
_MONTHS = {"MONTH": 1, "QUARTER": 3, "YEAR": 12}


class PeriodUnknown(Invalid):
    """No such period id."""

    title = "没有这个周期"
    detail = "周期请写成 M2026-11、Q2026-4 或 Y2026 的样子。"


@dataclass(frozen=True)
class Period:
    """From the first day of ``year`` and ``month`` on, to the end of its last; id e.g. ``M2026-11``."""

    kind: PeriodKind
    year: int
    month: int

    @functools.cached_property
    def period_id(self) -> str:
        """``M2026-11``, ``Q2026-4`` or ``Y2026``."""
        if self.kind == "MONTH":
            return f"M{self.year}-{self.month:02d}"
        return f"Q{self.year}-{(self.month + 2) // 3}" if self.kind == "QUARTER" else f"Y{self.year}"

    @property
    def starts_at(self) -> datetime:
        """Its first moment."""
        return datetime.combine(date(self.year, self.month, 1), time(), SHANGHAI)

    @property
    def ends_at(self) -> datetime:
        """The first moment after it."""
        return self._moved(1).starts_at

    @property
    def previous(self) -> "Period":
        """The one before."""
        return self._moved(-1)

    @property
    def title(self) -> str:
        """As people read it."""
        if self.kind == "MONTH":
            return f"{self.year} 年 {self.month} 月"
        return (
            f"{self.year} 年第 {(self.month + 2) // 3} 季度" if self.kind == "QUARTER" else f"{self.year} 年"
        )

    def _moved(self, steps: int) -> "Period":
        months = self.year * 12 + self.month - 1 + steps * _MONTHS[self.kind]
        return Period(self.kind, months // 12, months % 12 + 1)


@functools.lru_cache(maxsize=1_024)
def period_of(kind: PeriodKind, at: datetime) -> Period:
    """The period of this kind in which ``at`` falls in China."""
    day = at.astimezone(SHANGHAI)
    size = _MONTHS[kind]
    return _shared(kind, day.year, (day.month - 1) // size * size + 1)


@functools.cache
def period_named(period_id: str) -> Period:
    """The period of this id. Raises ``PeriodUnknown``."""
    found = re.fullmatch(r"M(20\d\d)-(0[1-9]|1[0-2])|Q(20\d\d)-([1-4])|Y(20\d\d)", period_id)
    if found is None:
        raise PeriodUnknown()
    month_year, month, quarter_year, quarter, year = found.groups()
    if month_year:
        return Period("MONTH", int(month_year), int(month))
    if quarter_year:
        return Period("QUARTER", int(quarter_year), int(quarter) * 3 - 2)
    return Period("YEAR", int(year), 1)


_shared = functools.cache(Period)
"""One of each, so that its id is put together once; there are seventeen a year."""
