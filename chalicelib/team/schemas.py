"""What the doors of this room take and give."""

from datetime import datetime

from pydantic import Field

from chalicelib.kernel.http import Out, Paging
from chalicelib.kernel.money import Fen
from chalicelib.team.rules import TeamSort


class TeamAsked(Paging):
    """One level of the team, in one order."""

    level: int = Field(1, title="层级", ge=1, le=2)
    sort: TeamSort = Field("JOINED", title="排序", description="JOINED: last come first.")


class TeammateOut(Out):
    """One member of the team and what they brought the asking one; personal data is masked."""

    name: str
    avatar_url: str | None
    bound_at: datetime | None
    has_bought: bool
    is_distributor: bool
    earned_fen: Fen = Field(
        description="My commission on their orders in every form, pending and settled, less taken back."
    )
    orders: int = Field(description="Their paid orders below me that did not go back whole.")
    sales_fen: Fen = Field(description="Paid for the goods of these, without freight, less refunds.")


class TeamOut(Out):
    """One page of one level, and how many there are on each."""

    level_1: int
    level_2: int
    items: list[TeammateOut]
    next: str | None
