"""Staff give a region to a distributor, pass it on, or take it back (R13, C2)."""

from datetime import datetime

from chalicelib.distributors import store as distributors
from chalicelib.kernel.clock import now
from chalicelib.kernel.dynamo import commit
from chalicelib.standing import store
from chalicelib.standing.territory import (
    RegionLevel,
    Territory,
    TerritoryChange,
    TerritoryStep,
    TerritoryTaken,
    TerritoryUnknown,
)


def hold_territory(
    region: str, level: RegionLevel, member_id: str, *, by: str, reason: str, passed_on: bool = False
) -> Territory:
    """Make this approved distributor the one holder of the region.

    With ``passed_on`` it takes the place of the present holder. Raises ``TerritoryTaken``,
    ``TerritoryUnknown`` when there is nobody to take over from, ``TerritoryMoved`` or
    ``NotDistributor``. Orders placed before keep the holder they were frozen with.
    """
    before, at = store.find_territory(region), now()
    if before is not None and (not passed_on or before.member_id == member_id):
        raise TerritoryTaken()
    if before is None and passed_on:
        raise TerritoryUnknown()
    after = Territory(region, level, member_id, at, by)
    step: TerritoryStep = "PASSED_ON" if before else "GRANTED"
    line = _line(before, after, step, at=at, by=by, reason=reason)
    commit(
        store.put_territory(before, after),
        store.add_territory_change(line),
        distributors.is_active(member_id),
    )
    return after


def release_territory(region: str, *, by: str, reason: str) -> None:
    """Take the region back; it has no holder then. Raises ``TerritoryUnknown`` or ``TerritoryMoved``."""
    before, at = store.find_territory(region), now()
    if before is None:
        raise TerritoryUnknown()
    line = _line(before, None, "RELEASED", at=at, by=by, reason=reason)
    commit(store.remove_territory(before), store.add_territory_change(line))


def _line(
    before: Territory | None,
    after: Territory | None,
    step: TerritoryStep,
    *,
    at: datetime,
    by: str,
    reason: str,
) -> TerritoryChange:
    held = after or before
    assert held is not None
    return TerritoryChange(
        region=held.region,
        change_id=store.new_change_id(),
        at=at,
        step=step,
        member_id=after.member_id if after else None,
        member_before=before.member_id if before else None,
        by=by,
        reason=reason,
    )
