"""Staff's doors: a member's wallet, points and statements, the journal, mending, giving points (W1, W6)."""

from typing import Any

from chalicelib.kernel.auth import staff
from chalicelib.kernel.clock import business_day
from chalicelib.kernel.errors import Crowded, Invalid, KeyReused
from chalicelib.kernel.http import Ask, Doors, Paging
from chalicelib.kernel.paging import BadCursor
from chalicelib.members import store as members
from chalicelib.members.rules import MemberUnknown
from chalicelib.wallet import rules, store
from chalicelib.wallet.decide_grant import decide_grant
from chalicelib.wallet.grant_points import grant_points
from chalicelib.wallet.move_points import GrantMoved, GrantNeedsAnother, GrantUnknown, PointsMoved
from chalicelib.wallet.rebuild import rebuild
from chalicelib.wallet.schemas import (
    DecisionIn,
    EntryAsked,
    EntryOut,
    GrantIn,
    GrantOut,
    GrantsAsked,
    GrantsOut,
    LinesAsked,
    LinesOut,
    PointsLinesOut,
    PointsOut,
    RebuildIn,
    WalletOut,
)
from chalicelib.wallet.show import show, show_lines
from chalicelib.wallet.show_points import show_points, show_points_lines

doors = Doors("/console")


@doors.get("/wallets/{member_id}", who=staff("wallet.read"), returns=WalletOut, errors=(MemberUnknown,))
def read_wallet(ask: Ask[Any]) -> WalletOut:
    """A member's wallet."""
    return show(members.load(ask.path["member_id"]).member_id)


@doors.get(
    "/wallets/{member_id}/lines",
    who=staff("wallet.read"),
    query=LinesAsked,
    returns=LinesOut,
    errors=(MemberUnknown, Invalid, BadCursor),
)
def list_lines(ask: Ask[Any]) -> LinesOut:
    """A member's statement, newest first."""
    member_id = members.load(ask.path["member_id"]).member_id
    return show_lines(member_id, month=ask.query.month, limit=ask.query.limit, cursor=ask.query.next)


@doors.post(
    "/wallets/{member_id}/rebuild",
    who=staff("wallet.read"),
    body=RebuildIn,
    returns=WalletOut,
    errors=(MemberUnknown, Crowded),
)
def rebuild_wallet(ask: Ask[RebuildIn]) -> WalletOut:
    """Fold a member's statement again from the journal; moves no money.

    No day before the member came is walked: it holds nothing of theirs.
    """
    member, since = members.load(ask.path["member_id"]), ask.body.since
    rebuild(member.member_id, since=since and max(since, business_day(member.joined_at)))
    return show(member.member_id)


@doors.get(
    "/journal", who=staff("wallet.read"), query=EntryAsked, returns=EntryOut, errors=(rules.EntryUnknown,)
)
def read_entry(ask: Ask[Any]) -> EntryOut:
    """One entry of the journal, by its id."""
    return EntryOut.model_validate(store.load_entry(ask.query.entry_id))


@doors.get("/points/{member_id}", who=staff("wallet.read"), returns=PointsOut, errors=(MemberUnknown,))
def read_points(ask: Ask[Any]) -> PointsOut:
    """A member's points."""
    return show_points(members.load(ask.path["member_id"]).member_id)


@doors.get(
    "/points/{member_id}/lines",
    who=staff("wallet.read"),
    query=Paging,
    returns=PointsLinesOut,
    errors=(MemberUnknown, BadCursor),
)
def list_points_lines(ask: Ask[Any]) -> PointsLinesOut:
    """A member's statement of points, newest first."""
    member_id = members.load(ask.path["member_id"]).member_id
    return show_points_lines(member_id, limit=ask.query.limit, cursor=ask.query.next)


@doors.post(
    "/points/{member_id}/grants",
    who=staff("points.grant"),
    body=GrantIn,
    returns=GrantOut,
    status=201,
    takes_key=True,
    errors=(MemberUnknown, KeyReused, PointsMoved),
)
def give_points(ask: Ask[GrantIn]) -> GrantOut:
    """Give a member points; a larger grant waits for a second person."""
    member_id = members.load(ask.path["member_id"]).member_id
    given = grant_points(member_id, ask.body.points, reason=ask.body.reason, by=ask.who.id, key=ask.key)
    return GrantOut.model_validate(given)


@doors.get(
    "/points-grants", who=staff("wallet.read"), query=GrantsAsked, returns=GrantsOut, errors=(BadCursor,)
)
def list_grants(ask: Ask[Any]) -> GrantsOut:
    """Points given by staff, by state, last asked first."""
    found = store.grants(ask.query.status, limit=ask.query.limit, cursor=ask.query.next)
    return GrantsOut(items=[GrantOut.model_validate(one) for one in found.items], next=found.next)


@doors.post(
    "/points-grants/{grant_id}/decision",
    who=staff("points.grant"),
    body=DecisionIn,
    returns=GrantOut,
    errors=(GrantUnknown, GrantMoved, GrantNeedsAnother, PointsMoved),
)
def decide(ask: Ask[DecisionIn]) -> GrantOut:
    """Agree to a grant that a colleague asked for, or refuse it."""
    decided = decide_grant(ask.path["grant_id"], is_agreed=ask.body.is_agreed, by=ask.who.id)
    return GrantOut.model_validate(decided)
