"""At placement, decide for ever who will be paid for an order and by which terms (design §2, R10)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from chalicelib.catalog.rules import Product, Sku
from chalicelib.commissions import store
from chalicelib.commissions.resolve_grant import resolve_grant
from chalicelib.commissions.rules import (
    Compliance,
    Exclusion,
    Grant,
    Payee,
    Plan,
    Rule,
    TermLine,
    Terms,
)
from chalicelib.distributors import store as distributors
from chalicelib.distributors.rules import Distributor
from chalicelib.kernel import settings
from chalicelib.members import store as members
from chalicelib.members.rules import Member

_RULES: tuple[Rule, ...] = ("SELF", "L1", "L2", "L3")


@dataclass(frozen=True)
class FreezeLine:
    """An order line about to be placed."""

    line_no: int
    product: Product
    sku: Sku


def freeze(buyer: Member, path: Sequence[str], lines: Sequence[FreezeLine], at: datetime) -> Terms:
    """The terms for an order of ``buyer`` whose uplines are ``path``, nearest first.

    Takes the plan in force at ``at`` and pays at most as many levels as it has and the law allows
    (R12). Uplines who may not promote stay in their place with nothing; nobody moves up. A buyer
    who is an active distributor is a payee too where the plan pays for own purchases (R2). Reads
    members and distributors of the chain, at most one batch each; commits nothing.
    """
    plan = store.plan_at(at)
    if plan is None:
        return Terms("", 0, "", 0, (), ())
    payees = _payees(plan, buyer, path)
    frozen = tuple(_line(plan, line, payees) for line in lines) if payees else ()
    return Terms(plan.plan_id, plan.version, plan.name, plan.cap_bps, payees, frozen)


def _payees(plan: Plan, buyer: Member, path: Sequence[str]) -> tuple[Payee, ...]:
    depth = min(len(plan.rates_bps), settings.read(Compliance).max_levels)
    chain = [one for one in dict.fromkeys(path) if one != buyer.member_id][:depth]  # invariant 9
    asked = [*chain, buyer.member_id] if plan.self_purchase else chain
    if not asked:
        return ()
    people = members.load_many(chain) if chain else {}
    standings = distributors.load_many(asked)
    found = []
    if plan.self_purchase and _exclusion(buyer, standings.get(buyer.member_id)) is None:
        found.append(_payee(buyer.member_id, 0, buyer, standings.get(buyer.member_id)))
    found += [_payee(one, i + 1, people.get(one), standings.get(one)) for i, one in enumerate(chain)]
    return tuple(found)


def _payee(member_id: str, level: int, member: Member | None, standing: Distributor | None) -> Payee:
    excluded = _exclusion(member, standing)
    level_id = standing.level_id if standing else ""
    known = distributors.levels().get(level_id)
    return Payee(member_id, level, level_id, _RULES[level], excluded, known.name if known else level_id)


def _exclusion(member: Member | None, standing: Distributor | None) -> Exclusion | None:
    if member is None or member.status == "CLOSED":
        return "CLOSED"
    if member.status == "BLOCKED":
        return "BLOCKED"
    if standing is None or standing.status == "DELETED":
        return "NOT_DISTRIBUTOR"
    if standing.is_active:
        return None
    return "DISABLED" if standing.status in ("DISABLED", "SUSPENDED", "EXPELLED") else "NOT_APPROVED"


def _line(plan: Plan, line: FreezeLine, payees: Sequence[Payee]) -> TermLine:
    levels = distributors.levels()
    grants = []
    for payee in payees:
        if payee.excluded is not None:
            grants.append(Grant("NONE"))
            continue
        level = levels.get(payee.distributor_level_id)
        grants.append(
            resolve_grant(
                line.product,
                line.sku,
                payee.level,
                level_rates_bps=level.rates_bps if level else (),
                plan_rates_bps=plan.rates_bps,
            )
        )
    return TermLine(line.line_no, line.product.product_id, line.sku.sku_id, tuple(grants))
