"""Staff take a plan out of use (R10)."""

from dataclasses import replace

from chalicelib.commissions import store
from chalicelib.commissions.kinds.model import Plan
from chalicelib.commissions.publish_plan import TAKES_EFFECT_AFTER
from chalicelib.commissions.rules import PlanMovedOn
from chalicelib.kernel.clock import now
from chalicelib.kernel.dynamo import commit


def retire_plan(plan_id: str, *, revision: int) -> Plan:
    """Retire the plan as read at ``revision``; orders that froze it keep it.

    A draft is put away, a plan that has not started never will, one in force ends within seconds:
    no plan pays then until another starts. Retiring twice changes nothing. Raises ``PlanUnknown``
    or ``PlanMovedOn``.
    """
    before = store.load_plan(plan_id)
    if before.status == "RETIRED":
        return before
    if before.revision != revision:
        raise PlanMovedOn()
    soonest = now() + TAKES_EFFECT_AFTER
    ends_at = max(before.starts_at, soonest) if before.starts_at else None
    after = replace(before, status="RETIRED", revision=revision + 1, ends_at=ends_at)
    commit(store.save_plan(before, after))
    store.forget_plans()
    return after
