"""Reads of commissions as values, and their writes for a verb's one commit."""

import time
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any, Literal

from chalicelib.commissions.decide_period import PeriodClose
from chalicelib.commissions.kinds.as_json import caps_json, caps_of, rules_json, rules_of
from chalicelib.commissions.kinds.model import Plan
from chalicelib.commissions.models import (
    CommissionRow,
    MarkRow,
    PeriodCloseRow,
    PeriodTotalRow,
    PlanRow,
    SpentRow,
    TreeRow,
)
from chalicelib.commissions.plan_in_force import plan_in_force
from chalicelib.commissions.rules import (
    Commission,
    CommissionsMoved,
    CommissionUnknown,
    PlanMovedOn,
    PlanUnknown,
    State,
    Taken,
    Tree,
)
from chalicelib.kernel.clock import now
from chalicelib.kernel.dynamo import Write, put, put_new, update
from chalicelib.kernel.ids import shard_of
from chalicelib.kernel.money import Fen
from chalicelib.kernel.paging import Page, page
from chalicelib.standing.period_of import Period

DUE_SHARDS = 8
KEPT_SECONDS = 10
"""How old the published plans of this process may be; nothing takes effect sooner than that."""
TREE_SHARDS = 8
_MARKS_KEPT = timedelta(hours=48)
"""A stream forgets after 24 hours, so no event comes again after that."""
_SHELF = "plans"
_kept: tuple[float, list[Plan]] | None = None


def of_order(order_id: str) -> list[Commission]:
    """Every commission of an order, read consistently."""
    return [_value(row) for row in CommissionRow.query(order_id, consistent_read=True)]


def of_order_and_payee(order_id: str, payee_id: str) -> list[Commission]:
    """This member's commissions on this order. Raises ``CommissionUnknown`` when there are none."""
    own = CommissionRow.payee_rule.startswith(f"{payee_id}#")
    found = [_value(row) for row in CommissionRow.query(order_id, own)]
    if not found:
        raise CommissionUnknown()
    return found


def of_payee(
    payee_id: str,
    *,
    limit: int,
    cursor: str | None,
    state: State | None = None,
    between: tuple[datetime, datetime] | None = None,
) -> Page[Commission]:
    """One member's commissions, last credited first; of one state, a page may hold fewer or none.

    The state is picked after reading, so that a rare one never makes a request read a whole history.
    """
    within = CommissionRow.created_at.between(*between) if between else None
    found = page(CommissionRow.by_payee, payee_id, range_condition=within, limit=limit, cursor=cursor)
    return Page([_value(row) for row in found.items if state in (None, row.state)], found.next)


def load_many(keys: Iterable[tuple[str, str]]) -> list[Commission]:
    """The commissions under these keys (order, payee_rule), read consistently, in no order."""
    return [_value(row) for row in CommissionRow.batch_get(list(keys), consistent_read=True)]


def due(at: datetime, limit: int) -> Iterator[tuple[str, str]]:
    """Keys of what is due by ``at``, the longest waiting first, at most ``limit`` of each shard."""
    for shard in range(DUE_SHARDS):
        for row in CommissionRow.due.query(str(shard), CommissionRow.due_at <= at, limit=limit):
            yield row.order_id, row.payee_rule


def next_coming(payee_id: str, after: datetime) -> Commission | None:
    """The member's commission that matures next after this moment, if any has a date."""
    for row in CommissionRow.coming.query(payee_id, CommissionRow.due_at > after, limit=1):
        found = CommissionRow.find(row.order_id, row.payee_rule)
        return _value(found) if found else None
    return None


def of_image(image: dict[str, Any]) -> Commission:
    """The commission that a stream record holds."""
    return _value(CommissionRow.of_image(image))


def add(commission: Commission) -> Write:
    """Put a new commission, once."""
    row = CommissionRow.of_value(commission, payee_rule=commission.payee_rule)
    row.holds = None
    if commission.matures_at is not None:
        row.due_at, row.due_shard = commission.matures_at, _shard(commission)
    return put_new(row)


def claw(commission: Commission, taken: Taken, refund_id: str, *, kept_units: int = 0) -> Write:
    """Take back what ``taken`` says and lift this refund's hold, over the row exactly as it was read."""
    row = CommissionRow
    is_as_seen = (row.state == commission.state) & (row.refunded_fen == commission.refunded_fen)
    actions = [
        row.clawed_fen.set(commission.clawed_fen + taken.taken_fen),
        row.refunded_fen.set(taken.refunded_fen),
        row.refunded_by_line.set(taken.refunded_by_line),
        row.holds.delete({refund_id}),
    ]
    if kept_units:
        actions.append(row.kept_units.set(commission.kept_units + kept_units))
    if taken.taken_fen == commission.left_fen:
        actions += [row.state.set("CLAWED"), row.due_shard.remove(), row.due_at.remove()]
    else:
        actions += _due_again(commission)
    return update(row, _key(commission), actions, is_as_seen, otherwise=CommissionsMoved)


def hold(commission: Commission, refund_id: str) -> Write:
    """Keep the commission from maturing while this refund is open."""
    actions = [CommissionRow.holds.add({refund_id})]
    return update(CommissionRow, _key(commission), actions, CommissionRow.order_id.exists())


def lift(commission: Commission, refund_id: str) -> Write:
    """Take this refund's hold off; a commission whose window is over is looked at again at once."""
    actions = [CommissionRow.holds.delete({refund_id}), *_due_again(commission)]
    is_as_seen = CommissionRow.state == commission.state
    return update(CommissionRow, _key(commission), actions, is_as_seen, otherwise=CommissionsMoved)


def start_window(commission: Commission, due_at: datetime) -> Write:
    """Let the commission mature at ``due_at``; the sweeper clears what needs no maturing."""
    row = CommissionRow
    actions = [row.matures_at.set(due_at), row.due_at.set(due_at), row.due_shard.set(_shard(commission))]
    return update(row, _key(commission), actions, row.order_id.exists())


def mature(commission: Commission, at: datetime) -> Write:
    """PENDING becomes MATURED, if nothing changed, no refund is open and its time has come (invariant 12)."""
    row = CommissionRow
    may = (
        (row.state == "PENDING")
        & row.holds.does_not_exist()
        & (row.matures_at <= at)
        & (row.refunded_fen == commission.refunded_fen)
    )
    actions = [row.state.set("MATURED"), row.matured_at.set(at), row.due_shard.remove(), row.due_at.remove()]
    if commission.trimmed_fen:
        actions.append(row.trimmed_fen.set(commission.trimmed_fen))
    return update(row, _key(commission), actions, may, otherwise=CommissionsMoved)


def look_again(commission: Commission, at: datetime) -> Write:
    """A held commission waits, so that the sweeper sees others first; lifting the hold brings it back."""
    return update(
        CommissionRow,
        _key(commission),
        [CommissionRow.due_at.set(at)],
        (CommissionRow.state == "PENDING") & CommissionRow.holds.exists(),
        otherwise=CommissionsMoved,
    )


def wait(commission: Commission, at: datetime) -> Write:
    """A pending commission whose payee is frozen stays pending, and others come first until ``at``."""
    is_due = (CommissionRow.state == "PENDING") & CommissionRow.due_at.exists()
    actions = [CommissionRow.due_at.set(at)]
    return update(CommissionRow, _key(commission), actions, is_due, otherwise=CommissionsMoved)


def not_due(commission: Commission) -> Write:
    """Take a commission that is not pending out of the due index."""
    row = CommissionRow
    actions = [row.due_shard.remove(), row.due_at.remove()]
    return update(row, _key(commission), actions, row.state != "PENDING", otherwise=CommissionsMoved)


def plans() -> list[Plan]:
    """Every plan, the highest version first, read consistently."""
    found = [_plan(row) for row in PlanRow.query(_SHELF, consistent_read=True)]
    return sorted(found, key=lambda plan: -plan.version)


def load_plan(plan_id: str) -> Plan:
    """One plan. Raises ``PlanUnknown``."""
    row = PlanRow.find(_SHELF, plan_id)
    if row is None:
        raise PlanUnknown()
    return _plan(row)


def plan_at(at: datetime) -> Plan | None:
    """The plan in force, from memory that is at most ten seconds old."""
    global _kept
    if _kept is None or _kept[0] < time.monotonic():
        _kept = (time.monotonic() + KEPT_SECONDS, plans())
    return plan_in_force(_kept[1], at)


def known_plan(plan_id: str) -> Plan | None:
    """The plan of this id, from memory; a published one never changes."""
    plan_at(now())
    return next((plan for plan in (_kept or (0, []))[1] if plan.plan_id == plan_id), None)


def spent_of(counter: str) -> int:
    """What was paid so far within this cap."""
    row = SpentRow.find(counter)
    return row.spent_fen if row else 0


def count_spent(counter: str, before_fen: int, after_fen: int) -> Write:
    """Count more over exactly what was read, else ``CommissionsMoved``."""
    seen = SpentRow.spent_fen == before_fen if before_fen else SpentRow.counter.does_not_exist()
    return put(SpentRow(counter=counter, spent_fen=after_fen), seen, CommissionsMoved)


def forget_plans() -> None:
    """Read the plans afresh from now on."""
    global _kept
    _kept = None


def add_plan(plan: Plan) -> Write:
    """Put a new plan; ``PlanMovedOn`` when its version was taken meanwhile (the id follows from it)."""
    return put_new(_plan_row(plan), PlanMovedOn)


def save_plan(before: Plan, after: Plan) -> Write:
    """Write a plan over exactly the one that was read, else ``PlanMovedOn``."""
    as_seen = (PlanRow.status == before.status) & (PlanRow.revision == before.revision)
    return put(_plan_row(after), as_seen, PlanMovedOn)


class ClosedBefore(Exception):
    """This member's period was closed already."""


def last_close(member_id: str, before: Period) -> PeriodClose | None:
    """The member's last closed period of the same kind that lies before this one."""
    earlier = PeriodCloseRow.period_id.between(before.period_id[0], before.previous.period_id)
    found = PeriodCloseRow.query(member_id, earlier, scan_index_forward=False, limit=1, consistent_read=True)
    return next((row.as_value(PeriodClose) for row in found), None)


def closed(period: Period, member_ids: Iterable[str]) -> dict[str, PeriodClose]:
    """Those of these members whose period is closed."""
    keys = [(member_id, period.period_id) for member_id in member_ids]
    rows = PeriodCloseRow.batch_get(list(keys), consistent_read=True) if keys else ()
    return {row.member_id: row.as_value(PeriodClose) for row in rows}


def closes_of(member_id: str, *, limit: int, cursor: str | None) -> Page[PeriodClose]:
    """One member's closed periods: years, quarters and months, each newest first."""
    found = page(PeriodCloseRow, member_id, limit=limit, cursor=cursor)
    return found.map(lambda row: row.as_value(PeriodClose))


def close(made: PeriodClose) -> list[Write]:
    """Put the mark, and add to what the period paid; ``ClosedBefore`` when it was closed already."""
    row, shard = PeriodTotalRow, str(shard_of(made.member_id, TREE_SHARDS))
    grown = [
        row.payees.set((row.payees | 0) + 1),
        row.amount_fen.set((row.amount_fen | 0) + made.amount_fen),
    ]
    return [
        put_new(PeriodCloseRow.of_value(made), ClosedBefore),
        update(row, (made.period_id, shard), grown),
    ]


def period_total(period_id: str) -> tuple[int, int]:
    """How many payees a period was closed for, and what it paid them in fen."""
    rows = list(PeriodTotalRow.query(period_id, consistent_read=True))
    return sum(row.payees for row in rows), sum(row.amount_fen for row in rows)


class CountedBefore(Exception):
    """The stream delivered this event again."""


def count_tree(
    event: str, root_id: str, *, heads: Sequence[int] = (0, 0, 0), earned_fen: int = 0, level: int = 0
) -> list[Write]:
    """Add people below a root, by level, or commission it earned at a level; ``CountedBefore`` if again."""
    forget_at = int((now() + _MARKS_KEPT).timestamp())
    return [
        put_new(MarkRow(f"{event}:{root_id}", forget_at=forget_at), CountedBefore),
        _grow(root_id, heads, earned_fen, level),
    ]


def trees(by: Literal["headcount", "earned"], limit: int) -> list[Tree]:
    """The trees with the most people or the most commission, at most ``limit``."""
    index = TreeRow.by_headcount if by == "headcount" else TreeRow.by_earned
    rows = [
        row
        for shard in range(TREE_SHARDS)
        for row in index.query(str(shard), scan_index_forward=False, limit=limit)
    ]
    found = [row.as_value(Tree) for row in rows]
    rank = (lambda tree: -tree.headcount) if by == "headcount" else (lambda tree: -tree.earned_fen)
    return sorted(found, key=rank)[:limit]


def tree(root_id: str) -> Tree:
    """One tree, read consistently; zeros when nothing was counted yet."""
    row = TreeRow.find(root_id)
    return row.as_value(Tree) if row else _no_tree(root_id)


def put_tree(counted: Tree, seen: Tree) -> Write:
    """Write a recounted tree over exactly the one seen, else ``CommissionsMoved``."""
    row = TreeRow
    pairs = ((row.heads_1, seen.heads_1), (row.heads_2, seen.heads_2), (row.heads_3, seen.heads_3))
    as_seen: Any = row.earned_fen == seen.earned_fen
    for attribute, number in pairs:
        as_seen = as_seen & (attribute == number)
    if seen == _no_tree(seen.root_id):
        as_seen = as_seen | row.root_id.does_not_exist()
    shard = str(shard_of(counted.root_id, TREE_SHARDS))
    return put(TreeRow.of_value(counted, shard=shard), as_seen, CommissionsMoved)


def _no_tree(root_id: str) -> Tree:
    return Tree(root_id, 0, 0, 0, 0, Fen(0), Fen(0), Fen(0), Fen(0), Fen(0))


def _grow(root_id: str, heads: Sequence[int], earned_fen: int, level: int) -> Write:
    row = TreeRow
    earned = [earned_fen if place == level else 0 for place in range(4)]
    pairs: list[tuple[Any, int]] = [
        (row.headcount, sum(heads)),
        (row.heads_1, heads[0]),
        (row.heads_2, heads[1]),
        (row.heads_3, heads[2]),
        (row.earned_fen, earned_fen),
        (row.earned_0_fen, earned[0]),
        (row.earned_1_fen, earned[1]),
        (row.earned_2_fen, earned[2]),
        (row.earned_3_fen, earned[3]),
    ]
    actions = [attribute.set((attribute | 0) + amount) for attribute, amount in pairs]
    return update(row, (root_id,), [*actions, row.shard.set(str(shard_of(root_id, TREE_SHARDS)))])


def _due_again(commission: Commission) -> list[Any]:
    row = CommissionRow
    if commission.matures_at is None or commission.state != "PENDING":
        return []
    return [row.due_at.set(commission.matures_at), row.due_shard.set(_shard(commission))]


def _key(commission: Commission) -> tuple[str, str]:
    return commission.order_id, commission.payee_rule


def _shard(commission: Commission) -> str:
    return str(shard_of(f"{commission.order_id}#{commission.payee_rule}", DUE_SHARDS))


def _plan(row: PlanRow) -> Plan:
    return row.as_value(Plan, rules=rules_of(row.rules_json), caps=caps_of(row.caps_json))


def _plan_row(plan: Plan) -> PlanRow:
    return PlanRow.of_value(
        plan, shelf=_SHELF, rules_json=rules_json(plan.rules), caps_json=caps_json(plan.caps)
    )


def _value(row: CommissionRow) -> Commission:
    return row.as_value(Commission, holds=frozenset(row.holds or ()))
