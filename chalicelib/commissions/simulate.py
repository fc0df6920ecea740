"""What a plan would have paid on given orders (R10). Pure, one order at a time.

Each order goes through the very functions that freezing and crediting use, so a simulation says what
settling then pays. Rules of periods need whole periods and are not reckoned here.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from chalicelib.commissions.commissions_of import commissions_of
from chalicelib.commissions.decide_terms import decide_terms
from chalicelib.commissions.kinds.facts import Facts
from chalicelib.commissions.kinds.model import Plan
from chalicelib.commissions.rules import LAWFUL_LEVELS, Commission, Sale, SaleLine
from chalicelib.kernel.money import BPS_WHOLE

_MOST_NAMED = 100
"""Margin-negative lines that are named; all are counted."""


@dataclass(frozen=True)
class PastOrder:
    """An order and the facts of its moment; ``facts.chain`` may be deeper than is paid."""

    order_id: str
    facts: Facts


@dataclass(frozen=True)
class NegativeLine:
    """A line that costs more, goods and rebates together, than it brought."""

    order_id: str
    line_no: int
    loss_fen: int


@dataclass
class Totals:
    """Sums over the orders so far; grows with payees and products, not with orders."""

    orders: int = 0
    sales_fen: int = 0
    cost_fen: int = 0
    """All commissions by value, in every form."""
    by_level: Counter[str] = field(default_factory=Counter)
    by_product: Counter[str] = field(default_factory=Counter)
    by_payee: Counter[str] = field(default_factory=Counter)
    by_rule: Counter[str] = field(default_factory=Counter)
    caps_bound: Counter[str] = field(default_factory=Counter)
    """By kind of cap, the orders on which it took something away."""
    highest_fen: int = 0
    highest_order_id: str = ""
    negative_lines: int = 0
    negative: list[NegativeLine] = field(default_factory=list)

    @property
    def cost_bps(self) -> int:
        """Cost of sales, rounded down."""
        return self.cost_fen * BPS_WHOLE // self.sales_fen if self.sales_fen else 0

    def add(self, order: PastOrder, rows: Iterable[Commission]) -> None:
        """Count one order and its rows."""
        articles = {one.line_no: one for one in order.facts.articles}
        by_line: Counter[int] = Counter()
        bound: set[str] = set()
        for row in rows:
            self.by_level[str(row.level)] += row.amount_fen
            self.by_payee[row.payee_id] += row.amount_fen
            self.by_rule[row.rule] += row.amount_fen
            for part in row.parts:
                by_line[part.line_no] += part.amount_fen
                self.by_product[articles[part.line_no].product.product_id] += part.amount_fen
                bound |= {note.kind for note in part.notes if "after_fen" in note.figures}
        paid_fen = by_line.total()
        self.orders += 1
        self.sales_fen += order.facts.paid_fen
        self.cost_fen += paid_fen
        self.caps_bound.update(bound)
        if paid_fen > self.highest_fen:
            self.highest_fen, self.highest_order_id = paid_fen, order.order_id
        for number, article in articles.items():
            loss_fen = article.cost_fen + by_line[number] - article.paid_fen
            if loss_fen > 0:
                self.negative_lines += 1
                if len(self.negative) < _MOST_NAMED:
                    self.negative.append(NegativeLine(order.order_id, number, loss_fen))


def simulate(
    plan: Plan, orders: Iterable[PastOrder], totals: Totals, *, max_levels: int = LAWFUL_LEVELS
) -> Iterator[list[Commission]]:
    """Each order's rows in turn, counted into ``totals``; payees who earn nothing are there with zeros.

    ``max_levels`` is how deep the shop pays (R12).
    """
    for order in orders:
        rows = rows_of(plan, order, max_levels=max_levels)
        totals.add(order, rows)
        yield rows


def rows_of(plan: Plan, order: PastOrder, *, max_levels: int = LAWFUL_LEVELS) -> list[Commission]:
    """The commission rows that this order's payment would put."""
    given = order.facts
    chain = {one.member_id: one for one in reversed(given.chain) if one.member_id != given.buyer.member_id}
    nearest = dict.fromkeys(one.member_id for one in given.chain if one.member_id in chain)
    facts = replace(given, chain=tuple(chain[one] for one in nearest)[:max_levels])
    lines = tuple(
        SaleLine(one.line_no, one.product.title, one.quantity, one.paid_fen) for one in facts.articles
    )
    sale = Sale(order.order_id, facts.buyer.member_id, lines, decide_terms(plan, facts))
    return commissions_of(sale, facts.at)
