"""How often: at most so many times in a window, and things that may be used only once.

A use is counted *before* it is judged, so that a thousand guesses sent at once are five guesses.
Names are kept as keyed hashes and rows vanish by the table's TTL.
"""

from dataclasses import dataclass
from datetime import datetime

from pynamodb.attributes import UnicodeAttribute

from chalicelib.kernel import clock, crypto
from chalicelib.kernel.dynamo import IntAttribute, Table, Write, commit, put_new, table_name, update
from chalicelib.kernel.errors import Conflict, TooMany

_KEPT_SECONDS = 24 * 3600


class LimitRow(Table):
    """Uses of one name in one window, or the mark of a thing used up."""

    class Meta:
        table_name = table_name("limits")

    mark = UnicodeAttribute(hash_key=True)
    used = IntAttribute(null=True)
    forget_at = IntAttribute()
    """Seconds since 1970, for the table's TTL."""


@dataclass(frozen=True)
class Limit:
    """``times`` uses in each window of ``minutes``, counted apart for each name."""

    what: str
    times: int
    minutes: int


class TooOften(TooMany):
    title = "操作太频繁"


class UsedBefore(Conflict):
    title = "已经使用过了"
    detail = "这个链接已经使用过了，请重新操作一次。"


def take(*uses: tuple[Limit, str]) -> None:
    """Count one use of each ``(limit, name)``, all or none. Raises ``TooOften``."""
    commit(_counted(limit, name) for limit, name in uses)


def give_back(*uses: tuple[Limit, str]) -> None:
    """Take back a use that turned out harmless, such as a sign-in with the right password."""
    commit(_counted_back(limit, name) for limit, name in uses)


def use_once(what: str, name: str, *, until: datetime) -> None:
    """Use ``name`` up; it is remembered until ``until`` and a day. Raises ``UsedBefore``."""
    row = LimitRow(_mark(what, name), forget_at=int(until.timestamp()) + _KEPT_SECONDS)
    commit(put_new(row, UsedBefore))


def _counted(limit: Limit, name: str) -> Write:
    mark, ends_at = _window(limit, name)
    return update(
        LimitRow,
        (mark,),
        [LimitRow.used.add(1), LimitRow.forget_at.set(ends_at + _KEPT_SECONDS)],
        LimitRow.used.does_not_exist() | (LimitRow.used < limit.times),
        otherwise=lambda: TooOften(f"尝试的次数有点多，请 {limit.minutes} 分钟后再试。"),
    )


def _counted_back(limit: Limit, name: str) -> Write:
    mark, ends_at = _window(limit, name)
    return update(LimitRow, (mark,), [LimitRow.used.add(-1), LimitRow.forget_at.set(ends_at + _KEPT_SECONDS)])


def _window(limit: Limit, name: str) -> tuple[str, int]:
    """The window's mark and its end; windows are aligned, so no row is ever reset."""
    seconds = limit.minutes * 60
    number = int(clock.now().timestamp()) // seconds
    return _mark(f"{limit.what}:{number}", name), (number + 1) * seconds


def _mark(what: str, name: str) -> str:
    return f"{what}:{crypto.blind_index(name, field='limits')}"
