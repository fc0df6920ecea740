"""What a closed period earns one distributor by a plan, from its figures alone (R5, R8). Pure.

Each period rule is reckoned as a sale of one line whose base is the period's figure, so the shop's ceiling,
caps, forms and rounding are those of orders, and simulating says what closing then pays.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from chalicelib.commissions.commissions_of import commissions_of
from chalicelib.commissions.kinds.facts import Claim, Facts, Figures, Metric, Person
from chalicelib.commissions.kinds.model import Plan, Rule
from chalicelib.commissions.rules import (
    OUTSIDE,
    Commission,
    Grant,
    Note,
    Payee,
    Sale,
    SaleLine,
    TermLine,
    Terms,
)
from chalicelib.kernel import settings
from chalicelib.kernel.money import Fen
from chalicelib.standing.period_of import Period
from chalicelib.standing.rules import Metrics

CARRIED: tuple[Metric, ...] = ("OWN_SALES", "TEAM_SALES", "OWN_SPEND", "ORDERS")
"""What late events of a closed period add to, or take from, the next one."""


@settings.declare("periods", "周期返利")
@dataclass(frozen=True)
class PeriodRules:
    """When a period that is over is closed, and how long its commission then waits (R8)."""

    close_after_days: int = 2
    """WeChat's bill of the last day is matched by then, so every payment of the period is in the books."""
    hold_days: int = 7

    def check(self) -> None:
        """Refuse what would close too early or wait for ever."""
        if not 2 <= self.close_after_days <= 20:
            raise ValueError("周期结束后，请设置在 2 到 20 天之间结算。")
        if not 0 <= self.hold_days <= 90:
            raise ValueError("周期返利的冻结期请设置在 0 到 90 天之间。")


@dataclass(frozen=True)
class PeriodClose:
    """That one member's period was closed, and on which figures; put once.

    ``counted`` are the period's own figures as they stood, ``carried`` what came over from the last
    closed period. ``to_date`` is what all periods up to this one had counted by then. ``rows`` are the ids
    of the commission rows that were put.
    """

    member_id: str
    period_id: str
    closed_at: datetime
    plan_id: str
    plan_version: int
    counted: dict[str, int]
    carried: dict[str, int] = field(default_factory=dict)
    amount_fen: Fen = Fen(0)
    rows: tuple[str, ...] = ()
    to_date: dict[str, int] = field(default_factory=dict)


def decide_period(
    plan: Plan, period: Period, person: Person, figures: Mapping[str, int], *, at: datetime
) -> tuple[Commission, ...]:
    """The rows of this person for the period, those that earn nothing too, with their reasons."""
    return tuple(
        row
        for rule in plan.period_rules
        if rule.when == period.kind
        for row in _of_rule(plan, rule, period, person, figures=Figures(dict(figures)), at=at)
    )


def figures_of(metrics: Metrics, all_time: Metrics) -> dict[str, int]:
    """Figures as rules name them. Direct buyers are those of all time: who has bought has bought (R6)."""
    return {
        "OWN_SALES": metrics.own_sales_fen,
        "TEAM_SALES": metrics.team_sales_fen,
        "OWN_SPEND": metrics.own_spend_fen,
        "ORDERS": metrics.orders,
        "DIRECT_BUYERS": all_time.direct_buyers,
    }


def to_date(all_time: Mapping[str, int], later: Sequence[Mapping[str, int]]) -> dict[str, int]:
    """What all periods up to one have counted: that of all time less that of every ``later`` period."""
    return {name: all_time[name] - sum(one[name] for one in later) for name in CARRIED}


def carried_over(last: PeriodClose | None, last_to_date: Mapping[str, int]) -> dict[str, int]:
    """What the last closed period leaves to this one; ``last_to_date`` counts all up to it now.

    What refunds took beyond zero, and whatever was counted since for that period or for any before it,
    more or less. So over all periods a payee is paid on exactly what was counted.
    """
    if last is None:
        return dict.fromkeys(CARRIED, 0)
    return {
        name: min(0, last.counted[name] + last.carried.get(name, 0))
        + last_to_date[name]
        - last.to_date.get(name, last_to_date[name])
        for name in CARRIED
    }


def _of_rule(
    plan: Plan, rule: Rule, period: Period, person: Person, *, figures: Figures, at: datetime
) -> list[Commission]:
    claim, facts = Claim(person, OUTSIDE), Facts(at=at, buyer=person, chain=(), articles=())
    judged = [(condition, condition.holds(claim, facts, None)) for condition in rule.conditions]
    notes = [
        replace(note := condition.note(claim, facts), figures={**note.figures, "met": int(holds)})
        for condition, holds in judged
    ]
    base_fen = rule.base.of_figures(figures)
    if person.excluded is not None:
        grant = Grant("NONE")
    elif not all(holds for _, holds in judged):
        grant = Grant("UNMET")
    else:
        grant = rule.how.of_period(figures, base_fen)
    sale = Sale(
        f"PERIOD:{plan.plan_id}:{rule.rule_id}:{period.period_id}:{person.member_id}",
        "",
        (SaleLine(1, period.title, 1, base_fen),),
        _terms(plan, rule, person, (Note(rule.who.kind), *notes), grant=grant),
    )
    return commissions_of(sale, at, period.period_id)


def _terms(plan: Plan, rule: Rule, person: Person, notes: tuple[Note, ...], *, grant: Grant) -> Terms:
    payee = Payee(
        member_id=person.member_id,
        level=OUTSIDE,
        distributor_level_id=person.level_id,
        rule=rule.rule_id,
        excluded=person.excluded,
        distributor_level_name=person.level_name,
        rule_title=rule.title,
        base=rule.base.kind,
        forms=tuple(form.term() for form in rule.forms),
        notes=notes,
    )
    caps = tuple(term for cap in rule.caps if (term := cap.term(rule.rule_id)) is not None)
    line = TermLine(1, "", "", (grant,))
    return Terms(plan.plan_id, plan.version, plan.name, plan.cap_bps, (payee,), (line,), caps)
