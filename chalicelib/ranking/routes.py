"""Distributors' doors to rankings (D6)."""

from typing import Any

from chalicelib.distributors.enter import distributor as approved
from chalicelib.kernel.http import Ask, Doors
from chalicelib.ranking.enter_ranking import enter_ranking
from chalicelib.ranking.schemas import BoardAsked, BoardOut, EnteredOut, EnterIn
from chalicelib.ranking.show_board import show_board

doors = Doors("/distributor")


@doors.get("/ranking", who=approved, query=BoardAsked, returns=BoardOut)
def read_ranking(ask: Ask[Any]) -> BoardOut:
    """A month's board with masked names, and where I stand."""
    return show_board(ask.who.id, ask.query.kind, ask.query.month)


@doors.put("/ranking", who=approved, body=EnterIn, returns=EnteredOut)
def enter(ask: Ask[EnterIn]) -> EnteredOut:
    """Take part, or leave: then my name is hidden at once."""
    enter_ranking(ask.who.id, is_in=ask.body.is_in)
    return EnteredOut(is_in=ask.body.is_in)
