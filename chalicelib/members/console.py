"""Staff's doors to members: look up, read, note, tag, block (M3). Phones stay masked."""

from datetime import timedelta
from typing import Any

from chalicelib.kernel import clock
from chalicelib.kernel.auth import staff
from chalicelib.kernel.config import config
from chalicelib.kernel.http import Ask, Doors
from chalicelib.kernel.paging import Page
from chalicelib.members import rules, store
from chalicelib.members.annotate import annotate
from chalicelib.members.block import block
from chalicelib.members.rules import Member
from chalicelib.members.schemas import (
    BlockIn,
    DownlineAsked,
    MemberDetailOut,
    MemberOut,
    MembersAsked,
    MembersOut,
    NoteIn,
    TagsIn,
)
from chalicelib.members.unblock import unblock

doors = Doors("/console")
_A_YEAR = timedelta(days=365)
_UNKNOWN = (rules.MemberUnknown,)
_STATUS = (rules.MemberUnknown, rules.MemberClosed, rules.MemberChanged)


@doors.get("/members", who=staff("members.read"), query=MembersAsked, returns=MembersOut)
def list_members(ask: Ask[Any]) -> MembersOut:
    """Members by number, phone or nickname; or all by the day they joined, newest first."""
    found = _looked_up(ask.query)
    return MembersOut(items=[MemberOut.model_validate(one) for one in found.items], next=found.next)


@doors.get("/members/{member_id}", who=staff("members.read"), returns=MemberDetailOut, errors=_UNKNOWN)
def read_member(ask: Ask[Any]) -> MemberDetailOut:
    """One member with the chain of uplines."""
    return _detail(store.load(ask.path["member_id"]))


@doors.get(
    "/members/{member_id}/downline",
    who=staff("members.read"),
    query=DownlineAsked,
    returns=MembersOut,
    errors=_UNKNOWN,
)
def list_downline(ask: Ask[Any]) -> MembersOut:
    """Members one, two or three levels below, newest first."""
    member = store.load(ask.path["member_id"])
    level = int(ask.query.level)
    found = store.downline(member.member_id, level, limit=ask.query.limit, cursor=ask.query.next)
    return MembersOut(items=[MemberOut.model_validate(one) for one in found.items], next=found.next)


@doors.put(
    "/members/{member_id}/note",
    who=staff("members.edit"),
    body=NoteIn,
    returns=MemberDetailOut,
    errors=_UNKNOWN,
)
def write_note(ask: Ask[NoteIn]) -> MemberDetailOut:
    """Write what staff should know about a member."""
    return _detail(annotate(ask.path["member_id"], note=ask.body.note))


@doors.put(
    "/members/{member_id}/tags",
    who=staff("members.edit"),
    body=TagsIn,
    returns=MemberDetailOut,
    errors=_UNKNOWN,
)
def write_tags(ask: Ask[TagsIn]) -> MemberDetailOut:
    """Set a member's tags."""
    return _detail(annotate(ask.path["member_id"], tags=ask.body.tags))


@doors.post(
    "/members/{member_id}/block",
    who=staff("members.edit"),
    body=BlockIn,
    returns=MemberDetailOut,
    errors=_STATUS,
)
def keep_out(ask: Ask[BlockIn]) -> MemberDetailOut:
    """Keep a member out."""
    return _detail(block(ask.path["member_id"], reason=ask.body.reason))


@doors.post(
    "/members/{member_id}/unblock", who=staff("members.edit"), returns=MemberDetailOut, errors=_STATUS
)
def let_in(ask: Ask[Any]) -> MemberDetailOut:
    """Let a blocked member in again."""
    return _detail(unblock(ask.path["member_id"]))


def _looked_up(asked: MembersAsked) -> Page[Member]:
    if asked.member_id:
        member = store.find(asked.member_id)
        return Page([member] if member else [])
    if asked.phone:
        return Page(store.with_phone(asked.phone))
    if asked.nickname:
        return Page(store.with_nickname(asked.nickname, limit=asked.limit))
    today = clock.business_day(clock.now())
    return store.joined(
        newest=asked.until or today,
        oldest=asked.since or today - _A_YEAR,
        limit=asked.limit,
        cursor=asked.next,
    )


def _detail(member: Member) -> MemberDetailOut:
    found = store.load_many(member.path)
    uplines = [MemberOut.model_validate(found[one]) for one in member.path if one in found]
    apps = {config().mp_appid: "mp", config().oa_appid: "oa"}
    known_in = sorted(apps.get(appid, appid) for appid in member.openids)
    return MemberDetailOut(
        **MemberOut.model_validate(member).model_dump(),
        username=member.username,
        known_in=[*known_in, *(["web"] if member.username else [])],
        bound_at=member.bound_at,
        bound_code=member.bound_code,
        note=member.note,
        block_reason=member.block_reason,
        uplines=uplines,
    )
