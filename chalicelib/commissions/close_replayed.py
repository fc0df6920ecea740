"""Close a period on what was replayed in it, by the function that closing itself uses (R8, R10). Pure."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime

from chalicelib.commissions.decide_period import decide_period, figures_of
from chalicelib.commissions.kinds.facts import Facts, Person
from chalicelib.commissions.kinds.model import Plan
from chalicelib.commissions.rules import Commission
from chalicelib.kernel.money import Fen
from chalicelib.standing.period_of import KINDS, Period, period_named, period_of
from chalicelib.standing.rules import Metrics, SaleEvent, facts_of, scopes_of, shares_of


@dataclass
class Figures:
    """What members achieved in replayed orders; grows with members and months, not with orders."""

    months: dict[str, dict[str, dict[str, int]]] = field(default_factory=dict)
    """By month and member."""
    buyers: dict[str, dict[str, datetime]] = field(default_factory=dict)
    """By member, the direct downlines who bought, and when they first did."""
    people: dict[str, dict[str, tuple[datetime, Person]]] = field(default_factory=dict)
    """By month and member, as their last order of the month knew them, and when that was."""

    def count(self, order_id: str, facts: Facts, at: datetime) -> None:
        """Count an order as its payment ``at`` is counted: for its buyer and at most three uplines."""
        uplines = tuple(one.member_id for one in facts.chain)
        sold = SaleEvent(order_id, order_id, facts.buyer.member_id, uplines, at, facts.paid_fen, 1)
        for fact in facts_of(sold):
            members = self.months.setdefault(fact.month, {})
            sums = members.setdefault(fact.member_id, {})
            for name, amount in shares_of(fact).items():
                sums[name] = sums.get(name, 0) + amount
            if fact.level == 1:
                buyers = self.buyers.setdefault(fact.member_id, {})
                buyers[fact.buyer_id] = min(at, buyers.get(fact.buyer_id, at))
        people = self.people.setdefault(period_of("MONTH", at).period_id, {})
        for person in (facts.buyer, *facts.chain):
            before = people.get(person.member_id)
            if before is None or before[0] <= at:
                people[person.member_id] = (at, person)

    def periods(self, plan: Plan) -> set[Period]:
        """The periods in which something was counted, of the kinds that the plan pays for."""
        kinds = {rule.when for rule in plan.period_rules}
        starts = [period_named(month).starts_at for month in self.months]
        return {period_of(kind, at) for at in starts for kind in KINDS if kind in kinds}

    def of(self, period: Period) -> Iterable[str]:
        """Whoever has figures in the period, in one order each time."""
        months = [month for month in self.months if period.period_id in scopes_of(month)]
        return sorted({member_id for month in months for member_id in self.months[month]})

    def person(self, member_id: str, period: Period) -> Person | None:
        """As the member's last order of the period knew them, whatever came later."""
        months = (
            month for month in sorted(self.people, reverse=True) if period.period_id in scopes_of(month)
        )
        found = next(
            (self.people[month][member_id] for month in months if member_id in self.people[month]), None
        )
        return found[1] if found else None

    def buyers_of(self, member_id: str, at: datetime) -> int:
        """The direct downlines who had bought by this moment."""
        return sum(first_at <= at for first_at in self.buyers.get(member_id, {}).values())

    def metrics(self, member_id: str, period: Period) -> Metrics:
        """One member's figures of the period."""
        sums: dict[str, int] = {}
        for month, members in self.months.items():
            if period.period_id in scopes_of(month):
                for name, amount in members.get(member_id, {}).items():
                    sums[name] = sums.get(name, 0) + amount
        return Metrics(
            member_id,
            period.period_id,
            own_sales_fen=Fen(sums.get("own_sales_fen", 0)),
            team_sales_fen=Fen(sums.get("team_sales_fen", 0)),
            orders=sums.get("orders", 0),
            own_spend_fen=Fen(sums.get("own_spend_fen", 0)),
        )


def close_replayed(
    plan: Plan, period: Period, figures: Figures, *, at: datetime, after: str = ""
) -> Iterator[tuple[str, tuple[Commission, ...]]]:
    """Each member and their rows for the period, as of the moment of closing ``at``; those ``after`` one.

    Paid is whoever the orders know as a distributor since before the period's end, with the level of the last
    order in it. Direct buyers are those that this order knew, or those in the orders where they are more.
    """
    for member_id in figures.of(period):
        if member_id <= after:
            continue
        person = figures.person(member_id, period)
        if person is None or not _was_there(person, period):
            continue
        bought = max(person.direct_buyers, figures.buyers_of(member_id, at))
        all_time = Metrics(member_id, "ALL", direct_buyers=bought)
        found = figures_of(figures.metrics(member_id, period), all_time)
        yield member_id, decide_period(plan, period, replace(person, direct_buyers=bought), found, at=at)


def _was_there(person: Person, period: Period) -> bool:
    if person.joined_at is None:
        return person.excluded is None
    return person.joined_at < period.ends_at
