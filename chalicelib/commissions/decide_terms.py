"""Who earns on an order by a plan, and by which grants, from facts alone (R1 … R10). Pure.

Freezing and simulating both come through here, so a simulation says what an order then freezes.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from chalicelib.catalog.rules import promotion_of
from chalicelib.commissions.kinds.facts import Claim, Facts
from chalicelib.commissions.kinds.model import Plan, Rule
from chalicelib.commissions.rules import CapTerm, Grant, Note, Payee, TermLine, Terms

_NOTHING = Grant("NONE")
_UNMET = Grant("UNMET")


@dataclass(frozen=True)
class _Earning:
    """One payee with its grants, one for each line."""

    payee: Payee
    grants: list[Grant]


def decide_terms(plan: Plan, facts: Facts) -> Terms:
    """The terms of an order. Who is excluded, or misses a condition, is there with nothing and its reason.

    A product that takes no part in distribution earns nobody anything, by whatever rule.
    """
    found: list[_Earning] = []
    for rule in sorted(plan.order_rules, key=lambda one: one.how.follows):
        found += _of_rule(rule, facts, [one.payee for one in found])
    if not found:
        return plan.empty_terms
    lines = tuple(
        TermLine(
            article.line_no,
            article.product.product_id,
            article.sku.sku_id,
            tuple(one.grants[number] for one in found),
        )
        for number, article in enumerate(facts.articles)
    )
    return Terms(
        plan.plan_id,
        plan.version,
        plan.name,
        plan.cap_bps,
        tuple(one.payee for one in found),
        lines,
        _caps(plan, {one.payee.rule for one in found}),
        claims_first_order=facts.is_first_order,
    )


def _of_rule(rule: Rule, facts: Facts, before: Sequence[Payee]) -> list[_Earning]:
    by_member = {claim.person.member_id: claim for claim in reversed(rule.who.claims(facts))}
    claims = list(reversed(by_member.values()))  # a person earns once by a rule: the row's key says so
    if not claims:
        return []
    judged = [_judged(rule, claim, facts) for claim in claims]
    grants = rule.who.shared_out(claims, [grants for _, grants in judged])
    return [
        _Earning(_payee(rule, claim, notes, before), own)
        for claim, (notes, _), own in zip(claims, judged, grants, strict=True)
    ]


def _judged(rule: Rule, claim: Claim, facts: Facts) -> tuple[tuple[Note, ...], list[Grant]]:
    """What the conditions say of the payee as a whole, and its grants before others' are considered."""
    if claim.person.excluded is not None:
        return (), [_NOTHING] * len(facts.articles)
    notes, is_met = [], True
    for condition in rule.conditions:
        if not condition.is_of_line:
            holds = condition.holds(claim, facts, None)
            note = condition.note(claim, facts)
            notes.append(replace(note, figures={**note.figures, "met": int(holds)}))
            is_met = is_met and holds
    if not is_met:
        return tuple(notes), [_UNMET] * len(facts.articles)
    return tuple(notes), _granted(rule, claim, facts)


def _granted(rule: Rule, claim: Claim, facts: Facts) -> list[Grant]:
    bases = [rule.base.of(article) for article in facts.articles]
    is_other_base = rule.base.kind not in ("PAID", "QUANTITY")
    found = []
    of_line = [one for one in rule.conditions if one.is_of_line]
    for article, base, grant in zip(facts.articles, bases, rule.how.grants(claim, facts, bases), strict=True):
        if not promotion_of(article.product, article.sku).takes_part:
            found.append(Grant("OFF"))
        elif not all(one.holds(claim, facts, article) for one in of_line):
            found.append(_UNMET)
        else:
            found.append(replace(grant, base_fen=base) if is_other_base else grant)
    return found


def _payee(rule: Rule, claim: Claim, notes: tuple[Note, ...], before: Sequence[Payee]) -> Payee:
    person = claim.person
    payee = Payee(
        member_id=person.member_id,
        level=claim.level,
        distributor_level_id=person.level_id,
        rule=rule.rule_id,
        excluded=person.excluded,
        distributor_level_name=person.level_name,
        rule_title=rule.title,
        base="COMMISSION" if rule.how.follows else rule.base.kind,
        forms=tuple(form.term() for form in rule.forms),
        notes=(*claim.notes, *notes),
    )
    bonus_of = rule.how.follows_payees(payee, before)
    return replace(payee, bonus_of=bonus_of) if bonus_of else payee


def _caps(plan: Plan, rule_ids: set[str]) -> tuple[CapTerm, ...]:
    own = [
        cap.term(rule.rule_id) for rule in plan.order_rules if rule.rule_id in rule_ids for cap in rule.caps
    ]
    return tuple(term for term in (*own, *(cap.term(None) for cap in plan.caps)) if term is not None)
