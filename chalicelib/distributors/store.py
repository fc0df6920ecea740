"""Reads and writes of distributors, their history and their levels."""

import time
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any

from chalicelib.distributors.application import KEPT_IN_ALL, Kept, KeptSum, Purchase, PurchaseMoved
from chalicelib.distributors.models import ChangeRow, DistributorRow, KeptRow, LevelRow, PurchaseRow
from chalicelib.distributors.rules import (
    Change,
    CommissionFrozen,
    Distributor,
    DistributorUnknown,
    Level,
    LevelClosed,
    LevelTaken,
    LevelUnknown,
    NotDistributor,
    Status,
    Step,
    StepNotAllowed,
)
from chalicelib.kernel import ids
from chalicelib.kernel.dynamo import Write, check, put, put_new, update
from chalicelib.kernel.money import Fen
from chalicelib.kernel.paging import Page, page

_SHELF = "levels"
_KEPT_SECONDS = 10
_kept: tuple[float, dict[str, Level]] | None = None


def find(member_id: str) -> Distributor | None:
    """This member's standing, or ``None`` when there never was one."""
    row = DistributorRow.find(member_id)
    return _value(row) if row else None


def load(member_id: str) -> Distributor:
    """This member's standing. Raises ``DistributorUnknown``."""
    found = find(member_id)
    if found is None:
        raise DistributorUnknown()
    return found


def load_many(member_ids: Iterable[str]) -> dict[str, Distributor]:
    """The standings of these members, at most 100 a read; members without one are left out."""
    rows = DistributorRow.batch_get(list(dict.fromkeys(member_ids)), consistent_read=True)
    return {row.member_id: _value(row) for row in rows}


def of_status(
    status: Status, *, limit: int, cursor: str | None, newest_first: bool = True
) -> Page[Distributor]:
    """Distributors of one status, last changed first; or the other way, so that a walk misses none that
    changes meanwhile."""
    found = page(DistributorRow.by_status, status, limit=limit, cursor=cursor, newest_first=newest_first)
    return found.map(_value)


def commission_flows(member_id: str) -> Write:
    """Let the commit fail with ``CommissionFrozen`` while a violation keeps this one's commission (D3)."""
    is_free = DistributorRow.frozen_by.does_not_exist()
    return check(DistributorRow, (member_id,), is_free, otherwise=CommissionFrozen)


def is_active(member_id: str) -> Write:
    """Let the commit fail with ``NotDistributor`` unless this one may promote."""
    is_approved = DistributorRow.status == "APPROVED"
    return check(DistributorRow, (member_id,), is_approved, otherwise=NotDistributor)


def history(member_id: str, *, limit: int = 50, cursor: str | None = None) -> Page[Change]:
    """What happened to this member's standing, last first."""
    return page(ChangeRow, member_id, limit=limit, cursor=cursor).map(lambda row: row.as_value(Change))


def change_of_image(image: dict[str, Any]) -> Change:
    """The history line that a stream record of ``distributor-changes`` holds."""
    return ChangeRow.of_image(image).as_value(Change)


def change(
    before: Distributor | None,
    after: Distributor,
    step: Step,
    *,
    by: str,
    at: datetime,
    reason: str | None = None,
) -> list[Write]:
    """Write the standing over the one read as ``before``, with its line of history.

    The commit raises ``StepNotAllowed`` when somebody else changed it meanwhile.
    """
    line = Change(
        after.member_id,
        ids.new_id("DC"),
        at,
        step,
        after.status,
        after.level_id,
        by,
        status_before=before.status if before else None,
        level_before=before.level_id if before else None,
        reason=reason,
    )
    row = DistributorRow.of_value(after, changed_at=at)
    row.frozen_by = set(after.frozen_by) or None
    unchanged = (
        DistributorRow.member_id.does_not_exist()
        if before is None
        else DistributorRow.version == before.version
    )
    return [put(row, unchanged, StepNotAllowed), put_new(ChangeRow.of_value(line))]


def kept(member_id: str, product_ids: Iterable[str]) -> Kept:
    """What this member bought and kept in all, and which of these products; one batch of keys."""
    keys = [(member_id, one) for one in (KEPT_IN_ALL, *dict.fromkeys(product_ids))]
    rows = {row.product_id: row for row in KeptRow.batch_get(keys, consistent_read=True)}
    spent_fen = Fen(rows[KEPT_IN_ALL].kept_fen) if KEPT_IN_ALL in rows else Fen(0)
    return Kept(
        spent_fen, frozenset(name for name, row in rows.items() if name != KEPT_IN_ALL and row.units > 0)
    )


def member_of_kept_image(image: dict[str, Any]) -> str:
    """Whose sums a stream record of ``kept-goods`` tells of."""
    return str(KeptRow.of_image(image).member_id)


def find_purchase(member_id: str, order_id: str) -> Purchase | None:
    """What is known of this order, or ``None`` before its end."""
    row = PurchaseRow.find(member_id, order_id)
    return row.as_value(Purchase) if row else None


def keep_purchase(before: Purchase | None, after: Purchase) -> list[Write]:
    """The purchase over the one that was read, and what it changes in the sums.

    An order has at most fifty lines, so these are at most 52. The commit raises ``PurchaseMoved`` when
    another run was quicker.
    """
    row = PurchaseRow
    unchanged = row.version == before.version if before else row.member_id.does_not_exist()
    writes = [put(PurchaseRow.of_value(after), unchanged, PurchaseMoved)]
    had = before or replace(after, kept_fen=Fen(0), units={})
    writes.append(_grow(after.member_id, KEPT_IN_ALL, after.kept_fen - had.kept_fen, 0))
    for product_id in sorted(after.units.keys() | had.units.keys()):
        units = after.units.get(product_id, 0) - had.units.get(product_id, 0)
        if units:
            writes.append(_grow(after.member_id, product_id, 0, units))
    return writes


def purchases(member_id: str) -> list[Purchase]:
    """Every purchase of one member, read consistently; for a rebuild."""
    return [row.as_value(Purchase) for row in PurchaseRow.query(member_id, consistent_read=True)]


def kept_sums(member_id: str) -> dict[str, KeptSum]:
    """One member's sums by product, the one of all under ``KEPT_IN_ALL``; for a rebuild."""
    return {row.product_id: row.as_value(KeptSum) for row in KeptRow.query(member_id, consistent_read=True)}


def put_kept_sum(one: KeptSum) -> Write:
    """The sum anew, whatever stood there; only for a rebuild that checks ``kept_unchanged``."""
    return put(KeptRow.of_value(one))


def replace_kept_total(one: KeptSum, seen: KeptSum | None) -> Write:
    """The sum over all products over the one that was read, else ``PurchaseMoved``."""
    is_as_seen = KeptRow.changes == seen.changes if seen else KeptRow.member_id.does_not_exist()
    return put(KeptRow.of_value(one), is_as_seen, PurchaseMoved)


def kept_unchanged(member_id: str, seen: KeptSum | None) -> Write:
    """Let the commit fail with ``PurchaseMoved`` when a purchase came since ``seen`` of all was read."""
    is_as_seen = KeptRow.changes == seen.changes if seen else KeptRow.member_id.does_not_exist()
    return check(KeptRow, (member_id, KEPT_IN_ALL), is_as_seen, otherwise=PurchaseMoved)


def _grow(member_id: str, product_id: str, fen: int, units: int) -> Write:
    more = {"kept_fen": fen, "units": units, "changes": 1}
    actions = [
        (attribute := getattr(KeptRow, name)).set((attribute | 0) + amount) for name, amount in more.items()
    ]
    return update(KeptRow, (member_id, product_id), actions)


def drop_message(member_id: str) -> list[Write]:
    """Drop the words of the application. The commit raises ``StepNotAllowed`` in a lost race."""
    before = find(member_id)
    if before is None or before.message is None:
        return []
    row = DistributorRow
    actions = [row.message.remove(), row.version.set(before.version + 1)]
    return [update(row, (member_id,), actions, row.version == before.version, otherwise=StepNotAllowed)]


def levels() -> dict[str, Level]:
    """Every level by id, lowest rank first; at most ten seconds old."""
    global _kept
    if _kept is None or _kept[0] < time.monotonic():
        rows = LevelRow.query(_SHELF, consistent_read=True)
        ordered = sorted(
            (row.as_value(Level) for row in rows), key=lambda level: (level.rank, level.level_id)
        )
        _kept = (time.monotonic() + _KEPT_SECONDS, {level.level_id: level for level in ordered})
    return _kept[1]


def forget_levels() -> None:
    """Read the levels afresh from now on."""
    global _kept
    _kept = None


def load_level(level_id: str) -> Level:
    """One level as it stands now. Raises ``LevelUnknown``."""
    row = LevelRow.find(_SHELF, level_id)
    if row is None:
        raise LevelUnknown()
    return row.as_value(Level)


def level_is_open(level_id: str) -> Write:
    """Let the commit fail with ``LevelClosed`` unless the level is there and open."""
    return check(LevelRow, (_SHELF, level_id), LevelRow.is_open == True, otherwise=LevelClosed)  # noqa: E712


def add_level(level: Level) -> Write:
    """Put a new level; the commit raises ``LevelTaken`` when the id is in use."""
    return put_new(LevelRow.of_value(level, shelf=_SHELF), LevelTaken)


def replace_level(level: Level) -> Write:
    """Put the level over the one of its id; the commit raises ``LevelUnknown`` when there is none."""
    return put(LevelRow.of_value(level, shelf=_SHELF), LevelRow.level_id.exists(), LevelUnknown)


def _value(row: DistributorRow) -> Distributor:
    return row.as_value(
        Distributor, frozen_by=frozenset(row.frozen_by or ()), is_level_held=bool(row.is_level_held)
    )
