"""Who stands where on a month's board (D6). Pure.

Only distributors who opted in are ranked, and only by goods sold and by buyers: nobody is ranked for
recruiting (R12). A sales champion (SALES) leads by own sales, a promoter (BUYERS) by direct downlines who
bought in the month and did not give everything back. Others' figures are never shown, and names are masked.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

BoardKind = Literal["SALES", "BUYERS"]
KINDS: tuple[BoardKind, ...] = ("SALES", "BUYERS")
PLACES = 50
"""How many lines a board has; a board is one row, and one answer."""
SHARDS = 8


@dataclass(frozen=True)
class Line:
    """One distributor's figure: fen for SALES, people for BUYERS."""

    member_id: str
    figure: int


@dataclass(frozen=True)
class Draft:
    """How far a board of one month is folded: shards before ``shard`` and members up to ``after`` are in."""

    month: str
    started_at: datetime
    sales: tuple[Line, ...] = ()
    buyers: tuple[Line, ...] = ()
    shard: int = 0
    after: str | None = None
    version: int = 0

    @property
    def is_over(self) -> bool:
        """Everybody was looked at."""
        return self.shard >= SHARDS


@dataclass(frozen=True)
class Board:
    """The board everybody sees, best first; as of the moment its folding began."""

    month: str
    as_of: datetime
    sales: tuple[Line, ...] = ()
    buyers: tuple[Line, ...] = ()

    def lines(self, kind: BoardKind) -> tuple[Line, ...]:
        """The lines of one kind."""
        return self.sales if kind == "SALES" else self.buyers


def best(lines: Iterable[Line]) -> tuple[Line, ...]:
    """The best of these, one line each; who has nothing is on no board. Equal figures go by member id."""
    found = {line.member_id: line for line in lines if line.figure > 0}
    return tuple(sorted(found.values(), key=lambda line: (-line.figure, line.member_id))[:PLACES])


def with_page(draft: Draft, sales: Iterable[Line], buyers: Iterable[Line], *, last: str | None) -> Draft:
    """The draft with one more page of a shard; ``last`` is its last member, ``None`` at the shard's end."""
    shard = draft.shard if last is not None else draft.shard + 1
    return replace(
        draft,
        sales=best([*draft.sales, *sales]),
        buyers=best([*draft.buyers, *buyers]),
        shard=shard,
        after=last,
    )


def place_of(lines: Iterable[Line], figure: int) -> int:
    """Where this figure stands: one more than there are better ones; equal figures share a place."""
    return 1 + sum(line.figure > figure for line in lines)


def to_board(lines: tuple[Line, ...], figure: int) -> int:
    """How much is missing to stand on the board; 0 when nothing is."""
    if len(lines) < PLACES:
        return 0 if figure > 0 else 1
    return max(0, lines[-1].figure - figure)
