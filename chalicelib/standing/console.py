"""Staff's doors: figures, who would move, violations, territories (D2, D3, R13, C2)."""

from collections.abc import Sequence
from typing import Any

from chalicelib.distributors import rules as distributors_rules
from chalicelib.distributors import store as distributors
from chalicelib.kernel import ids
from chalicelib.kernel.auth import staff
from chalicelib.kernel.clock import now
from chalicelib.kernel.errors import Invalid, KeyReused
from chalicelib.kernel.http import Ask, Doors
from chalicelib.kernel.paging import BadCursor
from chalicelib.members import store as members
from chalicelib.standing import store
from chalicelib.standing.hold_territory import hold_territory, release_territory
from chalicelib.standing.judge_level import Move
from chalicelib.standing.lift_violation import lift_violation
from chalicelib.standing.preview_levels import preview_levels
from chalicelib.standing.record_violation import record_violation
from chalicelib.standing.schemas import (
    FactOut,
    FactsAsked,
    FactsOut,
    FiguresAsked,
    FiguresListOut,
    GrantTerritoryIn,
    LiftIn,
    MoveOut,
    MovesOut,
    PreviewIn,
    RegionAsked,
    ReleaseTerritoryIn,
    TerritoriesAsked,
    TerritoriesOut,
    TerritoryChangeOut,
    TerritoryChangesOut,
    TerritoryOut,
    ViolationIn,
    ViolationOut,
    ViolationsAsked,
    ViolationsOut,
)
from chalicelib.standing.show_figures import show_figures
from chalicelib.standing.show_violation import shown_facts
from chalicelib.standing.territory import (
    BadRegion,
    Territory,
    TerritoryMoved,
    TerritoryTaken,
    TerritoryUnknown,
    territory,
)
from chalicelib.standing.violation import Violation, ViolationMoved, ViolationUnknown

doors = Doors("/console")
_PERSON = "/distributors/{member_id}"


@doors.get(f"{_PERSON}/figures", who=staff("distributors.read"), query=FiguresAsked, returns=FiguresListOut)
def read_figures(ask: Ask[Any]) -> FiguresListOut:
    """One member's sales: all time and the running periods, or one period."""
    return show_figures(ask.path["member_id"], ask.query.scope)


@doors.get(
    f"{_PERSON}/figures/facts",
    who=staff("distributors.read"),
    query=FactsAsked,
    returns=FactsOut,
    errors=(BadCursor,),
)
def list_facts(ask: Ask[Any]) -> FactsOut:
    """The payments and refunds that a month's figures are the sum of."""
    found = store.facts(ask.path["member_id"], ask.query.month, limit=ask.query.limit, cursor=ask.query.next)
    return FactsOut(items=[FactOut.model_validate(one) for one in found.items], next=found.next)


@doors.post(
    "/levels/preview",
    who=staff("levels.edit"),
    body=PreviewIn,
    returns=MovesOut,
    errors=(Invalid, BadCursor),
)
def preview(ask: Ask[PreviewIn]) -> MovesOut:
    """Who would move if the levels were so; nothing is written."""
    proposed = [one.as_new_level() for one in ask.body.levels]
    for level in proposed:
        try:
            distributors_rules.check_level(level)
        except ValueError as wrong:
            raise Invalid(str(wrong)) from None
    found = preview_levels(proposed, limit=ask.body.limit, cursor=ask.body.next)
    names = {level.level_id: level.name for level in (*distributors.levels().values(), *proposed)}
    return MovesOut(items=_moves(found.items, names), next=found.next)


@doors.get(
    "/violations",
    who=staff("distributors.read"),
    query=ViolationsAsked,
    returns=ViolationsOut,
    errors=(BadCursor,),
)
def list_violations(ask: Ask[Any]) -> ViolationsOut:
    """Violations of one state, last recorded first."""
    found = store.violations_in(ask.query.state, limit=ask.query.limit, cursor=ask.query.next)
    return ViolationsOut(items=_violations(found.items), next=found.next)


@doors.get(f"{_PERSON}/violations", who=staff("distributors.read"), returns=ViolationsOut)
def list_violations_of(ask: Ask[Any]) -> ViolationsOut:
    """Every violation of one distributor, last first."""
    return ViolationsOut(items=_violations(store.violations_of(ask.path["member_id"])), next=None)


@doors.post(
    f"{_PERSON}/violations",
    who=staff("violations.edit"),
    body=ViolationIn,
    returns=ViolationOut,
    status=201,
    takes_key=True,
    errors=(
        distributors_rules.DistributorUnknown,
        distributors_rules.NotPenalisable,
        distributors_rules.StepNotAllowed,
        ViolationMoved,
        KeyReused,
    ),
)
def record(ask: Ask[ViolationIn]) -> ViolationOut:
    """Record a violation; its penalty is in force at once, and the member is told."""
    given, member_id = ask.body, ask.path["member_id"]
    one = Violation(
        member_id=member_id,
        violation_id=ids.derived_id("VI", ask.who.id, member_id, ask.key),
        kind=given.kind,
        penalty=given.penalty,
        told=given.told,
        note=given.note,
        recorded_at=now(),
        recorded_by=ask.who.id,
        order_id=given.order_id,
    )
    return _violations([record_violation(one)])[0]


@doors.post(
    f"{_PERSON}/violations/{{violation_id}}/lift",
    who=staff("violations.edit"),
    body=LiftIn,
    returns=ViolationOut,
    errors=(
        ViolationUnknown,
        ViolationMoved,
        distributors_rules.DistributorUnknown,
        distributors_rules.StepNotAllowed,
    ),
)
def lift(ask: Ask[LiftIn]) -> ViolationOut:
    """End a violation and its penalty."""
    member_id, violation_id = ask.path["member_id"], ask.path["violation_id"]
    given = ask.body
    over = lift_violation(member_id, violation_id, to=given.to, by=ask.who.id, reason=given.reason)
    return _violations([over])[0]


@doors.get(
    "/territories",
    who=staff("distributors.read"),
    query=TerritoriesAsked,
    returns=TerritoriesOut,
    errors=(BadCursor,),
)
def list_territories(ask: Ask[Any]) -> TerritoriesOut:
    """Held provinces, cities or counties, by name."""
    found = store.territories(ask.query.level, limit=ask.query.limit, cursor=ask.query.next)
    return TerritoriesOut(items=_territories(found.items), next=found.next)


@doors.get(
    "/territories/history",
    who=staff("distributors.read"),
    query=RegionAsked,
    returns=TerritoryChangesOut,
    errors=(BadRegion, BadCursor),
)
def read_territory_history(ask: Ask[Any]) -> TerritoryChangesOut:
    """Who held a region, last change first."""
    asked = ask.query
    region, _ = territory(asked.province, asked.city or "", asked.county or "")
    found = store.territory_history(region, limit=asked.limit, cursor=asked.next)
    items = [TerritoryChangeOut.model_validate(one) for one in found.items]
    return TerritoryChangesOut(items=items, next=found.next)


@doors.post(
    "/territories",
    who=staff("territories.edit"),
    body=GrantTerritoryIn,
    returns=TerritoryOut,
    status=201,
    errors=(BadRegion, TerritoryTaken, TerritoryUnknown, TerritoryMoved, distributors_rules.NotDistributor),
)
def grant_territory(ask: Ask[GrantTerritoryIn]) -> TerritoryOut:
    """Give a region to a distributor, or pass it on from its present holder."""
    given = ask.body
    region, level = territory(given.province, given.city or "", given.county or "")
    held = hold_territory(
        region, level, given.member_id, by=ask.who.id, reason=given.reason, passed_on=given.passed_on
    )
    return _territories([held])[0]


@doors.post(
    "/territories/release",
    who=staff("territories.edit"),
    body=ReleaseTerritoryIn,
    returns=None,
    status=204,
    errors=(BadRegion, TerritoryUnknown, TerritoryMoved),
)
def take_territory_back(ask: Ask[ReleaseTerritoryIn]) -> None:
    """Take a region back; it has no holder then."""
    given = ask.body
    region, _ = territory(given.province, given.city or "", given.county or "")
    release_territory(region, by=ask.who.id, reason=given.reason)


def _moves(moves: Sequence[Move], names: dict[str, str]) -> list[MoveOut]:
    people = members.load_many(move.member_id for move in moves)
    return [
        MoveOut(
            member_id=move.member_id,
            nickname=people[move.member_id].nickname if move.member_id in people else "",
            from_level_id=move.from_level_id,
            from_level_name=names.get(move.from_level_id, move.from_level_id),
            to_level_id=move.to.level_id,
            to_level_name=move.to.name,
            step=move.step,
            reason=move.reason,
        )
        for move in moves
    ]


def _violations(found: Sequence[Violation]) -> list[ViolationOut]:
    people = members.load_many(one.member_id for one in found)
    return [
        ViolationOut.model_validate(
            {
                **shown_facts(one),
                "nickname": people[one.member_id].nickname if one.member_id in people else "",
            }
        )
        for one in found
    ]


def _territories(found: Sequence[Territory]) -> list[TerritoryOut]:
    holders = {one.member_id for one in found}
    people, standings = members.load_many(holders), distributors.load_many(holders)
    return [
        TerritoryOut(
            region=one.region,
            level=one.level,
            member_id=one.member_id,
            nickname=people[one.member_id].nickname if one.member_id in people else "",
            is_earning=one.member_id in standings and standings[one.member_id].is_active,
            since=one.since,
        )
        for one in found
    ]
