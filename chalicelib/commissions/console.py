"""Staff's doors: plans, commissions with their explanation, maturing, the compliance report (R10 … R12)."""

import json
from collections.abc import Iterable
from typing import Any

from chalicelib.commissions import store
from chalicelib.commissions.close_period import close_period
from chalicelib.commissions.compare_plans import compare_plans, differences, sentence
from chalicelib.commissions.draft_plan import draft_plan, edit_draft
from chalicelib.commissions.kinds.model import Plan
from chalicelib.commissions.mature import mature
from chalicelib.commissions.plan_breaches import plan_breaches
from chalicelib.commissions.plan_in_force import plan_in_force
from chalicelib.commissions.plan_templates import plan_templates
from chalicelib.commissions.publish_plan import PlanNotApproved, publish_plan
from chalicelib.commissions.report_compliance import PROMISES, Report, needs_care, report_compliance
from chalicelib.commissions.retire_plan import retire_plan
from chalicelib.commissions.rules import (
    PlanMovedOn,
    PlanNotCompliant,
    PlanNotDraft,
    PlanUnknown,
    Tree,
)
from chalicelib.commissions.schemas import (
    BreachOut,
    CheckOut,
    CommissionsAsked,
    CommissionsOut,
    ComplianceOut,
    DiffAsked,
    DifferenceOut,
    DiffOut,
    EditPlanIn,
    ExplainedListOut,
    MaturedOut,
    NewPlanIn,
    PeriodClosesOut,
    PeriodExplainedOut,
    PeriodsAsked,
    PeriodsClosedOut,
    PeriodsOut,
    PlanIn,
    PlanOut,
    PlansOut,
    PublishPlanIn,
    StepPlanIn,
    TemplateOut,
    TemplatesOut,
    TreeOut,
    TreesAsked,
)
from chalicelib.commissions.show import show, show_explained
from chalicelib.commissions.show_periods import PeriodNotClosed, show_close, show_closes, show_periods
from chalicelib.commissions.submit_plan import (
    PlanNeedsAnother,
    PlanNotSubmitted,
    approve_plan,
    send_back,
    submit_plan,
)
from chalicelib.kernel.auth import staff
from chalicelib.kernel.clock import now
from chalicelib.kernel.errors import Crowded, Invalid
from chalicelib.kernel.http import Ask, Doors, Paging, Reply, problem
from chalicelib.kernel.paging import BadCursor
from chalicelib.standing.period_of import PeriodUnknown

doors = Doors("/console")


@doors.get("/plans", who=staff("plans.read"), returns=PlansOut)
def list_plans(ask: Ask[Any]) -> PlansOut:
    """Every rebate plan, the highest version first."""
    return PlansOut(items=_shown(store.plans()))


@doors.post(
    "/plans",
    who=staff("plans.edit"),
    body=NewPlanIn,
    returns=PlanOut,
    status=201,
    errors=(PlanUnknown, Crowded),
)
def add_plan(ask: Ask[NewPlanIn]) -> PlanOut:
    """Draft a new version of the rebate plan."""
    return _plan(draft_plan(_wanted(ask.body, based_on=ask.body.based_on), by=ask.who.id))


@doors.get("/plan-templates", who=staff("plans.read"), returns=TemplatesOut)
def list_templates(ask: Ask[Any]) -> TemplatesOut:
    """Plans to begin with, one for each scheme the market knows."""
    return TemplatesOut(items=[TemplateOut(**vars(one)) for one in plan_templates()])


@doors.get("/plans/{plan_id}", who=staff("plans.read"), returns=PlanOut, errors=(PlanUnknown,))
def read_plan(ask: Ask[Any]) -> PlanOut:
    """One plan."""
    return _plan(store.load_plan(ask.path["plan_id"]))


@doors.put(
    "/plans/{plan_id}",
    who=staff("plans.edit"),
    body=EditPlanIn,
    returns=PlanOut,
    errors=(PlanUnknown, PlanNotDraft, PlanMovedOn),
)
def change_plan(ask: Ask[EditPlanIn]) -> PlanOut | Reply:
    """Edit a draft; of two editors at once the second is told what the first one made of it."""
    wanted = _wanted(ask.body)
    try:
        return _plan(edit_draft(ask.path["plan_id"], wanted, revision=ask.body.revision, by=ask.who.id))
    except PlanMovedOn as refusal:
        now_there = store.load_plan(ask.path["plan_id"])
        reply = problem(refusal, ask.request_id)
        body = json.loads(reply.body)
        body["revision"] = now_there.revision
        body["differences"] = [vars(one) for one in differences(now_there, wanted)]
        return Reply(json.dumps(body, ensure_ascii=False), reply.status, reply.headers)


@doors.post(
    "/plans/{plan_id}/submit",
    who=staff("plans.edit"),
    body=StepPlanIn,
    returns=PlanOut,
    errors=(PlanUnknown, PlanNotDraft, PlanMovedOn, PlanNotCompliant),
)
def submit(ask: Ask[StepPlanIn]) -> PlanOut:
    """Submit a draft; below the shop's limit that approves it."""
    return _plan(submit_plan(ask.path["plan_id"], revision=ask.body.revision, by=ask.who.id))


@doors.post(
    "/plans/{plan_id}/approve",
    who=staff("plans.publish"),
    body=StepPlanIn,
    returns=PlanOut,
    errors=(PlanUnknown, PlanNotSubmitted, PlanNeedsAnother, PlanMovedOn),
)
def approve(ask: Ask[StepPlanIn]) -> PlanOut:
    """Approve a submitted plan; never one's own."""
    return _plan(approve_plan(ask.path["plan_id"], revision=ask.body.revision, by=ask.who.id))


@doors.post(
    "/plans/{plan_id}/send-back",
    who=staff("plans.edit"),
    body=StepPlanIn,
    returns=PlanOut,
    errors=(PlanUnknown, PlanNotSubmitted, PlanMovedOn),
)
def return_to_draft(ask: Ask[StepPlanIn]) -> PlanOut:
    """Make a submitted or approved plan a draft again."""
    return _plan(send_back(ask.path["plan_id"], revision=ask.body.revision))


@doors.get("/plans/{plan_id}/check", who=staff("plans.read"), returns=CheckOut, errors=(PlanUnknown,))
def check(ask: Ask[Any]) -> CheckOut:
    """Whether the plan may be published, and if not, what to mend."""
    return _checked(store.load_plan(ask.path["plan_id"]))


@doors.post("/plans/check", who=staff("plans.read"), body=PlanIn, returns=CheckOut)
def check_content(ask: Ask[PlanIn]) -> CheckOut:
    """The same of what an editor holds and has not saved; nothing is written."""
    return _checked(_wanted(ask.body))


@doors.get(
    "/plans/{plan_id}/diff",
    who=staff("plans.read"),
    query=DiffAsked,
    returns=DiffOut,
    errors=(PlanUnknown,),
)
def diff(ask: Ask[Any]) -> DiffOut:
    """What another plan has otherwise."""
    differences = compare_plans(store.load_plan(ask.path["plan_id"]), store.load_plan(ask.query.to))
    return DiffOut(items=[DifferenceOut.model_validate(one) for one in differences])


@doors.post(
    "/plans/{plan_id}/publish",
    who=staff("plans.publish"),
    body=PublishPlanIn,
    returns=PlanOut,
    errors=(PlanUnknown, PlanNotDraft, PlanNotApproved, PlanMovedOn, PlanNotCompliant, Invalid),
)
def publish(ask: Ask[PublishPlanIn]) -> PlanOut:
    """Publish a draft from a date on; orders placed before keep the plan they froze."""
    given = ask.body
    return _plan(publish_plan(ask.path["plan_id"], revision=given.revision, starts_at=given.starts_at))


@doors.post(
    "/plans/{plan_id}/retire",
    who=staff("plans.publish"),
    body=StepPlanIn,
    returns=PlanOut,
    errors=(PlanUnknown, PlanMovedOn),
)
def retire(ask: Ask[StepPlanIn]) -> PlanOut:
    """Take a plan out of use."""
    return _plan(retire_plan(ask.path["plan_id"], revision=ask.body.revision))


@doors.get(
    "/commissions",
    who=staff("commissions.read"),
    query=CommissionsAsked,
    returns=CommissionsOut,
    errors=(BadCursor,),
)
def list_commissions(ask: Ask[Any]) -> CommissionsOut:
    """One distributor's commissions, newest first."""
    found = store.of_payee(ask.query.payee_id, limit=ask.query.limit, cursor=ask.query.next)
    return CommissionsOut(items=show(found.items), next=found.next)


@doors.get("/commissions/{order_id}", who=staff("commissions.read"), returns=ExplainedListOut)
def read_commissions(ask: Ask[Any]) -> ExplainedListOut:
    """All commissions of an order, each explained; none for an order that earned nobody anything."""
    return ExplainedListOut(items=show_explained(store.of_order(ask.path["order_id"])))


@doors.post("/commissions/mature", who=staff("plans.publish"), returns=MaturedOut)
def mature_now(ask: Ask[Any]) -> MaturedOut:
    """Run maturing now; what is not due stays as it is."""
    return MaturedOut.model_validate(mature())


@doors.get("/periods", who=staff("commissions.read"), query=PeriodsAsked, returns=PeriodsOut)
def list_periods(ask: Ask[Any]) -> PeriodsOut:
    """The last twelve periods: how far closing is and what it paid."""
    return show_periods(ask.query.kind)


@doors.post("/periods/close", who=staff("plans.publish"), returns=PeriodsClosedOut)
def close_now(ask: Ask[Any]) -> PeriodsClosedOut:
    """Go on closing what is due; what is closed stays as it is."""
    return PeriodsClosedOut.model_validate(close_period())


@doors.get(
    "/distributors/{member_id}/periods",
    who=staff("commissions.read"),
    query=Paging,
    returns=PeriodClosesOut,
    errors=(BadCursor,),
)
def list_periods_of(ask: Ask[Any]) -> PeriodClosesOut:
    """One distributor's closed periods."""
    found = store.closes_of(ask.path["member_id"], limit=ask.query.limit, cursor=ask.query.next)
    return PeriodClosesOut(items=show_closes(found.items), next=found.next)


@doors.get(
    "/distributors/{member_id}/periods/{period_id}",
    who=staff("commissions.read"),
    returns=PeriodExplainedOut,
    errors=(PeriodUnknown, PeriodNotClosed),
)
def read_period_of(ask: Ask[Any]) -> PeriodExplainedOut:
    """One distributor's closed period, each figure explained."""
    return show_close(ask.path["member_id"], ask.path["period_id"])


@doors.get("/compliance", who=staff("plans.read"), query=TreesAsked, returns=ComplianceOut)
def read_compliance(ask: Ask[Any]) -> ComplianceOut:
    """The compliance report: depth, headcount and payout of each tree."""
    report = report_compliance(ask.query.by, ask.query.limit)
    return ComplianceOut(
        max_levels=report.compliance.max_levels,
        third_level_allowed=report.compliance.third_level_allowed,
        acknowledged_by=report.compliance.acknowledged_by,
        acknowledged_on=report.compliance.acknowledged_on,
        plan=_plan(report.plan) if report.plan else None,
        breaches=[BreachOut.model_validate(breach) for breach in report.breaches],
        promises=list(PROMISES),
        trees=[_tree(tree, report) for tree in report.trees],
    )


def _wanted(given: PlanIn, *, based_on: str | None = None) -> Plan:
    return Plan(
        plan_id="",
        version=0,
        name=given.name,
        status="DRAFT",
        rules=given.rules,
        cap_bps=given.cap_bps,
        caps=given.caps,
        entry_fee_fen=given.entry_fee_fen,
        note=given.note,
        based_on=based_on,
    )


def _checked(plan: Plan) -> CheckOut:
    shown = [BreachOut.model_validate(breach) for breach in plan_breaches(plan)]
    return CheckOut(is_compliant=not shown, breaches=shown, says=[sentence(rule) for rule in plan.rules])


def _plan(plan: Plan) -> PlanOut:
    return _shown([plan])[0]


def _shown(plans: Iterable[Plan]) -> list[PlanOut]:
    in_force = plan_in_force(store.plans(), now())
    return [
        PlanOut(**vars(plan), is_in_force=in_force is not None and plan.plan_id == in_force.plan_id)
        for plan in plans
    ]


def _tree(tree: Tree, report: Report) -> TreeOut:
    income = report.incomes[tree.root_id]
    return TreeOut(
        root_id=tree.root_id,
        name=report.names.get(tree.root_id, ""),
        depth=tree.depth,
        headcount=tree.headcount,
        heads=[tree.heads_1, tree.heads_2, tree.heads_3],
        earned_fen=tree.earned_fen,
        earned_by_level_fen=[tree.earned_0_fen, tree.earned_1_fen, tree.earned_2_fen, tree.earned_3_fen],
        sales_fen=income.sales_fen,
        payout_bps=income.payout_bps,
        other_fen=income.other_fen,
        goods_share_bps=income.goods_share_bps,
        needs_care=needs_care(tree),
    )
