"""What a new distributor would earn in a month when so many friends buy for so much (issue 5). Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from chalicelib.catalog.rules import Product, Promotion, Sku
from chalicelib.commissions.commissions_of import commissions_of
from chalicelib.commissions.decide_terms import decide_terms
from chalicelib.commissions.estimate import sold_to_downline
from chalicelib.commissions.kinds.facts import Person
from chalicelib.commissions.kinds.model import Plan
from chalicelib.commissions.rules import Commission, FormName, Sale, SaleLine
from chalicelib.commissions.trim import in_turn, trim_rows
from chalicelib.kernel.money import Fen

_ORDER = "SAMPLE"


@dataclass(frozen=True)
class Month:
    """``order_fen`` is worth of the first friend's order, ``month_fen`` of all of them."""

    order_fen: Fen
    month_fen: Fen
    forms: frozenset[FormName] = frozenset()


def rows_of_friend(
    plan: Plan, promoter: Person, *, spend_fen: Fen, depth: int, at: datetime
) -> list[Commission]:
    """The promoter's rows of one order, by the planner that real orders go through.

    The goods are of no category, without settings of their own, and without profit: what depends on these
    is not promised.
    """
    sku = Sku("", "", spend_fen, cost_fen=spend_fen)
    product = Product("", "", "", "", (), (), True, None, (sku,), Promotion())
    facts = sold_to_downline(product, sku, depth=depth, promoter=promoter, at=at)
    sale = Sale(_ORDER, "", (SaleLine(1, "", 1, spend_fen),), decide_terms(plan, facts))
    me = facts.chain[0].member_id
    return in_turn([row for row in commissions_of(sale, at) if row.payee_id == me], lambda _: plan)


def foresee_month(plan: Plan, rows: list[Commission], *, friends: int, spent: Mapping[str, int]) -> Month:
    """So many friends with these rows each, held by the caps of a month; ``spent`` is what budgets paid."""
    used = dict(spent)
    worth = []
    for _ in range(friends):
        kept, _bound = trim_rows(rows, lambda _: plan, used)
        worth.append(sum(row.left_fen for row in kept if row.state != "ZERO"))
    return Month(Fen(worth[0]), Fen(sum(worth)), frozenset(row.form for row in rows if row.state != "ZERO"))
