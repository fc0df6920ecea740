"""Reads of wallets, journal and statements as values, and their writes for a verb's one commit."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import Any

from pynamodb.expressions.condition import Condition

from chalicelib.kernel.clock import business_day, rfc3339
from chalicelib.kernel.dynamo import FenAttribute, Otherwise, Write, check, put, put_new, update
from chalicelib.kernel.ids import shard_of
from chalicelib.kernel.money import Fen
from chalicelib.kernel.paging import Page, page
from chalicelib.wallet.models import EntryRow, LineRow, TotalsRow, WalletRow
from chalicelib.wallet.rules import (
    ALL,
    Entry,
    EntryUnknown,
    Line,
    Totals,
    Wallet,
    WalletMoved,
    balanced,
    fold,
    month_bounds,
    scopes_of,
)

DAY_SHARDS = 8


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


def entry(entry_id: str, at: datetime, postings: Sequence[tuple[str, int]], refs: dict[str, str]) -> Write:
    """Put an entry into the journal, once; ``ConditionFailed`` when its id is there already.

    The id is the name of the event, and begins with its kind: ``PAID:{order}``, ``MATURE:…`` (design §2).
    Postings on one account are added up and zeros left out. Asserts that the rest sums to zero over
    at least two accounts (invariant 2).
    """
    kind = entry_id.partition(":")[0]
    day_shard = f"{business_day(at).isoformat()}#{shard_of(entry_id, DAY_SHARDS)}"
    return put_new(
        EntryRow.of_value(Entry(entry_id, kind, at, balanced(postings), refs), day_shard=day_shard)
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


def entry_of_image(image: dict[str, Any]) -> Entry:
    """The entry that a stream record of ``journal`` holds."""
    return EntryRow.of_image(image).as_value(Entry)


def totals(member_id: str, scope: str = ALL) -> Totals:
    """A member's folded lines; zeros when there are none."""
    row = TotalsRow.find(member_id, scope)
    return row.as_value(Totals) if row else Totals(member_id, scope)


def days_of_month(member_id: str, month: str) -> list[Totals]:
    """The totals of each business day of the month (``2026-11``) on which something was earned."""
    rows = TotalsRow.query(member_id, TotalsRow.scope.startswith(f"D#{month}-"))
    return [row.as_value(Totals) for row in rows]


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


def put_day(rebuilt: Totals) -> Write:
    """Write the rebuilt totals of a day; to be committed with ``totals_unchanged``."""
    return put(TotalsRow.of_value(rebuilt))


def totals_unchanged(seen: Totals) -> Write:
    """Let the commit fail with ``WalletMoved`` when a line was counted since ``seen`` was read."""
    return check(TotalsRow, (seen.member_id, seen.scope), _as_seen(seen), otherwise=WalletMoved)


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
    )
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
