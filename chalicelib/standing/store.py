"""Reads and writes of figures and the facts under them. Write-makers commit nothing."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from chalicelib.kernel import ids
from chalicelib.kernel.dynamo import Write, check, delete, put, put_new, update
from chalicelib.kernel.ids import shard_of
from chalicelib.kernel.paging import Page, page
from chalicelib.standing.models import (
    BuyerRow,
    FactRow,
    MetricsRow,
    SweepRow,
    TerritoryChangeRow,
    TerritoryRow,
    ViolationRow,
)
from chalicelib.standing.rules import (
    ALL,
    Buyer,
    Fact,
    Metrics,
    StandingMoved,
    Sweep,
    scopes_of,
    shares_of,
    with_order,
)
from chalicelib.standing.territory import (
    RegionLevel,
    Territory,
    TerritoryChange,
    TerritoryMoved,
    TerritoryTaken,
    regions_of,
)
from chalicelib.standing.violation import Violation, ViolationMoved, ViolationState, ViolationUnknown

SCOPE_SHARDS = 8


class FactCounted(Exception):
    """The event was counted for this member before."""


class SweepMoved(Exception):
    """Another run of the same walk was quicker."""


# -- figures ------------------------------------------------------------------------------------


def metrics(member_id: str, scope: str = ALL) -> Metrics:
    """One member's figures of one period, zeros when nothing happened."""
    row = MetricsRow.find(member_id, scope)
    return row.as_value(Metrics) if row else Metrics(member_id, scope)


def load_metrics(keys: Iterable[tuple[str, str]]) -> dict[tuple[str, str], Metrics]:
    """Figures of many members and scopes, read in batches of a hundred; zeros where there are none."""
    wanted = list(dict.fromkeys(keys))
    rows = MetricsRow.batch_get(list(wanted), consistent_read=True) if wanted else ()
    found = {(row.member_id, row.scope): row.as_value(Metrics) for row in rows}
    return {key: found.get(key, Metrics(*key)) for key in wanted}


def all_metrics(member_id: str) -> list[Metrics]:
    """Every period of one member, read consistently."""
    return [row.as_value(Metrics) for row in MetricsRow.query(member_id, consistent_read=True)]


def members_with_figures(scope: str, shard: int, *, limit: int, after: str | None = None) -> Page[str]:
    """Members who have figures in a period, those of one shard by id; ``after`` is the last one seen."""
    found = MetricsRow.by_scope.query(
        f"{scope}#{shard}",
        MetricsRow.member_id > after if after else None,
        limit=limit,
    )
    members = [row.member_id for row in found]
    return Page(members, members[-1] if len(members) == limit else None)


def facts(member_id: str, scope: str, *, limit: int = 20, cursor: str | None = None) -> Page[Fact]:
    """The facts of one member's month (``M2026-11``) or of all time, newest month first."""
    months = None if scope == ALL else FactRow.key.startswith(f"{scope}#")
    found = page(FactRow, member_id, range_condition=months, limit=limit, cursor=cursor)
    return found.map(lambda row: row.as_value(Fact))


def all_facts(member_id: str) -> list[Fact]:
    """Every fact of one member, read consistently."""
    return [row.as_value(Fact) for row in FactRow.query(member_id, consistent_read=True)]


def buyer(member_id: str, buyer_id: str) -> Buyer:
    """What is known of a direct downline's orders."""
    row = BuyerRow.find(member_id, buyer_id)
    return row.as_value(Buyer) if row else Buyer(member_id, buyer_id)


def all_buyers(member_id: str) -> list[Buyer]:
    """Every direct downline of whom orders are known, read consistently."""
    return [row.as_value(Buyer) for row in BuyerRow.query(member_id, consistent_read=True)]


def metrics_of_image(image: dict[str, Any]) -> Metrics:
    """The figures that a stream record of ``metrics`` holds."""
    return MetricsRow.of_image(image).as_value(Metrics)


def count(fact: Fact, before: Buyer | None) -> list[Write]:
    """Put the fact and add it to the figures of its periods.

    ``before`` is the buyer as just read, for a fact of a direct downline that changes its orders. The
    commit raises ``FactCounted`` when the event was counted already, ``StandingMoved`` when the buyer
    changed meanwhile.
    """
    writes = [put_new(FactRow.of_value(fact), FactCounted)]
    buyers: Mapping[str, int] = {}
    if before is not None:
        after = with_order(before, fact)
        buyers = {
            scope: (scope in after.scopes) - (scope in before.scopes) for scope in scopes_of(fact.month)
        }
        is_as_seen = (
            BuyerRow.version == before.version if before.version else BuyerRow.member_id.does_not_exist()
        )
        writes.append(put(BuyerRow.of_value(after), is_as_seen, StandingMoved))
    return [*writes, *(_grow(fact, scope, buyers.get(scope, 0)) for scope in scopes_of(fact.month))]


def unchanged(seen: Metrics) -> Write:
    """Let the commit fail with ``StandingMoved`` when a fact was counted since ``seen`` (scope ALL)."""
    is_as_seen = MetricsRow.facts == seen.facts if seen.facts else MetricsRow.member_id.does_not_exist()
    return check(MetricsRow, (seen.member_id, ALL), is_as_seen, otherwise=StandingMoved)


def put_metrics(figures: Metrics) -> Write:
    """The figures anew, whatever stood there; only for a rebuild that checks ``unchanged``."""
    return put(_metrics_row(figures))


def replace_totals(figures: Metrics, seen: Metrics) -> Write:
    """The figures of all time over those that were read, else ``StandingMoved``."""
    is_as_seen = MetricsRow.facts == seen.facts if seen.facts else MetricsRow.member_id.does_not_exist()
    return put(_metrics_row(figures), is_as_seen, StandingMoved)


def put_buyer(found: Buyer) -> Write:
    """The buyer anew; only for a rebuild that checks ``unchanged``."""
    return put(BuyerRow.of_value(found))


# -- violations ---------------------------------------------------------------------------------


def find_violation(member_id: str, violation_id: str) -> Violation | None:
    """One violation of this member, if there is such."""
    row = ViolationRow.find(member_id, violation_id)
    return row.as_value(Violation) if row else None


def load_violation(member_id: str, violation_id: str) -> Violation:
    """One violation of this member. Raises ``ViolationUnknown``."""
    found = find_violation(member_id, violation_id)
    if found is None:
        raise ViolationUnknown()
    return found


def violations_of(member_id: str) -> list[Violation]:
    """Every violation of one member, read consistently."""
    rows = [row.as_value(Violation) for row in ViolationRow.query(member_id, consistent_read=True)]
    return sorted(rows, key=lambda one: one.recorded_at, reverse=True)


def violations_in(state: ViolationState, *, limit: int, cursor: str | None) -> Page[Violation]:
    """Violations of one state, last recorded first."""
    found = page(ViolationRow.by_state, state, limit=limit, cursor=cursor)
    return found.map(lambda row: row.as_value(Violation))


def violation_of_image(image: dict[str, Any]) -> Violation:
    """The violation that a stream record holds."""
    return ViolationRow.of_image(image).as_value(Violation)


def add_violation(one: Violation) -> Write:
    """Put a new violation; ``ViolationMoved`` when its id was taken this moment."""
    return put_new(ViolationRow.of_value(one), ViolationMoved)


def replace_violation(before: Violation, after: Violation) -> Write:
    """The violation over the one that was read, else ``ViolationMoved``."""
    return put(ViolationRow.of_value(after), ViolationRow.version == before.version, ViolationMoved)


# -- territories --------------------------------------------------------------------------------


def holders(province: str, city: str, county: str) -> list[Territory]:
    """Who holds the regions that an address lies in, narrowest first; one batch of at most three keys."""
    keys = regions_of(province, city, county)
    rows = TerritoryRow.batch_get(list(keys), consistent_read=True) if keys else ()
    found = {row.region: row.as_value(Territory) for row in rows}
    return [found[key] for key in keys if key in found]


def find_territory(region: str) -> Territory | None:
    """Who holds this region."""
    row = TerritoryRow.find(region)
    return row.as_value(Territory) if row else None


def territories(level: RegionLevel, *, limit: int, cursor: str | None) -> Page[Territory]:
    """Held regions of one level, by name."""
    found = page(TerritoryRow.by_level, level, limit=limit, cursor=cursor, newest_first=False)
    return found.map(lambda row: row.as_value(Territory))


def territories_of(member_id: str) -> list[Territory]:
    """The regions of one holder, at most a hundred."""
    return [row.as_value(Territory) for row in TerritoryRow.by_holder.query(member_id, limit=100)]


def territory_history(region: str, *, limit: int, cursor: str | None) -> Page[TerritoryChange]:
    """Who held a region, last change first."""
    found = page(TerritoryChangeRow, region, limit=limit, cursor=cursor)
    return found.map(lambda row: row.as_value(TerritoryChange))


def put_territory(before: Territory | None, after: Territory) -> Write:
    """The holder over the one that was read; ``TerritoryTaken`` or ``TerritoryMoved`` otherwise."""
    row = TerritoryRow.of_value(after)
    if before is None:
        return put_new(row, TerritoryTaken)
    return put(row, _is_held_as(before), TerritoryMoved)


def remove_territory(before: Territory) -> Write:
    """Let the region have no holder, if it is still the one that was read."""
    return delete(TerritoryRow, (before.region,), _is_held_as(before), otherwise=TerritoryMoved)


def add_territory_change(line: TerritoryChange) -> Write:
    """One more line of a region's history."""
    return put_new(TerritoryChangeRow.of_value(line))


def _is_held_as(before: Territory) -> Any:
    return (TerritoryRow.member_id == before.member_id) & (TerritoryRow.since == before.since)


def new_change_id() -> str:
    """A fresh id of a history line; sorts by time."""
    return ids.new_id("TC")


# -- long walks ---------------------------------------------------------------------------------


def sweep(name: str, turn: str) -> Sweep:
    """How far this turn of the walk has come."""
    row = SweepRow.find(name, turn)
    return row.as_value(Sweep) if row else Sweep(name, turn)


def put_sweep(before: Sweep, after: Sweep) -> Write:
    """The walk's next place, over the one that was read, else ``SweepMoved``."""
    row = SweepRow.of_value(replace(after, version=before.version + 1))
    is_as_seen = SweepRow.version == before.version if before.version else SweepRow.name.does_not_exist()
    return put(row, is_as_seen, SweepMoved)


def _grow(fact: Fact, scope: str, buyers: int) -> Write:
    row = MetricsRow
    more = {**shares_of(fact), "direct_buyers": buyers}
    actions = [
        (attribute := getattr(row, name)).set((attribute | 0) + amount) for name, amount in more.items()
    ]
    shard = _scope_shard(fact.member_id, scope)
    if shard is not None:
        actions.append(row.scope_shard.set(shard))
    return update(row, (fact.member_id, scope), actions)


def _metrics_row(figures: Metrics) -> MetricsRow:
    row = MetricsRow.of_value(figures)
    row.scope_shard = _scope_shard(figures.member_id, figures.scope)
    return row


def _scope_shard(member_id: str, scope: str) -> str | None:
    return None if scope == ALL else f"{scope}#{shard_of(member_id, SCOPE_SHARDS)}"
