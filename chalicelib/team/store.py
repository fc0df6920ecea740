"""Reads and writes of contributions. Write-makers commit nothing."""

from collections.abc import Iterable
from typing import Any

from chalicelib.kernel.dynamo import Write, put, update
from chalicelib.kernel.jobs import mark_once
from chalicelib.kernel.paging import Page, page
from chalicelib.team.models import ContributionRow, MarkRow
from chalicelib.team.rules import Contribution, TeamMoved, team_of


def contributions(upline_id: str, downline_ids: Iterable[str]) -> dict[str, Contribution]:
    """What these brought this one, zeros where nothing is known; one batch for each hundred."""
    wanted = list(dict.fromkeys(downline_ids))
    rows = ContributionRow.batch_get([(one, upline_id) for one in wanted]) if wanted else ()
    found = {row.downline_id: row.as_value(Contribution) for row in rows}
    return {one: found.get(one, Contribution(one, upline_id)) for one in wanted}


def best(upline_id: str, level: int, *, limit: int, cursor: str | None) -> Page[Contribution]:
    """One level of a team, whoever brought most first."""
    found = page(ContributionRow.by_earned, team_of(upline_id, level), limit=limit, cursor=cursor)
    return found.map(lambda row: row.as_value(Contribution))


def of_downline(downline_id: str) -> dict[str, Contribution]:
    """Everything one buyer brought, by upline, read consistently."""
    rows = ContributionRow.query(downline_id, consistent_read=True)
    return {row.upline_id: row.as_value(Contribution) for row in rows}


def place(downline_id: str, upline_id: str, level: int | None) -> Write:
    """List the buyer at this level of the upline's team, or nowhere; figures stay."""
    return _update(Contribution(downline_id, upline_id, level), _listed(upline_id, level))


def count(more: Contribution) -> Write:
    """Add to what stands there; the caller's mark in the same commit keeps it to once."""
    return _update(more, [])


def mark_counted(mark: str) -> Write:
    """Remember that an event was counted; ``CountedBefore`` when it was before."""
    return mark_once(MarkRow, mark)


def put_contribution(counted: Contribution, seen: Contribution) -> Write:
    """Write a recounted contribution over exactly the one seen, else ``TeamMoved``."""
    row = ContributionRow
    as_seen: Any = (
        (row.earned_fen == seen.earned_fen) & (row.orders == seen.orders) & (row.sales_fen == seen.sales_fen)
    )
    as_seen = as_seen & (row.level.does_not_exist() if seen.level is None else row.level == seen.level)
    if seen == Contribution(seen.downline_id, seen.upline_id):
        as_seen = as_seen | row.downline_id.does_not_exist()
    return put(row.of_value(counted, team=counted.team), as_seen, TeamMoved)


def _update(more: Contribution, actions: list[Any]) -> Write:
    """Every figure is set, so that a row is whole, and in the index, from its first day."""
    row = ContributionRow
    grown = [
        row.earned_fen.set((row.earned_fen | 0) + more.earned_fen),
        row.orders.set((row.orders | 0) + more.orders),
        row.sales_fen.set((row.sales_fen | 0) + more.sales_fen),
    ]
    return update(row, (more.downline_id, more.upline_id), [*grown, *actions])


def _listed(upline_id: str, level: int | None) -> list[Any]:
    row = ContributionRow
    if level is None:
        return [row.level.remove(), row.team.remove()]
    return [row.level.set(level), row.team.set(team_of(upline_id, level))]
