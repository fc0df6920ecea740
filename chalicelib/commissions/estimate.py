"""What a distributor would earn on one piece, before sharing it: 推广赚 (P2)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from chalicelib.catalog.rules import Product, Sku, price_of
from chalicelib.commissions.decide_terms import decide_terms
from chalicelib.commissions.kinds.facts import Article, Facts, Person
from chalicelib.commissions.kinds.model import Plan
from chalicelib.commissions.plan_credits import plan_credits
from chalicelib.commissions.rules import Sale, SaleLine, Source
from chalicelib.kernel.money import Fen, yuan

_BUYER = Person("", excluded="NOT_DISTRIBUTOR")


@dataclass(frozen=True)
class Estimate:
    """One article at retail price, sold to a direct downline."""

    sku: Sku
    earn_fen: Fen
    source: Source


def estimate(
    product: Product, plan: Plan | None, *, depth: int, promoter: Person, at: datetime
) -> tuple[Estimate, ...]:
    """For each article, what the promoter earns on one piece that a direct downline buys by its link.

    The rest of the chain is reckoned as full, so the cap is never promised away; nothing is promised
    that needs a first order or a region. An estimate: a real order counts what was paid after coupons,
    and freezes the terms of its own moment. Pure.
    """
    return tuple(_of_sku(product, sku, plan, depth, promoter=promoter, at=at) for sku in product.skus)


def sold_to_downline(product: Product, sku: Sku, *, depth: int, promoter: Person, at: datetime) -> Facts:
    """One piece at retail price, bought by a direct downline through the promoter's link, who comes first
    in a chain that is full; no first order, no region."""
    price_fen = price_of(sku, None)
    me = replace(promoter, member_id="ME", excluded=None)
    above = tuple(Person(f"ABOVE{place}") for place in range(2, depth + 1))
    return Facts(
        at=at,
        buyer=_BUYER,
        chain=(me, *above),
        articles=(Article(1, product, sku, 1, price_fen, sku.price_fen, sku.cost_fen),),
        sharer=me,
    )


def said(estimates: Sequence[Estimate]) -> str:
    """``推广赚 ¥1.00 ~ ¥2.00``, one amount when all are equal, nothing when nothing is earned."""
    low, high = bounds(estimates)
    if high == 0:
        return ""
    return f"推广赚 {yuan(low)}" if low == high else f"推广赚 {yuan(low)} ~ {yuan(high)}"


def bounds(estimates: Sequence[Estimate]) -> tuple[Fen, Fen]:
    """The lowest and the highest."""
    amounts = [one.earn_fen for one in estimates]
    return min(amounts, default=Fen(0)), max(amounts, default=Fen(0))


def _of_sku(
    product: Product, sku: Sku, plan: Plan | None, depth: int, *, promoter: Person, at: datetime
) -> Estimate:
    if plan is None:
        return Estimate(sku, Fen(0), "NONE")
    facts = sold_to_downline(product, sku, depth=depth, promoter=promoter, at=at)
    me, price_fen = facts.chain[0], facts.articles[0].paid_fen
    terms = decide_terms(plan, facts)
    mine = [place for place, payee in enumerate(terms.payees) if payee.member_id == me.member_id]
    if not mine:
        return Estimate(sku, Fen(0), "NONE")
    credits = plan_credits(Sale("", "", (SaleLine(1, product.title, 1, price_fen),), terms))
    earn_fen = Fen(sum(credits[place].amount_fen for place in mine))
    return Estimate(sku, earn_fen, terms.lines[0].grants[mine[0]].source)
