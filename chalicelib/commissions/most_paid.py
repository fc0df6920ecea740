"""The most that a plan can pay on one line, to all payees together (R9, invariant 10). Pure."""

from collections.abc import Sequence

from chalicelib.catalog.rules import Product, Promotion, Sku
from chalicelib.commissions.kinds.facts import Article, Person
from chalicelib.commissions.kinds.model import Plan, Rule
from chalicelib.kernel.money import Fen, share

_SAMPLE_FEN = 10**6


def sample() -> Article:
    """An article of ten thousand yuan without cost and without settings of its own."""
    sku = Sku("", "", Fen(_SAMPLE_FEN))
    product = Product("", "", "", "", (), (), True, None, (sku,), Promotion())
    return Article(1, product, sku, 1, Fen(_SAMPLE_FEN), Fen(_SAMPLE_FEN), Fen(0))


def most_paid(plan: Plan, article: Article, levels: Sequence[Person]) -> int:
    """Σ over the rules of the most each can pay on this line, each held by its own caps.

    Every place of the chain is taken by the level with the highest ratio, every condition holds, and
    every step is the dearest. The shop's ceiling is not applied: this is what is held against it.
    """
    people = [*levels, Person("")]
    by_rule: dict[str, int] = {}
    for rule in sorted(plan.rules, key=lambda one: one.how.follows):
        base_fen = rule.base.most(article)
        if rule.how.follows:
            base_fen = Fen(sum(by_rule.get(one, 0) for one in rule.how.follows_rules()))
        once = rule.how.most(article, base_fen, people, rule.who.reach)
        by_rule[rule.rule_id] = _held(rule, article, once * rule.who.earners(rule))
    return sum(by_rule.values())


def _held(rule: Rule, article: Article, most: int) -> int:
    for cap in rule.caps:
        term = cap.term(rule.rule_id)
        if term is not None and term.bps is not None:
            most = min(most, share(article.paid_fen, term.bps))
        if term is not None and term.fen is not None:
            most = min(most, term.fen)
    return most
