"""Reads of wallets, journal and statements as values, and their writes for a verb's one commit."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from pynamodb.expressions.condition import Condition

from chalicelib.kernel.clock import business_day, rfc3339
from chalicelib.kernel.dynamo import FenAttribute, Otherwise, Write, check, delete, put, put_new, update
from chalicelib.kernel.ids import shard_of
from chalicelib.kernel.money import Fen, Points
from chalicelib.kernel.paging import Page, page
from chalicelib.wallet.models import (
    EntryRow,
    GrantRow,
    LineRow,
    LotRow,
    PointsLineRow,
    PointsRow,
    TotalsRow,
    WalletRow,
)
from chalicelib.wallet.move_points import (
    TELL_DAYS,
    GrantMoved,
    GrantStatus,
    GrantUnknown,
    Lot,
    PointsGrant,
    PointsLine,
    PointsMoved,
    PointsWallet,
)
from chalicelib.wallet.rules import (
    ALL,
    MONTH,
    Entry,
    EntryUnknown,
    Line,
    Totals,
    Wallet,
    WalletMoved,
    balanced,
    balanced_points,
    fold,
    month_bounds,
    scopes_of,
)

NO_POINTS = Points(0)
DAY_SHARDS = 8
DUE_SHARDS = 8


def find(member_id: str) -> Wallet:
    """The member's balances, read consistently; zeros when there never were any."""
    row = WalletRow.find(member_id)
    if row is None:
        return Wallet(member_id)
    return Wallet(member_id, Fen(row.available_fen or 0), Fen(row.frozen_fen or 0), Fen(row.debt_fen or 0))


def move(
    member_id: str,
    *,
    available_fen: int = 0,
    frozen_fen: int = 0,
    debt_fen: int = 0,
    otherwise: Otherwise | None = None,
) -> Write:
    """Change the balances by these amounts, or let the commit fail with ``otherwise`` (``WalletMoved``).

    The conditions make it impossible that a balance goes below zero, and that money is available
    while a debt stands (invariant 13): available may only grow when the debt ends at zero, and debt
    may only grow when available does. So a decision made on a stale wallet fails.
    """
    assert available_fen or frozen_fen or debt_fen, "a move that moves nothing"
    row = WalletRow
    conditions: list[Condition] = []
    if available_fen > 0:
        conditions.append(_is(row.debt_fen, -debt_fen))
    elif debt_fen < 0:
        conditions.append(row.debt_fen >= -debt_fen)
    if debt_fen > 0:
        conditions.append(_is(row.available_fen, -available_fen))
    elif available_fen < 0:
        conditions.append(row.available_fen >= -available_fen)
    if frozen_fen < 0:
        conditions.append(row.frozen_fen >= -frozen_fen)
    changes = [
        attribute.set((attribute | 0) + amount)
        for attribute, amount in (
            (row.available_fen, available_fen),
            (row.frozen_fen, frozen_fen),
            (row.debt_fen, debt_fen),
        )
        if amount
    ]
    return update(row, (member_id,), changes, _all(conditions), otherwise=otherwise or WalletMoved)


def unchanged_debt(wallet: Wallet, otherwise: Otherwise | None = None) -> Write:
    """Let the commit fail unless the debt is as it was read; for commits that do not move this wallet."""
    condition = _is(WalletRow.debt_fen, wallet.debt_fen)
    return check(WalletRow, (wallet.member_id,), condition, otherwise=otherwise or WalletMoved)


def still_empty(member_id: str) -> Write:
    """Let the commit fail with ``WalletMoved`` unless the wallet holds nothing and owes nothing."""
    row = WalletRow
    empty = _is(row.available_fen, 0) & _is(row.frozen_fen, 0) & _is(row.debt_fen, 0)
    return check(row, (member_id,), empty, otherwise=WalletMoved)


def entry(
    entry_id: str,
    at: datetime,
    postings: Sequence[tuple[str, int]],
    refs: dict[str, str],
    *,
    points: Sequence[tuple[str, int]] = (),
) -> Write:
    """Put an entry into the journal, once; ``ConditionFailed`` when its id is there already.

    The id is the name of the event, and begins with its kind: ``PAID:{order}``, ``MATURE:…`` (design §2).
    Postings on one account are added up and zeros left out. Asserts that the rest sums to zero over
    at least two accounts in each asset it touches, and that it touches one (invariants 2, 19).
    """
    assert postings or points, "an entry of nothing"
    kind = entry_id.partition(":")[0]
    day_shard = f"{business_day(at).isoformat()}#{shard_of(entry_id, DAY_SHARDS)}"
    in_money = balanced(postings) if postings else ()
    in_points = balanced_points(points) if points else ()
    return put_new(
        EntryRow.of_value(Entry(entry_id, kind, at, in_money, refs, in_points), day_shard=day_shard)
    )


def load_entry(entry_id: str) -> Entry:
    """One entry. Raises ``EntryUnknown``."""
    row = EntryRow.find(entry_id)
    if row is None:
        raise EntryUnknown()
    return row.as_value(Entry)


def entries_of_day(day: date) -> Iterator[Entry]:
    """Every entry whose ``at`` falls on this business day, shard after shard; for the audit, no scan."""
    for shard in range(DAY_SHARDS):
        for row in EntryRow.by_day.query(f"{day.isoformat()}#{shard}"):
            yield row.as_value(Entry)


def entries_of_shard(day: date, shard: int, *, limit: int, cursor: str | None) -> Page[Entry]:
    """A page of one of the ``DAY_SHARDS`` shards of a business day."""
    found = page(EntryRow.by_day, f"{day.isoformat()}#{shard}", limit=limit, cursor=cursor)
    return found.map(lambda row: row.as_value(Entry))


def entry_of_image(image: dict[str, Any]) -> Entry:
    """The entry that a stream record of ``journal`` holds."""
    return EntryRow.of_image(image).as_value(Entry)


def totals(member_id: str, scope: str = ALL) -> Totals:
    """A member's folded lines; zeros when there are none."""
    row = TotalsRow.find(member_id, scope)
    return row.as_value(Totals) if row else Totals(member_id, scope)


def totals_of(member_ids: Iterable[str]) -> dict[str, Totals]:
    """Many members' lines folded over all time; those without any are left out."""
    keys = [(member_id, ALL) for member_id in dict.fromkeys(member_ids)]
    rows = TotalsRow.batch_get(list(keys)) if keys else ()
    return {row.member_id: row.as_value(Totals) for row in rows}


def totals_between(member_id: str, first: str, last: str) -> list[Totals]:
    """What is folded under the scopes from ``first`` to ``last``, both included and of one kind."""
    assert first[:2] == last[:2], (first, last)
    return [row.as_value(Totals) for row in TotalsRow.query(member_id, TotalsRow.scope.between(first, last))]


def months(member_id: str, *, limit: int, cursor: str | None) -> Page[Totals]:
    """The totals of each month in which anything moved, newest first."""
    within = TotalsRow.scope.startswith(MONTH)
    found = page(TotalsRow, member_id, range_condition=within, limit=limit, cursor=cursor)
    return found.map(lambda row: row.as_value(Totals))


def lines(
    member_id: str, *, month: str | None = None, limit: int = 20, cursor: str | None = None
) -> Page[Line]:
    """The member's statement, newest first, of one month in China when given. Raises ``Invalid``."""
    within = None
    if month:
        start, end = month_bounds(month)
        within = LineRow.key.between(rfc3339(start), rfc3339(end))
    found = page(LineRow, member_id, range_condition=within, limit=limit, cursor=cursor)
    return found.map(lambda row: row.as_value(Line))


def all_lines(member_id: str) -> Iterator[Line]:
    """Every line of one member, oldest first, read consistently; for rebuilding."""
    for row in LineRow.query(member_id, consistent_read=True):
        yield row.as_value(Line)


def count_line(line: Line) -> list[Write]:
    """Put the line once and add it to the totals; the commit fails with ``LineCounted`` on a replay."""
    row = LineRow.of_value(line, key=line.key)
    return [
        put_new(row, LineCounted),
        *(_add(fold(line.member_id, scope, [line])) for scope in scopes_of(line)),
    ]


class LineCounted(Exception):
    """This entry is in this member's totals already (docs/decisions/0003)."""


def put_totals(rebuilt: Totals, seen: Totals) -> Write:
    """Write rebuilt totals over those ``seen``; ``WalletMoved`` when a line was counted meanwhile."""
    return put(TotalsRow.of_value(rebuilt), _as_seen(seen), WalletMoved)


def put_scope(rebuilt: Totals) -> Write:
    """Write the rebuilt totals of a day or a month; to be committed with ``totals_unchanged``."""
    return put(TotalsRow.of_value(rebuilt))


def totals_unchanged(seen: Totals) -> Write:
    """Let the commit fail with ``WalletMoved`` when a line was counted since ``seen`` was read."""
    return check(TotalsRow, (seen.member_id, seen.scope), _as_seen(seen), otherwise=WalletMoved)


def find_points(member_id: str) -> PointsWallet:
    """The member's points, read consistently; zeros when there never were any."""
    row = PointsRow.find(member_id)
    return row.as_value(PointsWallet) if row else PointsWallet(member_id)


def replace_points(before: PointsWallet, after: PointsWallet) -> Write:
    """Write ``after`` over the points read as ``before``; ``PointsMoved`` when they moved meanwhile."""
    assert before.member_id == after.member_id and before.version == after.version
    row = PointsRow.of_value(replace(after, version=before.version + 1))
    unchanged = (
        PointsRow.version == before.version if before.version else PointsRow.member_id.does_not_exist()
    )
    return put(row, unchanged, PointsMoved)


def put_lot(lot: Lot) -> Write:
    """Put a lot, once."""
    return put_new(_lot_row(lot), PointsMoved)


def told_lot(lot: Lot) -> Write:
    """The member was told; look again when it runs out. ``PointsMoved`` when it has gone meanwhile."""
    return put(_lot_row(replace(lot, is_told=True)), LotRow.key.exists(), PointsMoved)


def take_lot(lot: Lot) -> Write:
    """The lot has run out; ``PointsMoved`` when it was taken away already."""
    return delete(LotRow, (lot.member_id, lot.key), LotRow.key.exists(), otherwise=PointsMoved)


def lots(member_id: str, *, until: datetime | None = None) -> list[Lot]:
    """The member's open lots, the first to run out first; with ``until``, those that run out by then."""
    within = LotRow.key <= f"{rfc3339(until)}$" if until else None
    return [row.as_value(Lot) for row in LotRow.query(member_id, within, consistent_read=True)]


def due_lots(at: datetime, limit: int) -> Iterator[Lot]:
    """Lots to tell of or to take away by ``at``, at most ``limit`` of each shard.

    A member's lots are in one shard, the first to run out first.
    """
    for shard in range(DUE_SHARDS):
        for row in LotRow.by_due.query(str(shard), LotRow.due_at <= at, limit=limit):
            yield row.as_value(Lot)


def points_lines(member_id: str, *, limit: int, cursor: str | None) -> Page[PointsLine]:
    """The member's statement of points, newest first."""
    return page(PointsLineRow, member_id, limit=limit, cursor=cursor).map(
        lambda row: row.as_value(PointsLine)
    )


def count_points_line(line: PointsLine) -> Write:
    """Put the line once; the commit fails with ``LineCounted`` on a replay."""
    return put_new(PointsLineRow.of_value(line, key=line.key), LineCounted)


def find_grant(grant_id: str) -> PointsGrant | None:
    """The grant as it stands, or ``None``."""
    row = GrantRow.find(grant_id)
    return row.as_value(PointsGrant) if row else None


def load_grant(grant_id: str) -> PointsGrant:
    """The grant as it stands. Raises ``GrantUnknown``."""
    found = find_grant(grant_id)
    if found is None:
        raise GrantUnknown()
    return found


def grants(status: GrantStatus, *, limit: int, cursor: str | None) -> Page[PointsGrant]:
    """Grants of this state, last asked first."""
    found = page(GrantRow.by_state, status, limit=limit, cursor=cursor)
    return found.map(lambda row: row.as_value(PointsGrant))


def put_grant(grant: PointsGrant, otherwise: Otherwise) -> Write:
    """Put a fresh grant; ``otherwise`` is raised when its id is taken."""
    return put_new(GrantRow.of_value(grant), otherwise)


def decide_grant(before: PointsGrant, after: PointsGrant) -> Write:
    """Write the decision over a grant that waits; ``GrantMoved`` when somebody decided meanwhile."""
    row = GrantRow.of_value(replace(after, version=before.version + 1))
    return put(row, (GrantRow.version == before.version) & (GrantRow.status == "WAITING"), GrantMoved)


def _lot_row(lot: Lot) -> LotRow:
    due_at = lot.expires_at if lot.is_told else lot.expires_at - timedelta(days=TELL_DAYS)
    return LotRow.of_value(
        lot, key=lot.key, due_shard=str(shard_of(lot.member_id, DUE_SHARDS)), due_at=due_at
    )


def _as_seen(seen: Totals) -> Condition:
    return TotalsRow.lines == seen.lines if seen.lines else TotalsRow.member_id.does_not_exist()


def _add(change: Totals) -> Write:
    row = TotalsRow
    pairs: tuple[tuple[Any, int], ...] = (
        (row.lines, change.lines),
        (row.pending_fen, change.pending_fen),
        (row.available_fen, change.available_fen),
        (row.frozen_fen, change.frozen_fen),
        (row.debt_fen, change.debt_fen),
        (row.earned_fen, change.earned_fen),
        (row.withdrawn_fen, change.withdrawn_fen),
        (row.spent_fen, change.spent_fen),
    )
    seldom = ((row.taken_fen, change.taken_fen), (row.matured_fen, change.matured_fen))
    pairs += tuple(pair for pair in seldom if pair[1])
    actions = [attribute.set((attribute | 0) + amount) for attribute, amount in pairs]
    return update(row, (change.member_id, change.scope), actions)


def _is(attribute: FenAttribute, amount_fen: int) -> Condition:
    """Equal to, where an absent attribute is zero."""
    equal: Condition = attribute == amount_fen
    return attribute.does_not_exist() | equal if amount_fen == 0 else equal


def _all(conditions: list[Condition]) -> Condition | None:
    joined: Condition | None = None
    for condition in conditions:
        joined = condition if joined is None else joined & condition
    return joined
