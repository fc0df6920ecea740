"""Staff's doors: where a member stands, and how it came there (M3)."""

from typing import Any

from chalicelib.invites import rules, store
from chalicelib.invites.move import move
from chalicelib.invites.schemas import AttributionOut, AttributionsOut, CodeOut, MemberCodesOut, MoveIn
from chalicelib.kernel.auth import staff
from chalicelib.kernel.clock import now
from chalicelib.kernel.http import Ask, Doors, Paging
from chalicelib.members import store as members
from chalicelib.members.rules import MemberUnknown

doors = Doors("/console")


@doors.post(
    "/members/{member_id}/move",
    who=staff("members.move"),
    body=MoveIn,
    returns=AttributionOut,
    errors=(
        MemberUnknown,
        rules.AlreadyThere,
        rules.WouldMakeLoop,
        rules.ChainTooLong,
        rules.RelationMoved,
    ),
)
def move_member(ask: Ask[MoveIn]) -> AttributionOut:
    """Put a member, with the whole team, under another inviter or under nobody."""
    given = ask.body
    row = move(ask.path["member_id"], given.inviter_id, by=ask.who.id, reason=given.reason)
    return AttributionOut.model_validate(row)


@doors.get(
    "/members/{member_id}/attributions",
    who=staff("invites.read"),
    query=Paging,
    returns=AttributionsOut,
    errors=(MemberUnknown,),
)
def list_attributions(ask: Ask[Any]) -> AttributionsOut:
    """Every scan and move of a member with the rule that decided, last first."""
    member = members.load(ask.path["member_id"])
    found = store.attributions(member.member_id, limit=ask.query.limit, cursor=ask.query.next)
    return AttributionsOut(items=[AttributionOut.model_validate(row) for row in found.items], next=found.next)


@doors.get(
    "/members/{member_id}/codes",
    who=staff("invites.read"),
    query=Paging,
    returns=MemberCodesOut,
    errors=(MemberUnknown,),
)
def list_codes(ask: Ask[Any]) -> MemberCodesOut:
    """A member's codes with what they brought, newest first."""
    member = members.load(ask.path["member_id"])
    found = store.codes_of(member.member_id, limit=ask.query.limit, cursor=ask.query.next)
    stats = store.stats_of(invite.code for invite in found.items)
    return MemberCodesOut(
        items=[CodeOut.of(invite, stats[invite.code], at=now()) for invite in found.items], next=found.next
    )
