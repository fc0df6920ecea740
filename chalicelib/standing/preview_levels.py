"""Who would move, if these levels were in force: nothing is written (D2)."""

from collections.abc import Iterable, Sequence

from chalicelib.distributors import store as distributors
from chalicelib.distributors.rules import Distributor, Level
from chalicelib.kernel.clock import now
from chalicelib.kernel.paging import Page
from chalicelib.standing import store
from chalicelib.standing.judge_level import Move, judge_level, scopes_needed


def preview_levels(proposed: Iterable[Level] = (), *, limit: int, cursor: str | None) -> Page[Move]:
    """The moves that are due among one page of active distributors, longest unchanged first.

    ``proposed`` levels stand in for, or beside, the stored ones. A page may hold few moves, or none,
    while ``next`` still goes on. Raises ``BadCursor``.
    """
    known = {**distributors.levels(), **{level.level_id: level for level in proposed}}
    levels = sorted(known.values(), key=lambda level: (level.rank, level.level_id))
    found = distributors.of_status("APPROVED", limit=limit, cursor=cursor, newest_first=False)
    return Page(_moves(found.items, levels), found.next)


def _moves(people: Sequence[Distributor], levels: Sequence[Level]) -> list[Move]:
    at = now()
    scopes = scopes_needed(levels, at)
    figures = store.load_metrics((one.member_id, scope) for one in people for scope in scopes)
    by_id = {level.level_id: level for level in levels}
    judged = [
        judge_level(one, by_id, {scope: figures[one.member_id, scope] for scope in scopes}, at)
        for one in people
    ]
    return [move for move in judged if move is not None]
