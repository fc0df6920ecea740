"""Members' doors: my standing, my application, the levels."""

from typing import Any

from chalicelib.agreements.rules import AgreementMoved, AgreementOpen, AgreementUnknown, AlreadySigned
from chalicelib.distributors import rules, store
from chalicelib.distributors.application import (
    ConditionOpen,
    JoinRules,
    MayNotApply,
    OnlyByInvitation,
    way_text,
)
from chalicelib.distributors.apply import apply
from chalicelib.distributors.rules import Distributor
from chalicelib.distributors.schemas import ApplicationIn, LevelOut, LevelsOut, StandingOut, WayInOut
from chalicelib.kernel import settings
from chalicelib.kernel.auth import member
from chalicelib.kernel.http import Ask, Doors

doors = Doors("/shop")


@doors.get("/distributor", who=member, returns=StandingOut)
def read_standing(ask: Ask[Any]) -> StandingOut:
    """Where I stand as a distributor."""
    return _standing(ask.who.id, store.find(ask.who.id))


@doors.post(
    "/distributor/application",
    who=member,
    body=ApplicationIn,
    returns=StandingOut,
    errors=(
        MayNotApply,
        OnlyByInvitation,
        ConditionOpen,
        rules.StepNotAllowed,
        AgreementUnknown,
        AgreementMoved,
        AgreementOpen,
        AlreadySigned,
    ),
)
def hand_in_application(ask: Ask[ApplicationIn]) -> StandingOut:
    """Apply to become a distributor; asking again changes nothing."""
    given = ask.body
    made = apply(ask.who.id, given.message, agreed=given.agreement_version, device=given.device)
    return _standing(ask.who.id, made)


@doors.get("/distributor/levels", who=member, returns=LevelsOut)
def list_levels(ask: Ask[Any]) -> LevelsOut:
    """The levels a distributor can have."""
    return LevelsOut(
        items=[LevelOut.model_validate(level) for level in store.levels().values() if level.is_open]
    )


def _standing(member_id: str, found: Distributor | None) -> StandingOut:
    level = store.levels().get(found.level_id) if found else None
    may_ask = found is None or found.status in ("REJECTED", "DELETED")
    way = _way(member_id) if may_ask else None
    return StandingOut(
        status=found.status if found else "NONE",
        mode=settings.read(JoinRules).mode,
        can_apply=way is not None and way.is_open,
        says=rules.standing_text(found),
        way=way,
        level=LevelOut.model_validate(level) if found and found.is_active and level else None,
        applied_at=found.applied_at if found else None,
        decided_at=found.decided_at if found else None,
        reason=found.reason if found else None,
    )


def _way(member_id: str) -> WayInOut:
    joining = settings.read(JoinRules)
    kept = store.kept(member_id, joining.product_ids)
    return WayInOut(
        is_open=joining.mode != "ASSIGN" and kept.fulfils(joining),
        at_once=joining.opens_itself,
        spend_fen=joining.spend_fen if joining.mode == "SPEND" else None,
        spent_fen=kept.spent_fen if joining.mode == "SPEND" else None,
        product_ids=joining.product_ids if joining.mode == "PRODUCT" else (),
        says=way_text(joining, kept),
    )
