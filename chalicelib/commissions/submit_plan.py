"""Staff submit a draft; above the shop's limit another person approves it or sends it back (R10)."""

from dataclasses import dataclass, replace

from chalicelib.commissions import store
from chalicelib.commissions.kinds.model import Plan, PlanStatus
from chalicelib.commissions.most_paid import most_paid, sample
from chalicelib.commissions.plan_breaches import shop_of
from chalicelib.commissions.publish_plan import demand_lawful
from chalicelib.commissions.rules import PlanMovedOn, PlanNotDraft
from chalicelib.kernel import settings
from chalicelib.kernel.clock import now
from chalicelib.kernel.dynamo import commit
from chalicelib.kernel.errors import Conflict
from chalicelib.kernel.money import BPS_WHOLE, share


@settings.declare("plan_approval", "返利方案审核")
@dataclass(frozen=True)
class PlanApproval:
    """A plan that can pay more than this of a line needs a second person before it is published (R10)."""

    limit_bps: int = 2000

    def check(self) -> None:
        """Refuse what is no share."""
        if not 0 <= self.limit_bps <= BPS_WHOLE:
            raise ValueError("免审核的上限请设置在 0% 到 100% 之间。")


class PlanNotSubmitted(Conflict):
    """Only a submitted plan is approved or sent back."""

    title = "方案没有待审核"
    detail = "这个方案现在不在审核中，请刷新后再看。"


class PlanNeedsAnother(Conflict):
    """Who wrote or submitted a plan may not approve it."""

    title = "需要另一位同事审核"
    detail = "不能审核自己编写或提交的方案，请另一位同事来审核。"


def submit_plan(plan_id: str, *, revision: int, by: str) -> Plan:
    """Submit the draft as read at ``revision``; below the limit it is approved with that.

    Raises ``PlanNotCompliant``, ``PlanNotDraft``, ``PlanMovedOn`` or ``PlanUnknown``.
    """
    before = store.load_plan(plan_id)
    if before.status != "DRAFT":
        raise PlanNotDraft()
    demand_lawful(before)
    status: PlanStatus = "SUBMITTED" if needs_another(before) else "APPROVED"
    after = replace(before, status=status, submitted_by=by, submitted_at=now())
    return _moved(before, after, revision)


def approve_plan(plan_id: str, *, revision: int, by: str) -> Plan:
    """Approve the submitted plan; never by who wrote or submitted it (``PlanNeedsAnother``).

    Raises ``PlanNotSubmitted``, ``PlanMovedOn`` or ``PlanUnknown``.
    """
    before = store.load_plan(plan_id)
    if before.status != "SUBMITTED":
        raise PlanNotSubmitted()
    if by in (before.submitted_by, before.edited_by):
        raise PlanNeedsAnother()
    return _moved(before, replace(before, status="APPROVED", approved_by=by, approved_at=now()), revision)


def send_back(plan_id: str, *, revision: int) -> Plan:
    """Make a submitted or approved plan a draft again, to be mended.

    Raises ``PlanNotSubmitted``, ``PlanMovedOn`` or ``PlanUnknown``.
    """
    before = store.load_plan(plan_id)
    if before.status not in ("SUBMITTED", "APPROVED"):
        raise PlanNotSubmitted()
    after = replace(
        before, status="DRAFT", submitted_by="", submitted_at=None, approved_by="", approved_at=None
    )
    return _moved(before, after, revision)


def needs_another(plan: Plan) -> bool:
    """Whether the plan can pay more than one person may decide alone."""
    article = sample()
    most = most_paid(plan, article, shop_of(plan).levels)
    return most > share(article.paid_fen, settings.read(PlanApproval).limit_bps)


def _moved(before: Plan, after: Plan, revision: int) -> Plan:
    if before.revision != revision:
        raise PlanMovedOn()
    after = replace(after, revision=revision + 1)
    commit(store.save_plan(before, after))
    return after
