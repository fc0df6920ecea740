"""What the doors of this room take and give."""

from datetime import datetime

from pydantic import Field

from chalicelib.kernel.http import Body, Out, Query
from chalicelib.ranking.rules import BoardKind


class BoardAsked(Query):
    """Which board."""

    kind: BoardKind = Field("SALES", title="榜单")
    month: str | None = Field(None, title="月份", pattern=r"^M20\d\d-(0[1-9]|1[0-2])$")


class EnterIn(Body):
    """Whether to be seen."""

    is_in: bool = Field(title="参加排行")


class PlaceOut(Out):
    """One line; others' figures are not told."""

    place: int
    name: str
    is_me: bool


class OwnPlaceOut(Out):
    """Where the asking distributor stands."""

    place: int | None = Field(description="On the board as it was folded.")
    figure: int = Field(description="As of now: fen for SALES, people for BUYERS.")
    says: str = Field(description="One Chinese sentence: the place, or what is missing.")


class BoardOut(Out):
    """A month's board."""

    month: str
    kind: BoardKind
    as_of: datetime | None = Field(description="When its folding began; none before the first.")
    is_in: bool
    mine: OwnPlaceOut
    items: list[PlaceOut]
    next: str | None = None


class EnteredOut(Out):
    """Whether I am seen from now on."""

    is_in: bool
