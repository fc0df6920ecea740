"""What differs between two plans, in words (R10). Pure."""

from dataclasses import dataclass

from chalicelib.commissions.rules import Plan
from chalicelib.kernel.clock import SHANGHAI
from chalicelib.kernel.money import percent


@dataclass(frozen=True)
class Difference:
    """One field: its title and how either plan has it."""

    field: str
    title: str
    before: str
    after: str


def compare_plans(before: Plan, after: Plan) -> tuple[Difference, ...]:
    """Each field that differs, in a fixed order."""
    one, other = _told(before), _told(after)
    return tuple(
        Difference(field, title, one[field, title], other[field, title])
        for field, title in one
        if one[field, title] != other[field, title]
    )


def _told(plan: Plan) -> dict[tuple[str, str], str]:
    rates = {
        (f"rates_bps.{place}", f"{'一二三'[place]}级比例"): percent(plan.rates_bps[place])
        if place < len(plan.rates_bps)
        else "不返"
        for place in range(3)
    }
    starts_at = (
        plan.starts_at.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M:%S") if plan.starts_at else "未定"
    )
    return {
        ("name", "名称"): plan.name,
        ("depth", "返利级数"): f"{len(plan.rates_bps)} 级",
        **rates,
        ("self_purchase", "自购返利"): "开" if plan.self_purchase else "关",
        ("cap_bps", "佣金上限"): percent(plan.cap_bps),
        ("paid_for", "返利依据"): {"SALE": "商品成交", "JOIN": "加入", "INVITE": "拉人"}[plan.paid_for],
        ("note", "说明"): plan.note,
        ("starts_at", "开始时间"): starts_at,
    }
