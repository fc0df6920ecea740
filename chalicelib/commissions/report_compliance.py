"""The compliance report: how deep, how many, how much, and what the plan may pay for (R12)."""

from dataclasses import dataclass
from typing import Literal

from chalicelib.commissions import store
from chalicelib.commissions.kinds.model import Breach, Plan
from chalicelib.commissions.plan_breaches import plan_breaches
from chalicelib.commissions.plan_in_force import plan_in_force
from chalicelib.commissions.rules import Compliance, Tree
from chalicelib.kernel import settings
from chalicelib.kernel.clock import now
from chalicelib.members import store as members

CARE_HEADCOUNT = 30
CARE_DEPTH = 3
"""From 30 people over three levels on, organising a tree may be criminal where it pays for people
(trust A0.10); such trees are marked for a second look although this engine pays for goods only."""

PROMISES = (
    "佣金只来自商品成交，按买家实付货款计算，不含运费。",
    "发展下级本身没有任何奖励，加入不收任何费用。",
    "每一笔都不超过方案规定的上限，订单退款时佣金同比例扣回。",
)


@dataclass(frozen=True)
class Report:
    """``breaches`` are those of the plan in force, held against today's levels and settings."""

    compliance: Compliance
    plan: Plan | None
    breaches: tuple[Breach, ...]
    trees: tuple[Tree, ...]
    names: dict[str, str]


def report_compliance(by: Literal["headcount", "earned"], limit: int) -> Report:
    """The report with the largest or best paid trees, from projections; reads no order and scans nothing."""
    compliance = settings.read(Compliance)
    plan = plan_in_force(store.plans(), now())
    trees = store.trees(by, limit)
    people = members.load_many([tree.root_id for tree in trees]) if trees else {}
    return Report(
        compliance,
        plan,
        plan_breaches(plan) if plan else (),
        tuple(trees),
        {member_id: member.nickname for member_id, member in people.items()},
    )


def needs_care(tree: Tree) -> bool:
    """Whether the tree is as deep and as large as the criminal-law threshold."""
    return tree.headcount >= CARE_HEADCOUNT and tree.depth >= CARE_DEPTH
