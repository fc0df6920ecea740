"""What a period's cap or a budget leaves of a commission when it matures (R9). Pure."""

from collections.abc import Callable, Iterable, MutableMapping
from dataclasses import dataclass, replace

from chalicelib.commissions.kinds.cap_budget import BudgetCap
from chalicelib.commissions.kinds.cap_payee_period import PayeePeriodCap
from chalicelib.commissions.kinds.model import Plan
from chalicelib.commissions.rules import Commission
from chalicelib.kernel.money import Fen
from chalicelib.standing.period_of import period_of


@dataclass(frozen=True)
class Room:
    """One cap held at maturing: the counter it is counted in, and its limit."""

    kind: str
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
            period_id = period_of(cap.period, row.created_at).period_id
            rooms.append(Room(cap.kind, f"{scope}#{row.payee_id}#{period_id}", Fen(cap.fen)))
        elif isinstance(cap, BudgetCap):
            rooms.append(Room(cap.kind, scope, Fen(cap.fen)))
    return tuple(rooms)


def holds_over_time(plan: Plan) -> bool:
    """Whether some cap of the plan is held when commissions mature."""
    caps = [*plan.caps, *(cap for rule in plan.rules for cap in rule.caps)]
    return any(isinstance(cap, PayeePeriodCap | BudgetCap) for cap in caps)


def in_turn(rows: Iterable[Commission], plan_of: Callable[[str], Plan | None]) -> list[Commission]:
    """One payee's rows as they were earned; those of one moment as their plan has rules and forms."""
    return sorted(rows, key=lambda row: (row.created_at, row.order_id, *_place(row, plan_of(row.plan_id))))


def _place(row: Commission, plan: Plan | None) -> tuple[bool, int, int]:
    """As crediting puts them: what follows others' commission comes last."""
    for place, rule in enumerate(plan.rules if plan else ()):
        if rule.rule_id == row.rule:
            forms = [form.term().form for form in rule.forms]
            return rule.how.follows, place, forms.index(row.form) if row.form in forms else 0
    return False, 0, 0


def trim_rows(
    rows: Iterable[Commission],
    plan_of: Callable[[str], Plan | None],
    spent: MutableMapping[str, int],
) -> tuple[list[Commission], set[str]]:
    """The rows in turn, each with what its caps leave out of it, and the kinds of caps that did.

    ``spent`` says by counter what was paid within it so far, and grows; what it lacks is zero.
    Rows that are worth nothing are left as they are.
    """
    trimmed, bound = [], set()
    for row in rows:
        if row.state != "PENDING":
            trimmed.append(row)
            continue
        rooms = rooms_of(row, plan_of(row.plan_id))
        lefts = [room.limit_fen - spent.get(room.counter, 0) for room in rooms]
        out_fen = trim(row, lefts)
        bound |= {room.kind for room, left in zip(rooms, lefts, strict=True) if left < row.left_fen}
        for room in rooms:
            spent[room.counter] = spent.get(room.counter, 0) + row.left_fen - out_fen
        trimmed.append(replace(row, trimmed_fen=out_fen) if out_fen else row)
    return trimmed, bound


def trim(row: Commission, lefts: Iterable[int]) -> Fen:
    """How much of the row stays unpaid when its caps have so much room left each.

    Points, coupons and gifts are kept whole: a part of one is not handed out.
    """
    kept = min([row.left_fen, *(max(0, left) for left in lefts)])
    if row.unit_fen and kept < row.left_fen:
        kept = kept // row.unit_fen * row.unit_fen
    return Fen(row.left_fen - kept)
