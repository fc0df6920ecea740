"""Members' doors: my standing, my application, the levels."""

from typing import Any

from chalicelib.distributors import rules, store
from chalicelib.distributors.apply import apply
from chalicelib.distributors.rules import Distributor, JoinRules
from chalicelib.distributors.schemas import ApplicationIn, LevelOut, LevelsOut, StandingOut
from chalicelib.kernel import settings
from chalicelib.kernel.auth import member
from chalicelib.kernel.http import Ask, Doors

doors = Doors("/shop")


@doors.get("/distributor", who=member, returns=StandingOut)
def read_standing(ask: Ask[Any]) -> StandingOut:
    """Where I stand as a distributor."""
    return _standing(store.find(ask.who.id))


@doors.post(
    "/distributor/application",
    who=member,
    body=ApplicationIn,
    returns=StandingOut,
    errors=(rules.MayNotApply, rules.StepNotAllowed),
)
def hand_in_application(ask: Ask[ApplicationIn]) -> StandingOut:
    """Apply to become a distributor; asking again changes nothing."""
    return _standing(apply(ask.who.id, ask.body.message))


@doors.get("/distributor/levels", who=member, returns=LevelsOut)
def list_levels(ask: Ask[Any]) -> LevelsOut:
    """The levels a distributor can have."""
    return LevelsOut(
        items=[LevelOut.model_validate(level) for level in store.levels().values() if level.is_open]
    )


def _standing(found: Distributor | None) -> StandingOut:
    level = store.levels().get(found.level_id) if found else None
    return StandingOut(
        status=found.status if found else "NONE",
        mode=settings.read(JoinRules).mode,
        can_apply=found is None or found.status in ("REJECTED", "DELETED"),
        says=rules.standing_text(found),
        level=LevelOut.model_validate(level) if found and found.is_active and level else None,
        applied_at=found.applied_at if found else None,
        decided_at=found.decided_at if found else None,
        reason=found.reason if found else None,
    )
