"""A new shop begins with a plan that is lawful and modest, so that selling works from the first order."""

from chalicelib.commissions import store
from chalicelib.commissions.kinds.model import Plan
from chalicelib.commissions.level_rules import level_rules
from chalicelib.kernel.clock import now
from chalicelib.kernel.dynamo import commit
from chalicelib.kernel.ids import derived_id


def first_plan() -> Plan:
    """Publish the default plan from now on: 10 % and 5 %, capped at 30 %; own purchases earn nothing.

    Does nothing when there is any plan already, and returns the oldest then.
    """
    there = store.plans()
    if there:
        return there[-1]
    at = now()
    plan = Plan(
        plan_id=derived_id("PL", "1"),
        version=1,
        name="标准返利方案",
        status="PUBLISHED",
        rules=level_rules((1000, 500)),
        note="直接上级 10%，间接上级 5%，合计不超过商品实付金额的 30%。",
        created_at=at,
        published_at=at,
        starts_at=at,
    )
    commit(store.add_plan(plan))
    store.forget_plans()
    return plan
