"""What a plan may not be, which rule says so, and how to mend it (R9, R12). Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from chalicelib.commissions.rules import LAWFUL_LEVELS, MAX_LEVELS, Compliance, Plan
from chalicelib.distributors.rules import Level
from chalicelib.kernel.money import BPS_WHOLE, percent


@dataclass(frozen=True)
class Breach:
    """One reason not to publish: the field, the rule that forbids it, and a way out."""

    field: str
    rule: str
    reason: str
    mend: str


_LAW = "《禁止传销条例》第七条"
_SHOP = "商城返利上限"


def check_plan(plan: Plan, levels: Sequence[Level], compliance: Compliance) -> tuple[Breach, ...]:
    """Every breach of this plan, none when it may be published.

    The cap is held against the dearest chain there can be: each place filled by the distributor
    level with the highest ratio. Articles with ratios or amounts of their own are capped line by
    line when an order is reckoned (invariant 10).
    """
    return (*_depth(plan, compliance), *_occasion(plan), *_ratios(plan), *_cap(plan, levels))


def _depth(plan: Plan, compliance: Compliance) -> list[Breach]:
    depth = len(plan.rates_bps)
    if depth == 0:
        return [Breach("rates_bps", "返利方案", "还没有设置任何一级的比例。", "请至少填写一级的比例。")]
    if depth > MAX_LEVELS:
        reason = f"设置了 {depth} 级，任何情况下都不能超过 {MAX_LEVELS} 级。"
        return [Breach("rates_bps", _LAW, reason, f"请减到 {LAWFUL_LEVELS} 级。")]
    if depth > compliance.max_levels:
        reason = f"设置了 {depth} 级，超过 {LAWFUL_LEVELS} 级有被认定为传销、被微信封禁的风险。"
        mend = f"请减到 {LAWFUL_LEVELS} 级；确有法律意见的，请先在「合规」设置里登记由谁、在哪天确认。"
        return [Breach("rates_bps", _LAW, reason, mend)]
    return []


def _occasion(plan: Plan) -> list[Breach]:
    if plan.paid_for == "SALE":
        return []
    what = {"JOIN": "加入", "INVITE": "拉人"}[plan.paid_for]
    reason = f"奖励来自{what}，而不是卖出商品，属于法律禁止的行为。"
    return [Breach("paid_for", _LAW, reason, "请改为按商品成交返利。")]


def _ratios(plan: Plan) -> list[Breach]:
    found = [
        Breach(
            f"rates_bps.{place}",
            _SHOP,
            f"第 {place + 1} 级比例 {percent(rate)} 超出范围。",
            "请填 0% 到 100%。",
        )
        for place, rate in enumerate(plan.rates_bps)
        if not 0 <= rate <= BPS_WHOLE
    ]
    if not 0 < plan.cap_bps <= BPS_WHOLE:
        found.append(
            Breach("cap_bps", _SHOP, "上限需要大于 0% 且不超过 100%。", "请填写合理的上限，例如 30%。")
        )
    return found


def _cap(plan: Plan, levels: Sequence[Level]) -> list[Breach]:
    tables = [plan.rates_bps, *(level.rates_bps for level in levels if level.rates_bps)]
    places = [0, *range(len(plan.rates_bps))] if plan.self_purchase else list(range(len(plan.rates_bps)))
    total_bps = sum(
        max((table[place] for table in tables if place < len(table)), default=0) for place in places
    )
    if total_bps <= plan.cap_bps:
        return []
    of_plan_bps = sum(plan.rates_bps[place] for place in places)
    whose = "各级比例" if of_plan_bps == total_bps else "各级比例（含分销商等级的比例）"
    own = "加上自购返利，" if plan.self_purchase else ""
    reason = f"{own}{whose}最高合计 {percent(total_bps)}，超过上限 {percent(plan.cap_bps)}。"
    field = "rates_bps" if of_plan_bps > plan.cap_bps else "cap_bps"
    return [Breach(field, _SHOP, reason, "请降低比例，或提高上限。")]
