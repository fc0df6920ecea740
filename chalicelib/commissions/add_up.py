"""What a replay of orders comes to (R10). Pure."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from chalicelib.commissions.kinds.facts import Facts
from chalicelib.commissions.rules import Commission
from chalicelib.kernel.money import BPS_WHOLE, allocate

_MOST_NAMED = 100
"""Margin-negative lines that are named; all are counted."""
_SUMS = ("cost_fen", "period_fen", "trimmed_fen", "highest_fen", "negative_lines")
_PARTS = ("by_level", "by_product", "by_payee", "by_rule", "by_period", "caps_bound")


@dataclass(frozen=True)
class NegativeLine:
    """A line that costs more, goods and rebates together, than it brought."""

    order_id: str
    line_no: int
    loss_fen: int


@dataclass
class Totals:
    """Sums over what was replayed so far; grows with payees and products, not with orders.

    What a cap over time left unpaid is in no sum but ``trimmed_fen``.
    """

    orders: int = 0
    sales_fen: int = 0
    cost_fen: int = 0
    """All commissions by value, in every form, those of periods too."""
    period_fen: int = 0
    """Of these, what closed periods earned."""
    trimmed_fen: int = 0
    by_level: Counter[str] = field(default_factory=Counter)
    by_product: Counter[str] = field(default_factory=Counter)
    """Of orders only: a period's figures are of no one product."""
    by_payee: Counter[str] = field(default_factory=Counter)
    by_rule: Counter[str] = field(default_factory=Counter)
    by_period: Counter[str] = field(default_factory=Counter)
    caps_bound: Counter[str] = field(default_factory=Counter)
    """By kind of cap, the orders, and the members' periods, on which it took something away."""
    highest_fen: int = 0
    highest_order_id: str = ""
    negative_lines: int = 0
    negative: list[NegativeLine] = field(default_factory=list)

    @property
    def cost_bps(self) -> int:
        """Cost of sales, rounded down."""
        return self.cost_fen * BPS_WHOLE // self.sales_fen if self.sales_fen else 0


def add_up(totals: Totals, rows: Iterable[Commission], bound: set[str]) -> Counter[int]:
    """Count rows of one order, or of one member's period; returns what each line pays.

    ``bound`` are the caps over time that took something away.
    """
    by_line: Counter[int] = Counter()
    caps = set(bound)
    for row in rows:
        left_fen = row.left_fen
        totals.cost_fen += left_fen
        totals.trimmed_fen += row.trimmed_fen
        totals.by_level[str(row.level)] += left_fen
        totals.by_payee[row.payee_id] += left_fen
        totals.by_rule[row.rule] += left_fen
        if row.period_id is not None:
            totals.period_fen += left_fen
            totals.by_period[row.period_id] += left_fen
        amounts = [part.amount_fen for part in row.parts]
        if row.trimmed_fen:
            amounts = list(allocate(left_fen, amounts))
        for part, amount_fen in zip(row.parts, amounts, strict=True):
            by_line[part.line_no] += amount_fen
            for note in part.notes:
                if "after_fen" in note.figures:
                    caps.add(note.kind)
    totals.caps_bound.update(caps)
    return by_line


def add_order(totals: Totals, order_id: str, facts: Facts, by_line: Counter[int]) -> None:
    """Count an order by what its lines brought, cost and paid."""
    paid_fen = by_line.total()
    totals.orders += 1
    totals.sales_fen += facts.paid_fen
    if paid_fen > totals.highest_fen:
        totals.highest_fen, totals.highest_order_id = paid_fen, order_id
    for article in facts.articles:
        totals.by_product[article.product.product_id] += by_line[article.line_no]
        loss_fen = article.cost_fen + by_line[article.line_no] - article.paid_fen
        if loss_fen > 0:
            totals.negative_lines += 1
            if len(totals.negative) < _MOST_NAMED:
                totals.negative.append(NegativeLine(order_id, article.line_no, loss_fen))


def as_told(totals: Totals) -> dict[str, Any]:
    """The totals as JSON has them."""
    return {
        **{name: value for name, value in vars(totals).items() if name != "negative"},
        "cost_bps": totals.cost_bps,
        "negative": [vars(one) for one in totals.negative],
    }


def compared(totals: Totals, before: Totals) -> dict[str, Any]:
    """What is otherwise than under the other plan, on the same orders: more is positive."""
    told: dict[str, Any] = {
        "cost_fen": before.cost_fen,
        "cost_bps": before.cost_bps,
        "change_fen": totals.cost_fen - before.cost_fen,
        "change_bps": totals.cost_bps - before.cost_bps,
        "changes": {name: getattr(totals, name) - getattr(before, name) for name in _SUMS},
    }
    for name in _PARTS:
        here, there = getattr(totals, name), getattr(before, name)
        changes = {one: here[one] - there[one] for one in sorted({*here, *there})}
        told[name] = {one: change for one, change in changes.items() if change}
    return told
