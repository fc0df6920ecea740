"""What each member of a team brought the ones above (D7). Pure.

One value for each pair of a buyer and somebody who earns or may earn by them. Every figure is a sum over
the buyer's own orders: what they paid, how many stand, and what of it the other has as commission, pending
or settled, less what was taken back. A closed period pays on sums, not on one buyer's orders, and is no
part of it.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from chalicelib.commissions.rules import Commission
from chalicelib.kernel.errors import Conflict
from chalicelib.kernel.money import Fen
from chalicelib.standing.rules import SaleEvent, uplines_of

TeamSort = Literal["JOINED", "EARNED"]
"""Last come first; or whoever brought most commission first."""


@dataclass(frozen=True)
class Contribution:
    """What one buyer (``downline_id``) brought one other (``upline_id``).

    ``earned_fen`` is worth in every form. ``orders`` are paid, with the upline in the chain they froze, and
    did not go back whole; ``sales_fen`` is what was paid for their goods, without freight, less refunds.
    ``level`` is how far above the upline stands now, ``None`` when this is no team of theirs (any more).
    """

    downline_id: str
    upline_id: str
    level: int | None = None
    earned_fen: Fen = Fen(0)
    orders: int = 0
    sales_fen: Fen = Fen(0)

    @property
    def team(self) -> str | None:
        """The level of a team that this is listed in."""
        return None if self.level is None else team_of(self.upline_id, self.level)


class TeamMoved(Conflict):
    """A contribution changed since it was read; look again."""

    title = "团队数据有变化"
    detail = "团队数据刚刚有变化，请稍后再试。"


def team_of(upline_id: str, level: int) -> str:
    """The name of one level below somebody."""
    return f"{upline_id}#{level}"


def brought_by_sale(event: SaleEvent) -> tuple[Contribution, ...]:
    """What an order's event adds for each upline that it froze; nobody stands in a chain twice."""
    return tuple(
        Contribution(event.buyer_id, upline_id, orders=event.orders, sales_fen=Fen(event.goods_fen))
        for upline_id in uplines_of(event)
        if event.orders or event.goods_fen
    )


def worth_fen(row: Commission) -> Fen:
    """What this commission is to the payee as somebody's contribution, as it stands."""
    is_contribution = row.period_id is None and row.payee_id != row.buyer_id and row.state != "ZERO"
    return row.left_fen if is_contribution else Fen(0)


def fold(
    downline_id: str, path: Iterable[str], events: Iterable[SaleEvent], commissions: Iterable[Commission]
) -> dict[str, Contribution]:
    """Everything one buyer brought, by upline, from the uplines, orders and commissions themselves."""
    levels = {upline_id: level for level, upline_id in enumerate(path, 1)}
    orders: dict[str, int] = defaultdict(int)
    sales: dict[str, int] = defaultdict(int)
    earned: dict[str, int] = defaultdict(int)
    for event in events:
        for one in brought_by_sale(event):
            orders[one.upline_id] += one.orders
            sales[one.upline_id] += one.sales_fen
    for row in commissions:
        earned[row.payee_id] += worth_fen(row)
    return {
        upline_id: Contribution(
            downline_id,
            upline_id,
            level=levels.get(upline_id),
            earned_fen=Fen(earned[upline_id]),
            orders=orders[upline_id],
            sales_fen=Fen(sales[upline_id]),
        )
        for upline_id in {*levels, *orders, *sales, *earned}
    }
