"""Reads and writes of distributors, their history and their levels."""

import time
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from chalicelib.distributors.models import ChangeRow, DistributorRow, LevelRow
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
from chalicelib.kernel.dynamo import Write, check, put, put_new
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
