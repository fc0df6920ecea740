"""What differs between two plans, in words (R10). Pure."""

from dataclasses import dataclass

from chalicelib.commissions.kinds.model import Plan, Rule
from chalicelib.kernel.clock import SHANGHAI
from chalicelib.kernel.money import percent, yuan

WHEN = {
    "ORDER": "每个订单",
    "MONTH": "每月",
    "QUARTER": "每季度",
    "YEAR": "每年",
    "JOIN": "加入",
    "INVITE": "拉人",
}


@dataclass(frozen=True)
class Difference:
    """One field: its title and how either plan has it."""

    field: str
    title: str
    before: str
    after: str


def compare_plans(before: Plan, after: Plan) -> tuple[Difference, ...]:
    """Each field that differs: the plan's own first, then rule by rule; a rule is known by its id."""
    one, other = _told(before), _told(after)
    return tuple(
        Difference(field, title, one.get((field, title), "没有"), other.get((field, title), "没有"))
        for field, title in dict.fromkeys((*one, *other))
        if one.get((field, title)) != other.get((field, title))
    )


def sentence(rule: Rule) -> str:
    """The rule in one sentence, as the editor shows it."""
    said = {field: words for field, _, words in _rule(rule)}
    ends = [f"{said['when']}，{said['who']}，以{said['base']}为基数：{said['how']}"]
    ends += [f"条件：{said['conditions']}"] if rule.conditions else []
    ends += [f"以{said['forms']}发放"] if rule.forms else []
    ends += [f"上限：{said['caps']}"] if rule.caps else []
    return "；".join(ends)


def differences(kept: Plan, wanted: Plan) -> tuple[Difference, ...]:
    """What the content of ``wanted`` has otherwise than the stored plan; only what an edit may change."""
    return tuple(one for one in compare_plans(kept, wanted) if one.field != "starts_at")


def _told(plan: Plan) -> dict[tuple[str, str], str]:
    starts_at = (
        plan.starts_at.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M:%S") if plan.starts_at else "未定"
    )
    found = {
        ("name", "名称"): plan.name,
        ("cap_bps", "佣金上限"): percent(plan.cap_bps),
        ("caps", "方案上限"): "；".join(cap.told() for cap in plan.caps) or "没有",
        ("entry_fee_fen", "加入费用"): yuan(plan.entry_fee_fen) if plan.entry_fee_fen else "免费",
        ("note", "说明"): plan.note,
        ("starts_at", "开始时间"): starts_at,
        ("rules", "规则顺序"): "、".join(rule.rule_id for rule in plan.rules),
    }
    for rule in plan.rules:
        found |= {
            (f"rules.{rule.rule_id}.{field}", f"规则 {rule.rule_id} {title}"): said
            for field, title, said in _rule(rule)
        }
    return found


def _rule(rule: Rule) -> list[tuple[str, str, str]]:
    return [
        ("title", "名称", rule.title),
        ("who", "返给谁", rule.who.told()),
        ("when", "何时", WHEN[rule.when]),
        ("base", "基数", rule.base.told()),
        ("how", "返多少", rule.how.told()),
        ("conditions", "条件", "；".join(one.told() for one in rule.conditions) or "没有"),
        ("forms", "形式", "；".join(one.told() for one in rule.forms) or "现金"),
        ("caps", "上限", "；".join(one.told() for one in rule.caps) or "没有"),
    ]
