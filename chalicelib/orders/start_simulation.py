"""Ask what a plan would have paid on past orders, beside the plan in force; long work (R10)."""

import json
from collections.abc import Sequence
from typing import Any

from chalicelib.commissions import store as commissions
from chalicelib.commissions.decide_period import PeriodRules
from chalicelib.commissions.kinds.as_json import caps_json, rules_json
from chalicelib.commissions.kinds.model import Plan
from chalicelib.commissions.past_order import OrderIn
from chalicelib.commissions.plan_in_force import plan_in_force
from chalicelib.commissions.rules import Compliance
from chalicelib.jobs.rules import Job, Kind
from chalicelib.jobs.start_job import start_job
from chalicelib.kernel import settings
from chalicelib.kernel.clock import business_day, now

SIMULATION = Kind("PLAN_SIMULATION", "返利方案模拟", "plans.read")


def start_simulation(plan_id: str, *, days: int, orders: Sequence[OrderIn] | None, by: str, key: str) -> Job:
    """The job that replays the shop's last so many days, or these orders (as docs/schemas/orders.json).

    Both plans are taken as they are now, so an edit meanwhile changes nothing of it. Raises
    ``PlanUnknown`` and what ``start_job`` does.
    """
    plan = commissions.load_plan(plan_id)
    current = plan_in_force(commissions.plans(), now())
    given = {
        "plan": _kept(plan),
        "current": _kept(current) if current else None,
        "orders": None if orders is None else _in_time(orders),
        "max_levels": settings.read(Compliance).max_levels,
        "close_after_days": settings.read(PeriodRules).close_after_days,
    }
    params = {
        "plan_id": plan_id,
        "plan_version": plan.version,
        "revision": plan.revision,
        "compared_with": current.plan_id if current else None,
        "days": days if orders is None else None,
        "until": business_day(now()).isoformat() if orders is None else None,
        "orders": None if orders is None else len(orders),
    }
    content = json.dumps(given, ensure_ascii=False, sort_keys=True).encode()
    name = f"模拟-{plan.name}-第{plan.version}版.json"
    return start_job(SIMULATION, params, by=by, key=key, file_name=name, given=content)


def _in_time(orders: Sequence[OrderIn]) -> list[dict[str, Any]]:
    """As caps over time take them."""
    return [one.model_dump(mode="json") for one in sorted(orders, key=lambda one: one.at)]


def _kept(plan: Plan) -> dict[str, Any]:
    return {
        "plan_id": plan.plan_id,
        "version": plan.version,
        "name": plan.name,
        "cap_bps": plan.cap_bps,
        "rules": rules_json(plan.rules),
        "caps": caps_json(plan.caps),
    }
