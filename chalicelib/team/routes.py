"""Distributors' door to their team (D7)."""

from typing import Any

from chalicelib.invites.enter import inviter
from chalicelib.kernel.http import Ask, Doors
from chalicelib.kernel.paging import BadCursor
from chalicelib.team.schemas import TeamAsked, TeamOut
from chalicelib.team.show_team import show_team

doors = Doors("/distributor")


@doors.get("/team", who=inviter, query=TeamAsked, returns=TeamOut, errors=(BadCursor,))
def list_team(ask: Ask[Any]) -> TeamOut:
    """My team, one level at a time, by when they came or by what they brought; names are masked (D7)."""
    given = ask.query
    return show_team(ask.who.id, given.level, given.sort, limit=given.limit, cursor=given.next)
