"""Members' doors: my figures, my way up, my violations, my territories (D2, D3, R13)."""

from typing import Any

from chalicelib.distributors.enter import distributor as approved
from chalicelib.kernel.auth import member
from chalicelib.kernel.clock import business_day
from chalicelib.kernel.http import Ask, Doors
from chalicelib.kernel.paging import BadCursor
from chalicelib.standing import store
from chalicelib.standing.appeal import appeal
from chalicelib.standing.schemas import (
    AppealIn,
    FactOut,
    FactsAsked,
    FactsOut,
    FiguresAsked,
    FiguresListOut,
    OwnTerritoriesOut,
    OwnTerritoryOut,
    OwnViolationOut,
    OwnViolationsOut,
    ProgressOut,
)
from chalicelib.standing.show_figures import show_figures
from chalicelib.standing.show_progress import show_progress
from chalicelib.standing.show_violation import show_violation
from chalicelib.standing.violation import CannotAppeal, ViolationMoved, ViolationUnknown

distributor = Doors("/distributor")
shop = Doors("/shop")


@distributor.get("/figures", who=approved, query=FiguresAsked, returns=FiguresListOut)
def read_figures(ask: Ask[Any]) -> FiguresListOut:
    """My sales: all time and the running month, quarter and year, or one period."""
    return show_figures(ask.who.id, ask.query.scope)


@distributor.get("/figures/facts", who=approved, query=FactsAsked, returns=FactsOut, errors=(BadCursor,))
def list_facts(ask: Ask[Any]) -> FactsOut:
    """The payments and refunds that a month's figures are the sum of."""
    found = store.facts(ask.who.id, ask.query.month, limit=ask.query.limit, cursor=ask.query.next)
    return FactsOut(items=[FactOut.model_validate(one) for one in found.items], next=found.next)


@distributor.get("/progress", who=approved, returns=ProgressOut)
def read_progress(ask: Ask[Any]) -> ProgressOut:
    """What is missing to rise, and to stay."""
    return show_progress(ask.who.id)


@distributor.get("/territories", who=approved, returns=OwnTerritoriesOut)
def list_territories(ask: Ask[Any]) -> OwnTerritoriesOut:
    """The regions I hold."""
    held = store.territories_of(ask.who.id)
    items = [
        OwnTerritoryOut(region=one.region, level=one.level, since=business_day(one.since)) for one in held
    ]
    return OwnTerritoriesOut(items=items)


@shop.get("/distributor/violations", who=member, returns=OwnViolationsOut)
def list_violations(ask: Ask[Any]) -> OwnViolationsOut:
    """What the shop holds against me, last first; also for one who may not promote now."""
    return OwnViolationsOut(items=[show_violation(one) for one in store.violations_of(ask.who.id)])


@shop.post(
    "/distributor/violations/{violation_id}/appeal",
    who=member,
    body=AppealIn,
    returns=OwnViolationOut,
    errors=(ViolationUnknown, ViolationMoved, CannotAppeal),
)
def hand_in_appeal(ask: Ask[AppealIn]) -> OwnViolationOut:
    """Say what I think of it, once; staff decide."""
    return show_violation(appeal(ask.who.id, ask.path["violation_id"], ask.body.text))
