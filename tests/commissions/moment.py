"""An order's moment as plain values, and what a plan makes of it, for tests without tables."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from chalicelib.catalog.rules import Product, Promotion, Sku
from chalicelib.commissions.commissions_of import commissions_of
from chalicelib.commissions.decide_terms import decide_terms
from chalicelib.commissions.kinds.facts import Article, Facts, Figures, Person
from chalicelib.commissions.kinds.model import Plan
from chalicelib.commissions.plan_templates import plan_templates
from chalicelib.commissions.rules import Commission, Sale, SaleLine
from chalicelib.kernel.money import Fen, share
from tests.support.world import START

BUYER = Person("MBX", excluded="NOT_DISTRIBUTOR")
A, B, C = (Person(f"MB{letter}", "normal", "普通", joined_at=START) for letter in "ABC")


def on(person: Person, level_id: str) -> Person:
    """The person on another level."""
    return replace(person, level_id=level_id, level_name=level_id)


def article(
    paid_fen: int,
    *,
    line_no: int = 1,
    cost_fen: int = 0,
    list_fen: int | None = None,
    quantity: int = 1,
    promotion: Promotion | None = None,
    of_sku: Promotion | None = None,
    product_id: str | None = None,
    category_id: str = "CA1",
) -> Article:
    """One line that brought so much money."""
    sku = Sku(f"SK{line_no}", "", Fen(paid_fen // quantity), promotion=of_sku)
    known_as = product_id or f"PR{line_no}"
    product = Product(
        known_as, known_as, "", category_id, (), (), True, None, (sku,), promotion or Promotion()
    )
    listed = paid_fen if list_fen is None else list_fen
    return Article(line_no, product, sku, quantity, Fen(paid_fen), Fen(listed), Fen(cost_fen))


def order(*articles: Article, chain: Sequence[Person] = (A, B, C), **more: object) -> Facts:
    """An order of a mere shopper below A, B and C."""
    return Facts(at=START, buyer=BUYER, chain=tuple(chain), articles=articles, **more)  # type: ignore[arg-type]


def plan(template_id: str) -> Plan:
    """A shipped template as a plan."""
    given = next(one.plan for one in plan_templates() if one.template_id == template_id)
    return Plan("PL1", 1, given.name, "PUBLISHED", given.rules, given.cap_bps, given.caps)


def sale(one: Plan, facts: Facts) -> Sale:
    """The order, paid."""
    lines = tuple(
        SaleLine(line.line_no, line.product.title, line.quantity, line.paid_fen) for line in facts.articles
    )
    return Sale("OR1", facts.buyer.member_id, lines, decide_terms(one, facts))


def rows(one: Plan, facts: Facts) -> list[Commission]:
    """The commissions of the paid order."""
    return commissions_of(sale(one, facts), START)


def paid(one: Plan, facts: Facts) -> dict[tuple[str, str, str], int]:
    """What each payee gets by each rule in each form, in fen; zeros left out."""
    found = rows(one, facts)
    return {(row.payee_id, row.rule, row.form): row.amount_fen for row in found if row.amount_fen}


def of_period(one: Plan, rule_id: str, figures: Mapping[str, int]) -> int:
    """What a period rule makes of one distributor's figures, before caps."""
    rule = one.rule(rule_id)
    assert rule is not None
    given = Figures(dict(figures))
    base_fen = rule.base.of_figures(given)  # type: ignore[attr-defined]
    grant = rule.how.of_period(given, base_fen)
    return share(base_fen, grant.rate_bps) if grant.exact_fen is None else grant.exact_fen
