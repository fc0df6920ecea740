"""Fold a month's board from the sales figures, page by page, and swap it in whole (D6)."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from chalicelib.distributors import store as distributors
from chalicelib.kernel.clock import now
from chalicelib.kernel.dynamo import commit
from chalicelib.members import store as members
from chalicelib.ranking import store
from chalicelib.ranking.rules import Board, Draft, Line, with_page
from chalicelib.ranking.store import DraftMoved
from chalicelib.standing import store as standing
from chalicelib.standing.period_of import period_of

_PAGE = 100
_AFTER_MONTH = timedelta(hours=1)
"""The last events of a month need a little to come through the streams before its board is final."""


@dataclass(frozen=True)
class Folded:
    """What one run did for one month."""

    pages: int
    is_over: bool


def fold_board(month: str, pages: int = 40) -> Folded:
    """Walk on over whoever opted in, at most so many pages; at the end the board is replaced whole.

    Each page is one commit with the place reached, so a death repeats one page at most, and a page twice is
    a page once. Two runs at once: the second stops. The next run after the end begins anew.
    """
    for done in range(pages):
        kept = store.find_draft(month)
        draft = kept if kept and not kept.is_over else Draft(month, now())
        found = store.entrants(draft.shard, limit=_PAGE, after=draft.after)
        sales, buyers = _lines(found, month)
        after = with_page(draft, sales, buyers, last=found[-1] if len(found) == _PAGE else None)
        writes = [store.put_draft(kept, after)]
        if after.is_over:
            writes.append(store.put_board(Board(month, after.started_at, after.sales, after.buyers)))
        try:
            commit(writes)
        except DraftMoved:
            return Folded(done, is_over=False)
        if after.is_over:
            return Folded(done + 1, is_over=True)
    return Folded(pages, is_over=False)


def months_due(at: datetime) -> list[str]:
    """The running month, and the one before until a folding that began after its end has ended."""
    running = period_of("MONTH", at)
    last = store.find_board(running.previous.period_id)
    final_from = running.starts_at + _AFTER_MONTH
    is_final = last is not None and last.as_of >= final_from
    due = [] if is_final or at < final_from else [running.previous.period_id]
    return [*due, running.period_id]


def _lines(member_ids: list[str], month: str) -> tuple[list[Line], list[Line]]:
    """Figures of those who may promote now; three batches of keys."""
    if not member_ids:
        return [], []
    people, standings = members.load_many(member_ids), distributors.load_many(member_ids)
    seen = [
        one
        for one in member_ids
        if one in people and people[one].is_active and one in standings and standings[one].is_active
    ]
    figures = standing.load_metrics((one, month) for one in seen)
    return (
        [Line(one, figures[one, month].own_sales_fen) for one in seen],
        [Line(one, figures[one, month].direct_buyers) for one in seen],
    )
