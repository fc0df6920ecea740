"""Close one period of one distributor: its rows, its journal entry and its mark in one commit (R8)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from chalicelib.commissions import store
from chalicelib.commissions.as_person import as_person
from chalicelib.commissions.credit import Credited, credit_rows
from chalicelib.commissions.decide_period import (
    PeriodClose,
    PeriodRules,
    carried_over,
    decide_period,
    figures_of,
    to_date,
)
from chalicelib.commissions.kinds.facts import Person
from chalicelib.commissions.kinds.model import Plan
from chalicelib.commissions.rules import Commission
from chalicelib.distributors.rules import Distributor
from chalicelib.kernel import settings
from chalicelib.kernel.clock import now
from chalicelib.kernel.dynamo import Write, commit
from chalicelib.kernel.money import Fen
from chalicelib.members.rules import Member
from chalicelib.standing import store as standing
from chalicelib.standing.period_of import Period, period_of
from chalicelib.standing.rules import ALL
from chalicelib.wallet import store as wallet


@dataclass(frozen=True)
class Closing:
    """What is closed: a period that is over, by the plan that was in force at its end."""

    period: Period
    plan: Plan


def close_payee(closing: Closing, member: Member | None, one: Distributor) -> PeriodClose | None:
    """Put what the period earns this distributor; ``None`` when it was closed before, or is not theirs.

    The ids follow from plan, rule, period and payee, and the mark is put in the same transaction, so
    however often and wherever this dies, each row comes into being once. Figures that change between
    reading and writing are carried over into the next period.
    """
    period, plan, at = closing.period, closing.plan, now()
    if (one.decided_at or one.applied_at) >= period.ends_at:
        return None
    last = store.last_close(one.member_id, period)
    after = _after(last.period_id if last else period.period_id, period, at)
    keys = [(one.member_id, scope) for scope in (period.period_id, ALL, *after)]
    found = standing.load_metrics(list(dict.fromkeys(keys)))
    all_time = found[one.member_id, ALL]
    by_period = {scope: figures_of(metrics, all_time) for (_, scope), metrics in found.items()}
    counted = by_period[period.period_id]
    last_now = to_date(by_period[ALL], [by_period[scope] for scope in after])
    later = [by_period[scope] for scope in after if scope > period.period_id]
    carried = carried_over(last, last_now)
    figures = {name: amount + carried.get(name, 0) for name, amount in counted.items()}
    matures_at = at + timedelta(days=settings.read(PeriodRules).hold_days)
    person = _person(member, one, period, all_time.direct_buyers)
    rows = [
        replace(row, matures_at=matures_at if row.state == "PENDING" else None)
        for row in decide_period(plan, period, person, figures, at=at)
    ]
    made = PeriodClose(
        member_id=one.member_id,
        period_id=period.period_id,
        closed_at=at,
        plan_id=plan.plan_id,
        plan_version=plan.version,
        counted=counted,
        carried=carried,
        amount_fen=_sum(rows),
        rows=tuple(dict.fromkeys(row.order_id for row in rows)),
        to_date=to_date(by_period[ALL], later),
    )
    credited = credit_rows(rows)
    try:
        commit(store.close(made), credited.writes, _booked(made, credited))
    except store.ClosedBefore:
        return None
    return made


def _after(last_id: str, period: Period, at: datetime) -> list[str]:
    """The periods of this kind that come after the last closed one, up to that of ``at``; ids sort."""
    found, one = [], period_of(period.kind, at)
    while one.period_id > last_id:
        found.append(one.period_id)
        one = one.previous
    return found


def _person(member: Member | None, one: Distributor, period: Period, direct_buyers: int) -> Person:
    violated = one.violated_at is not None and one.violated_at >= period.starts_at
    person = as_person(one.member_id, member, one)
    return replace(person, has_open_violation=violated, direct_buyers=direct_buyers)


def _booked(made: PeriodClose, credited: Credited) -> list[Write]:
    """Cash and points are a claim from now on; coupons and gifts come into being when they mature."""
    if not credited.postings and not credited.points:
        return []
    refs = {"period_id": made.period_id, "member_id": made.member_id, "plan_id": made.plan_id}
    name = f"PERIOD:{made.period_id}:{made.member_id}"
    return [wallet.entry(name, made.closed_at, credited.postings, refs, points=credited.points)]


def _sum(rows: Sequence[Commission]) -> Fen:
    return Fen(sum(row.amount_fen for row in rows))
