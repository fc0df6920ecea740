"""The compliance report: how deep, how many, how much, and what the plan may pay for (R12)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from chalicelib.commissions import store
from chalicelib.commissions.kinds.model import Breach, Plan
from chalicelib.commissions.plan_breaches import plan_breaches
from chalicelib.commissions.plan_in_force import plan_in_force
from chalicelib.commissions.rules import Compliance, Tree
from chalicelib.kernel import settings
from chalicelib.kernel.clock import now
from chalicelib.kernel.money import BPS_WHOLE
from chalicelib.members import store as members
from chalicelib.standing import store as standing
from chalicelib.standing.rules import ALL
from chalicelib.wallet import store as wallet

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
class Income:
    """What stands behind a root's income.

    ``sales_fen`` is money paid for goods by the root and the levels below that are counted, net of
    refunds. ``other_fen`` is money credited for anything but goods sold: by hand only, and marked.
    """

    sales_fen: int
    earned_fen: int
    other_fen: int

    @property
    def goods_share_bps(self) -> int:
        """The part of the income that goods sold have earned; all of it where there is none."""
        income_fen = self.earned_fen + self.other_fen
        return self.earned_fen * BPS_WHOLE // income_fen if income_fen else BPS_WHOLE

    @property
    def payout_bps(self) -> int:
        """What the root earned of the sales behind it."""
        return self.earned_fen * BPS_WHOLE // self.sales_fen if self.sales_fen > 0 else 0


@dataclass(frozen=True)
class Report:
    """``breaches`` are those of the plan in force, held against today's levels and settings."""

    compliance: Compliance
    plan: Plan | None
    breaches: tuple[Breach, ...]
    trees: tuple[Tree, ...]
    names: dict[str, str]
    incomes: dict[str, Income]


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
        _incomes(trees),
    )


def _incomes(trees: Sequence[Tree]) -> dict[str, Income]:
    roots = [tree.root_id for tree in trees]
    figures = standing.load_metrics((root, ALL) for root in roots)
    credited = wallet.totals_of(roots)
    found = {}
    for tree in trees:
        own, root = figures[tree.root_id, ALL], tree.root_id
        earned_fen = max(0, int(tree.earned_fen))
        in_cash = credited[root].earned_fen if root in credited else 0
        sales_fen = own.team_sales_fen + own.own_spend_fen
        found[root] = Income(sales_fen, earned_fen, other_fen=max(0, in_cash - earned_fen))
    return found


def needs_care(tree: Tree) -> bool:
    """Whether the tree is as deep and as large as the criminal-law threshold."""
    return tree.headcount >= CARE_HEADCOUNT and tree.depth >= CARE_DEPTH
