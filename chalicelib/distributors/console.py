"""Staff's doors: applications, distributors, levels (D1, D2). Every change is audited by the front door."""

from collections.abc import Sequence
from typing import Any

from chalicelib.distributors import rules, store
from chalicelib.distributors.assign import assign
from chalicelib.distributors.change_status import change_status
from chalicelib.distributors.release_level import release_level
from chalicelib.distributors.rules import Distributor, Status
from chalicelib.distributors.save_level import save_level
from chalicelib.distributors.schemas import (
    ApproveIn,
    AssignIn,
    ChangeOut,
    DistributorDetailOut,
    DistributorOut,
    DistributorsAsked,
    DistributorsOut,
    LevelIn,
    NewLevelIn,
    ReasonIn,
    SetLevelIn,
    StaffLevelOut,
    StaffLevelsOut,
)
from chalicelib.distributors.set_level import set_level
from chalicelib.kernel.auth import staff
from chalicelib.kernel.errors import Invalid
from chalicelib.kernel.http import Ask, Doors
from chalicelib.members import store as members
from chalicelib.members.rules import MemberUnknown

doors = Doors("/console")
_STEP_ERRORS = (rules.DistributorUnknown, rules.StepNotAllowed)


@doors.get("/distributors", who=staff("distributors.read"), query=DistributorsAsked, returns=DistributorsOut)
def list_distributors(ask: Ask[Any]) -> DistributorsOut:
    """Distributors of one status, last changed first."""
    found = store.of_status(ask.query.status, limit=ask.query.limit, cursor=ask.query.next)
    return DistributorsOut(items=_shown(found.items), next=found.next)


@doors.get(
    "/distributors/{member_id}",
    who=staff("distributors.read"),
    returns=DistributorDetailOut,
    errors=(rules.DistributorUnknown,),
)
def read_distributor(ask: Ask[Any]) -> DistributorDetailOut:
    """One distributor with its history."""
    return _detail(store.load(ask.path["member_id"]))


@doors.post(
    "/distributors",
    who=staff("distributors.edit"),
    body=AssignIn,
    returns=DistributorDetailOut,
    status=201,
    errors=(MemberUnknown, rules.LevelUnknown, rules.LevelClosed, rules.StepNotAllowed),
)
def assign_distributor(ask: Ask[AssignIn]) -> DistributorDetailOut:
    """Make a member a distributor without an application."""
    given = ask.body
    return _detail(assign(given.member_id, given.level_id, by=ask.who.id, reason=given.reason))


@doors.post(
    "/distributors/{member_id}/approve",
    who=staff("distributors.audit"),
    body=ApproveIn,
    returns=DistributorDetailOut,
    errors=_STEP_ERRORS,
)
def approve(ask: Ask[ApproveIn]) -> DistributorDetailOut:
    """Approve an application."""
    return _step(ask, "APPROVED")


@doors.post(
    "/distributors/{member_id}/reject",
    who=staff("distributors.audit"),
    body=ReasonIn,
    returns=DistributorDetailOut,
    errors=_STEP_ERRORS,
)
def reject(ask: Ask[ReasonIn]) -> DistributorDetailOut:
    """Reject an application, with a reason the member reads."""
    return _step(ask, "REJECTED")


@doors.post(
    "/distributors/{member_id}/disable",
    who=staff("distributors.edit"),
    body=ReasonIn,
    returns=DistributorDetailOut,
    errors=_STEP_ERRORS,
)
def disable(ask: Ask[ReasonIn]) -> DistributorDetailOut:
    """Take the right to promote away for now."""
    return _step(ask, "DISABLED")


@doors.post(
    "/distributors/{member_id}/enable",
    who=staff("distributors.edit"),
    body=ReasonIn,
    returns=DistributorDetailOut,
    errors=_STEP_ERRORS,
)
def enable(ask: Ask[ReasonIn]) -> DistributorDetailOut:
    """Give the right to promote back."""
    if store.load(ask.path["member_id"]).status != "DISABLED":
        raise rules.StepNotAllowed()
    return _step(ask, "APPROVED")


@doors.post(
    "/distributors/{member_id}/delete",
    who=staff("distributors.edit"),
    body=ReasonIn,
    returns=DistributorDetailOut,
    errors=_STEP_ERRORS,
)
def delete(ask: Ask[ReasonIn]) -> DistributorDetailOut:
    """Delete a distributor; the history stays."""
    return _step(ask, "DELETED")


@doors.put(
    "/distributors/{member_id}/level",
    who=staff("distributors.edit"),
    body=SetLevelIn,
    returns=DistributorDetailOut,
    errors=(*_STEP_ERRORS, rules.LevelUnknown, rules.LevelClosed),
)
def change_level(ask: Ask[SetLevelIn]) -> DistributorDetailOut:
    """Put a distributor on another level."""
    given = ask.body
    return _detail(
        set_level(
            ask.path["member_id"],
            given.level_id,
            by=ask.who.id,
            reason=given.reason,
            is_held=given.is_held,
        )
    )


@doors.post(
    "/distributors/{member_id}/level/release",
    who=staff("distributors.edit"),
    body=ReasonIn,
    returns=DistributorDetailOut,
    errors=_STEP_ERRORS,
)
def let_go_of_level(ask: Ask[ReasonIn]) -> DistributorDetailOut:
    """Leave a level that was set by hand to the upgrade tasks again."""
    return _detail(release_level(ask.path["member_id"], by=ask.who.id, reason=ask.body.reason))


@doors.get("/levels", who=staff("distributors.read"), returns=StaffLevelsOut)
def list_levels(ask: Ask[Any]) -> StaffLevelsOut:
    """Every level, lowest rank first."""
    return StaffLevelsOut(items=[StaffLevelOut.model_validate(level) for level in store.levels().values()])


@doors.post(
    "/levels",
    who=staff("levels.edit"),
    body=NewLevelIn,
    returns=StaffLevelOut,
    status=201,
    errors=(Invalid, rules.LevelTaken),
)
def add_level(ask: Ask[NewLevelIn]) -> StaffLevelOut:
    """Add a level."""
    return StaffLevelOut.model_validate(save_level(ask.body.as_new_level(), is_new=True))


@doors.put(
    "/levels/{level_id}",
    who=staff("levels.edit"),
    body=LevelIn,
    returns=StaffLevelOut,
    errors=(Invalid, rules.LevelUnknown),
)
def change_a_level(ask: Ask[LevelIn]) -> StaffLevelOut:
    """Change a level; orders placed before keep what they froze."""
    return StaffLevelOut.model_validate(save_level(ask.body.as_level(ask.path["level_id"]), is_new=False))


def _step(ask: Ask[Any], to: Status) -> DistributorDetailOut:
    return _detail(change_status(ask.path["member_id"], to, by=ask.who.id, reason=ask.body.reason))


def _detail(distributor: Distributor) -> DistributorDetailOut:
    history = store.history(distributor.member_id).items
    (shown,) = _shown([distributor])
    return DistributorDetailOut(
        **dict(shown), history=[ChangeOut.model_validate(change) for change in history]
    )


def _shown(distributors: Sequence[Distributor]) -> list[DistributorOut]:
    people = members.load_many([one.member_id for one in distributors])
    levels = store.levels()
    return [
        DistributorOut(
            member_id=one.member_id,
            nickname=people[one.member_id].nickname if one.member_id in people else "",
            status=one.status,
            level_id=one.level_id,
            level_name=levels[one.level_id].name if one.level_id in levels else one.level_id,
            applied_at=one.applied_at,
            decided_at=one.decided_at,
            reason=one.reason,
            message=one.message,
            is_level_held=one.is_level_held,
            is_commission_frozen=bool(one.frozen_by),
        )
        for one in distributors
    ]
