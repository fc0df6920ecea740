"""What a period's cap or a budget leaves of a commission when it matures (R9). Pure."""

from collections.abc import Iterable
from dataclasses import dataclass

from chalicelib.commissions.kinds.cap_budget import BudgetCap
from chalicelib.commissions.kinds.cap_payee_period import PayeePeriodCap
from chalicelib.commissions.kinds.model import Plan
from chalicelib.commissions.rules import Commission
from chalicelib.kernel.money import Fen
from chalicelib.standing.period_of import period_of


@dataclass(frozen=True)
class Room:
    """One cap held at maturing: the counter it is counted in, and its limit."""

    counter: str
    limit_fen: Fen


def rooms_of(row: Commission, plan: Plan | None) -> tuple[Room, ...]:
    """The caps that hold this row: of its rule, then of the whole plan."""
    if plan is None:
        return ()
    rule = plan.rule(row.rule)
    found = [(f"{plan.plan_id}#{row.rule}", cap) for cap in (rule.caps if rule else ())]
    found += [(plan.plan_id, cap) for cap in plan.caps]
    rooms = []
    for scope, cap in found:
        if isinstance(cap, PayeePeriodCap):
            rooms.append(
                Room(
                    f"{scope}#{row.payee_id}#{period_of(cap.period, row.created_at).period_id}", Fen(cap.fen)
                )
            )
        elif isinstance(cap, BudgetCap):
            rooms.append(Room(scope, Fen(cap.fen)))
    return tuple(rooms)


def trim(row: Commission, lefts: Iterable[int]) -> Fen:
    """How much of the row stays unpaid when its caps have so much room left each.

    Points, coupons and gifts are kept whole: a part of one is not handed out.
    """
    kept = min([row.left_fen, *(max(0, left) for left in lefts)])
    if row.unit_fen and kept < row.left_fen:
        kept = kept // row.unit_fen * row.unit_fen
    return Fen(row.left_fen - kept)
