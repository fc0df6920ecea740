"""The calculator for whoever thinks about promoting: figures of the plan in force (issue 5, R11)."""

from pydantic import Field

from chalicelib.commissions import store
from chalicelib.commissions.foresee_month import Month, foresee_month, rows_of_friend
from chalicelib.commissions.kinds.facts import Person
from chalicelib.commissions.kinds.model import Plan
from chalicelib.commissions.rules import Compliance
from chalicelib.commissions.trim import rooms_of
from chalicelib.distributors import store as distributors
from chalicelib.distributors.application import JoinRules
from chalicelib.kernel import settings
from chalicelib.kernel.clock import now
from chalicelib.kernel.http import Out, Query
from chalicelib.kernel.limits import Limit, take
from chalicelib.kernel.money import Fen

_PER_ADDRESS = Limit("earnings-estimate", times=120, minutes=10)
"""Each figure is reckoned anew; many phones share one address of their network."""
_NO_PLAN = "店里现在没有生效的返利方案，暂时没有佣金可以估算。"
_NO_PROMISE = "这是估算，不是承诺：佣金只来自真实成交，朋友退款会收回，优惠抵扣的部分不计佣。"


class EstimateAsked(Query):
    """What the asking one imagines."""

    friends: int = Field(title="下单的朋友", ge=1, le=200)
    spend_fen: int = Field(title="每位朋友每月消费", ge=100, le=2_000_000)


class EarningsEstimateOut(Out):
    """An estimate, with what it rests on."""

    friends: int
    spend_fen: Fen
    plan_name: str | None = Field(description="None: no plan is in force, and nothing is earned.")
    level_name: str = Field(description="The level that new distributors are put on.")
    order_fen: Fen = Field(description="Of one friend's order, in every form.")
    month_fen: Fen = Field(description="Of all of them, held by the plan's caps.")
    says: list[str] = Field(description="Chinese sentences: what was assumed, and that it is no promise.")


def show_estimate(asked: EstimateAsked, *, ip: str) -> EarningsEstimateOut:
    """What a beginner would earn by the plan in force. Raises ``TooOften``."""
    take((_PER_ADDRESS, ip))
    plan, beginner = store.plan_at(now()), _beginner()
    month = _month(plan, beginner, asked) if plan else Month(Fen(0), Fen(0))
    return EarningsEstimateOut(
        friends=asked.friends,
        spend_fen=Fen(asked.spend_fen),
        plan_name=plan.name if plan else None,
        level_name=beginner.level_name,
        order_fen=month.order_fen,
        month_fen=month.month_fen,
        says=_says(plan, beginner, month) if plan else [_NO_PLAN],
    )


def _beginner() -> Person:
    level_id = settings.read(JoinRules).default_level_id
    level = distributors.levels().get(level_id)
    rates_bps = level.rates_bps if level else ()
    return Person("", level_id, level.name if level else "", rates_bps, joined_at=now())


def _month(plan: Plan, beginner: Person, asked: EstimateAsked) -> Month:
    depth = settings.read(Compliance).max_levels
    rows = rows_of_friend(plan, beginner, spend_fen=Fen(asked.spend_fen), depth=depth, at=now())
    rooms = {room for row in rows for room in rooms_of(row, plan) if room.kind == "BUDGET_CAP"}
    spent = {room.counter: store.spent_of(room.counter) for room in rooms}
    return foresee_month(plan, rows, friends=asked.friends, spent=spent)


def _says(plan: Plan, beginner: Person, month: Month) -> list[str]:
    level = f"起步等级「{beginner.level_name}」" if beginner.level_name else "起步等级"
    says = [f"按现行方案和{level}：朋友由您直接邀请，每月通过您的链接买一件、下一单。"]
    if month.forms - {"CASH"}:
        says.append("金额里含积分、优惠券等奖励的价值，不全是现金。")
    if plan.period_rules:
        says.append("按月、按季、按年结算的奖励没有算进去。")
    return [*says, _NO_PROMISE]
