"""Which plan counts at a moment (R10). Pure."""

from collections.abc import Iterable
from datetime import datetime

from chalicelib.commissions.kinds.model import Plan


def plan_in_force(plans: Iterable[Plan], at: datetime) -> Plan | None:
    """The one plan for orders placed at this moment: start ≤ moment < start of the next (R10).

    A plan retired before its start never counts; one retired later leaves no plan until the next.
    """
    started = [plan for plan in plans if plan.starts_at and plan.starts_at <= at and not never_began(plan)]
    latest = max(started, key=lambda plan: (plan.starts_at, plan.version), default=None)
    if latest is None or (latest.ends_at is not None and latest.ends_at <= at):
        return None
    return latest


def never_began(plan: Plan) -> bool:
    """Retired before its start."""
    return plan.ends_at is not None and plan.starts_at is not None and plan.ends_at <= plan.starts_at
