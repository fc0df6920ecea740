"""Staff publish a draft from a date on; from then it is never changed (R10, R12)."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from chalicelib.commissions import store
from chalicelib.commissions.kinds.model import Plan
from chalicelib.commissions.plan_breaches import plan_breaches
from chalicelib.commissions.plan_in_force import never_began
from chalicelib.commissions.rules import (
    PlanMovedOn,
    PlanNotCompliant,
    PlanNotDraft,
)
from chalicelib.kernel.clock import now
from chalicelib.kernel.dynamo import commit
from chalicelib.kernel.errors import Conflict, Invalid

TAKES_EFFECT_AFTER = timedelta(seconds=store.KEPT_SECONDS + 5)
"""Every process reads the plans afresh within this time, so all of them switch at the same moment."""


class PlanNotApproved(Conflict):
    """A plan is published once it was submitted and, above the shop's limit, approved by another person."""

    title = "方案还没有通过审核"
    detail = "请先提交方案；超过限额的方案需要另一位同事审核。"


def publish_plan(plan_id: str, *, revision: int, starts_at: datetime | None) -> Plan:
    """Publish the approved plan as read at ``revision``, in force from ``starts_at`` or as soon as may be.

    Raises ``PlanNotCompliant`` with each field that breaks a rule, ``Invalid`` for a start in the past
    or one that another plan has, ``PlanNotApproved``, ``PlanNotDraft``, ``PlanMovedOn`` or ``PlanUnknown``.
    """
    before, at = store.load_plan(plan_id), now()
    if before.status in ("DRAFT", "SUBMITTED"):
        raise PlanNotApproved()
    if before.status != "APPROVED":
        raise PlanNotDraft()
    if before.revision != revision:
        raise PlanMovedOn()
    demand_lawful(before)
    start = _start(starts_at, at)
    after = replace(before, status="PUBLISHED", revision=revision + 1, published_at=at, starts_at=start)
    commit(store.save_plan(before, after))
    store.forget_plans()
    return after


def demand_lawful(plan: Plan) -> None:
    """Raise ``PlanNotCompliant`` with every field that breaks a rule, why, and how to mend it."""
    breaches = plan_breaches(plan)
    if breaches:
        fields = {breach.field: f"{breach.reason}{breach.mend}（{breach.rule}）" for breach in breaches}
        raise PlanNotCompliant(breaches[0].reason + breaches[0].mend, fields=fields)


def _start(wanted: datetime | None, at: datetime) -> datetime:
    soonest = at + TAKES_EFFECT_AFTER
    if wanted is None:
        return soonest
    if wanted < at:
        raise Invalid(fields={"starts_at": "开始时间不能早于现在"})
    start = max(wanted.astimezone(UTC), soonest)
    for other in store.plans():
        if other.starts_at == start and not never_began(other):
            raise Invalid(fields={"starts_at": f"这个时间已经有方案「{other.name}」开始，请换一个时间"})
    return start
