"""At placement, decide for ever who will be paid for an order and by which terms (design §2, R10)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from chalicelib.catalog.rules import Product, Sku
from chalicelib.commissions import store
from chalicelib.commissions.as_person import as_person
from chalicelib.commissions.decide_terms import decide_terms
from chalicelib.commissions.kinds.facts import Article, Facts, Person
from chalicelib.commissions.kinds.model import Plan
from chalicelib.commissions.rules import Compliance, Terms
from chalicelib.distributors import store as distributors
from chalicelib.kernel import settings
from chalicelib.kernel.money import Fen
from chalicelib.members import store as members
from chalicelib.members.rules import Member


@dataclass(frozen=True)
class FreezeLine:
    """An order line about to be placed. ``paid_fen`` is its money after discounts, without freight."""

    line_no: int
    product: Product
    sku: Sku
    quantity: int = 1
    paid_fen: Fen | None = None
    """``None``: at list price."""


@dataclass(frozen=True)
class Context:
    """What else a rule may go by; a plan that needs none of it is not asked for it."""

    sharer_id: str | None = None
    region: tuple[str, str, str] = ("", "", "")
    is_first_order: Callable[[], bool] = lambda: False
    """Asked only where a rule goes by it."""


def freeze(
    buyer: Member,
    path: Sequence[str],
    lines: Sequence[FreezeLine],
    at: datetime,
    *,
    context: Context | None = None,
) -> Terms:
    """The terms for an order of ``buyer`` whose uplines are ``path``, nearest first.

    Takes the plan in force at ``at`` and looks at most as many levels up as the law allows (R12).
    Whoever may not promote stays in its place with nothing; nobody moves up. Reads members and
    distributors that the plan's rules may pay, at most one batch each; commits nothing.
    """
    plan = store.plan_at(at)
    if plan is None:
        return Terms("", 0, "", 0, (), ())
    return decide_terms(plan, _facts(plan, buyer, path, lines, at=at, context=context or Context()))


def _facts(
    plan: Plan,
    buyer: Member,
    path: Sequence[str],
    lines: Sequence[FreezeLine],
    *,
    at: datetime,
    context: Context,
) -> Facts:
    depth = settings.read(Compliance).max_levels
    chain = [one for one in dict.fromkeys(path) if one != buyer.member_id][:depth]  # invariant 9
    chain = chain if "CHAIN" in plan.needs else []
    sharer_id = context.sharer_id if "SHARER" in plan.needs else None
    others = list(dict.fromkeys([*chain, *([sharer_id] if sharer_id else [])]))
    people = members.load_many(others) if others else {}
    asked = [*others, buyer.member_id] if "BUYER" in plan.needs else others
    standings = distributors.load_many(asked) if asked else {}

    def person(member_id: str) -> Person:
        return as_person(member_id, people.get(member_id), standings.get(member_id))

    return Facts(
        at=at,
        buyer=as_person(buyer.member_id, buyer, standings.get(buyer.member_id)),
        chain=tuple(person(one) for one in chain),
        articles=tuple(_article(line) for line in lines),
        sharer=person(sharer_id) if sharer_id else None,
        region=context.region,
        is_first_order="FIRST_ORDER" in plan.needs and context.is_first_order(),
    )


def _article(line: FreezeLine) -> Article:
    list_fen = Fen(line.sku.price_fen * line.quantity)
    return Article(
        line_no=line.line_no,
        product=line.product,
        sku=line.sku,
        quantity=line.quantity,
        paid_fen=list_fen if line.paid_fen is None else line.paid_fen,
        list_fen=list_fen,
        cost_fen=Fen(line.sku.cost_fen * line.quantity),
    )
