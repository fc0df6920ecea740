"""Every night each active distributor is judged once, page by page, going on where it stopped (D2)."""

from dataclasses import dataclass, replace
from datetime import timedelta

from chalicelib.kernel import log
from chalicelib.kernel.clock import business_day, now
from chalicelib.kernel.dynamo import commit
from chalicelib.kernel.paging import BadCursor
from chalicelib.standing import store
from chalicelib.standing.move_level import move_level
from chalicelib.standing.preview_levels import preview_levels
from chalicelib.standing.store import SweepMoved

NAME = "levels"
_PAGE = 100
_AFTER_MIDNIGHT = timedelta(minutes=30)
"""The last events of a period need a little to come through the streams before it is judged."""


@dataclass(frozen=True)
class Judged:
    """What one run did."""

    pages: int
    moved: int
    is_over: bool


def judge_all(pages: int = 50) -> Judged:
    """Judge at most so many pages of this night's walk; the next run goes on.

    The place reached is written after each page, so a death repeats one page at most, and judging
    again moves nobody twice. Two runs at once: the second stops. One distributor's failure keeps no
    other from its turn.
    """
    night = business_day(now() - _AFTER_MIDNIGHT).isoformat()
    moved = 0
    for done in range(pages):
        sweep = store.sweep(NAME, night)
        if sweep.is_over:
            return Judged(done, moved, is_over=True)
        try:
            found = preview_levels(limit=_PAGE, cursor=sweep.cursor)
        except BadCursor:
            found = preview_levels(limit=_PAGE, cursor=None)  # its key is gone: begin again
        moved += sum(_moved(move.member_id) for move in found.items)
        try:
            commit(store.put_sweep(sweep, replace(sweep, cursor=found.next, is_over=found.next is None)))
        except SweepMoved:
            return Judged(done + 1, moved, is_over=False)
    return Judged(pages, moved, is_over=False)


def _moved(member_id: str) -> bool:
    try:
        return move_level(member_id) is not None
    except Exception as problem:
        log.error("level_not_judged", problem, member_id=member_id)
        log.count("level_not_judged")
        return False
