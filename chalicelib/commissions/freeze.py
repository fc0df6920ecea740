"""At placement, decide for ever who will be paid for an order and by which terms (design §2, R10)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from chalicelib.catalog.rules import Product, Sku
from chalicelib.commissions import store
from chalicelib.commissions.as_person import as_person
from chalicelib.commissions.decide_terms import decide_terms
from chalicelib.commissions.kinds.facts import Article, Facts, Holder
from chalicelib.commissions.kinds.model import Plan
from chalicelib.commissions.limit_chain import limit_chain
from chalicelib.commissions.load_people import load_people
from chalicelib.commissions.rules import Compliance, Terms
from chalicelib.kernel import settings
from chalicelib.kernel.money import Fen
from chalicelib.members.rules import Member
from chalicelib.standing import store as standing


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
    chain = limit_chain(buyer.member_id, path, depth)
    chain = chain if "CHAIN" in plan.needs else []
    sharer_id = context.sharer_id if "SHARER" in plan.needs else None
    held = standing.holders(*context.region) if "REGION" in plan.needs and context.region[0] else []
    others = list(dict.fromkeys([*chain, *filter(None, [sharer_id]), *(one.member_id for one in held)]))
    asked = [*others, buyer.member_id] if "BUYER" in plan.needs else others
    people = load_people(plan.needs, asked, {buyer.member_id: buyer})
    return Facts(
        at=at,
        buyer=people.get(buyer.member_id) or as_person(buyer.member_id, buyer, None),
        chain=tuple(people[one] for one in chain),
        articles=tuple(_article(line) for line in lines),
        sharer=people[sharer_id] if sharer_id else None,
        holders=tuple(Holder(one.level, people[one.member_id]) for one in held),
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
