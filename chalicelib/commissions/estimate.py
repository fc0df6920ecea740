"""What a distributor would earn on one piece, before sharing it: 推广赚 (P2)."""

from collections.abc import Sequence
from dataclasses import dataclass

from chalicelib.catalog.rules import Product, Sku, price_of
from chalicelib.commissions.resolve_grant import resolve_grant
from chalicelib.commissions.rules import (
    Payee,
    Plan,
    Rule,
    Sale,
    SaleLine,
    Source,
    TermLine,
    Terms,
    plan_credits,
)
from chalicelib.kernel.money import Fen, yuan

_RULES: tuple[Rule, ...] = ("L1", "L2", "L3")


@dataclass(frozen=True)
class Estimate:
    """One article at retail price, sold to a direct downline."""

    sku: Sku
    earn_fen: Fen
    source: Source


def estimate(
    product: Product, plan: Plan | None, *, depth: int, level_rates_bps: Sequence[int]
) -> tuple[Estimate, ...]:
    """For each article, what the nearest upline earns on one piece, with this plan and its level's ratios.

    The rest of the chain is reckoned as full, so the cap is never promised away. An estimate: a real
    order counts what was paid after coupons, and freezes the terms of its own moment. Pure.
    """
    return tuple(_of_sku(product, sku, plan, depth, level_rates_bps=level_rates_bps) for sku in product.skus)


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
    product: Product, sku: Sku, plan: Plan | None, depth: int, *, level_rates_bps: Sequence[int]
) -> Estimate:
    rules = _RULES[: min(depth, len(plan.rates_bps))] if plan else ()
    if plan is None or not rules:
        return Estimate(sku, Fen(0), "NONE")
    payees = tuple(Payee(rule, place + 1, "", rule) for place, rule in enumerate(rules))
    grants = tuple(
        resolve_grant(
            product,
            sku,
            payee.level,
            level_rates_bps=level_rates_bps if payee.level == 1 else (),
            plan_rates_bps=plan.rates_bps,
        )
        for payee in payees
    )
    line = TermLine(1, product.product_id, sku.sku_id, grants)
    terms = Terms(plan.plan_id, plan.version, plan.name, plan.cap_bps, payees, (line,))
    sale = Sale("", "", (SaleLine(1, product.title, 1, price_of(sku, None)),), terms)
    return Estimate(sku, plan_credits(sale)[0].amount_fen, grants[0].source)
