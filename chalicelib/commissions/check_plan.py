"""What a plan may not be, which rule says so, and how to mend it (R9, R12). Pure."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from chalicelib.commissions.find_unreachable import find_unreachable
from chalicelib.commissions.kinds.facts import Person
from chalicelib.commissions.kinds.model import Breach, Kind, Known, Plan, Rule
from chalicelib.commissions.most_paid import most_paid, sample
from chalicelib.commissions.rules import LAWFUL_LEVELS, MAX_LEVELS, Compliance
from chalicelib.kernel.money import BPS_WHOLE, percent, share

MAX_ROWS = 42
"""Commission rows of one order: its payment and each of its refunds is one transaction of at most a hundred
items (``orders.most_lines_back``)."""
LAW = "《禁止传销条例》第七条"
CEILING = "商城返利上限"
PLAN = "返利方案"
_UNLAWFUL = {"JOIN": "加入", "INVITE": "拉人"}


@dataclass(frozen=True)
class Shop:
    """What a plan is held against."""

    levels: Sequence[Person]
    """One for each distributor level, for its ratios."""
    compliance: Compliance
    known: Known


def check_plan(plan: Plan, shop: Shop) -> tuple[Breach, ...]:
    """Every breach of this plan that can be told without looking at each product.

    The ceiling is held against the dearest chain there can be: each place filled by the distributor
    level with the highest ratio, on an article without settings of its own.
    """
    if not plan.rules:
        return (Breach("rules", PLAN, "还没有任何规则。", "请至少添加一条规则。"),)
    found: list[Breach] = []
    for number, rule in enumerate(plan.rules):
        found += _law(f"rules.{number}", rule, shop.compliance)
        found += _kinds(f"rules.{number}", rule, shop.known)
        found += _forms(f"rules.{number}", rule)
        found += _unreachable(f"rules.{number}", rule, plan)
    found += _whole(plan, shop)
    return tuple(dict.fromkeys(found))


def _law(field: str, rule: Rule, compliance: Compliance) -> Iterator[Breach]:
    reach = rule.who.reach
    if reach > MAX_LEVELS:
        reason = f"返到第 {reach} 级，任何情况下都不能超过 {MAX_LEVELS} 级。"
        yield Breach(f"{field}.who.level", LAW, reason, f"请减到 {LAWFUL_LEVELS} 级。")
    elif reach > compliance.max_levels:
        reason = f"返到第 {reach} 级，超过 {LAWFUL_LEVELS} 级有被认定为传销、被微信封禁的风险。"
        mend = f"请减到 {LAWFUL_LEVELS} 级；确有法律意见的，请先在“合规”设置里登记由谁、在哪天确认。"
        yield Breach(f"{field}.who.level", LAW, reason, mend)
    if rule.when in _UNLAWFUL:
        reason = f"奖励来自{_UNLAWFUL[rule.when]}，而不是卖出商品，属于法律禁止的行为。"
        yield Breach(f"{field}.when", LAW, reason, "请改为按商品成交返利。")
    if _pays_a_team(rule) and not compliance.may_pay_teams:
        reason = "按团队业绩返利，有被认定为团队计酬（传销）的风险。"
        mend = "请改为按本人业绩返利；确有法律意见的，请先在“合规”设置里登记由谁、在哪天确认。"
        yield Breach(f"{field}.base", LAW, reason, mend)


def _pays_a_team(rule: Rule) -> bool:
    named = [getattr(rule.base, "metric", "")]
    named += [getattr(rule.how, name, "") for name in ("metric", "first", "second")]
    return "TEAM_SALES" in named


def _kinds(field: str, rule: Rule, known: Known) -> Iterator[Breach]:
    for name, kind in _placed(rule):
        for inside, reason, mend in kind.check(rule, known):
            yield Breach(".".join(filter(None, (field, name, inside))), PLAN, reason, mend)
    wanted = "PERIOD" if rule.is_of_period else "ORDER"
    word = "按周期结算" if rule.is_of_period else "按订单返利"
    for name, lawful in (
        ("who", {rule.who.lawful_in}),
        ("base", {rule.base.lawful_in}),
        ("how", rule.how.lawful_in),
    ):
        if wanted not in lawful:
            told = getattr(rule, name).told()
            yield Breach(
                f"{field}.{name}", PLAN, f"“{told}”不能用于{word}的规则。", "请换一种，或改变结算时间。"
            )


def _placed(rule: Rule) -> Iterator[tuple[str, Kind]]:
    yield from (("who", rule.who), ("base", rule.base), ("how", rule.how))
    for family in ("conditions", "forms", "caps"):
        yield from ((f"{family}.{number}", kind) for number, kind in enumerate(getattr(rule, family)))


def _forms(field: str, rule: Rule) -> Iterator[Breach]:
    if not rule.forms:
        return
    total = sum(form.share_bps for form in rule.forms)
    if total != BPS_WHOLE or min(form.share_bps for form in rule.forms) <= 0:
        reason = f"各种形式合计 {percent(total)}。"
        yield Breach(f"{field}.forms", PLAN, reason, "请让每种都大于 0%，合计正好 100%。")
    twice = [kind for kind, count in Counter(form.kind for form in rule.forms).items() if count > 1]
    if twice:
        yield Breach(f"{field}.forms", PLAN, "同一种形式写了两次。", "每种形式只保留一个。")


def _unreachable(field: str, rule: Rule, plan: Plan) -> Iterator[Breach]:
    """What can never pay anybody anything, whatever is sold."""
    for inside, reason, mend in find_unreachable(rule):
        yield Breach(f"{field}.{inside}", PLAN, reason, mend)
    by_id = {one.rule_id: one for one in plan.rules}
    for rule_id in rule.how.follows_rules():
        base = by_id.get(rule_id)
        if base is None:
            yield Breach(f"{field}.how.of_rules", PLAN, f"没有规则“{rule_id}”。", "请选择本方案里的规则。")
        elif base.when != "ORDER" or base.how.follows:
            mend = "请选择按订单返利、且本身不是奖励的规则。"
            yield Breach(f"{field}.how.of_rules", PLAN, f"规则“{rule_id}”不能作为奖励的基数。", mend)


def _whole(plan: Plan, shop: Shop) -> Iterator[Breach]:
    twice = [one for one, count in Counter(rule.rule_id for rule in plan.rules).items() if count > 1]
    if twice:
        yield Breach("rules", PLAN, f"规则编号“{twice[0]}”写了两次。", "请给每条规则不同的编号。")
    if plan.entry_fee_fen:
        yield Breach("entry_fee_fen", LAW, "加入需要交费，属于法律禁止的入门费。", "请改为免费加入。")
    if not 0 < plan.cap_bps <= BPS_WHOLE:
        yield Breach("cap_bps", CEILING, "上限需要大于 0% 且不超过 100%。", "请填写合理的上限，例如 30%。")
    for number, cap in enumerate(plan.caps):
        for inside, reason, mend in cap.check(plan.rules[0], shop.known):
            yield Breach(f"caps.{number}.{inside}".rstrip("."), PLAN, reason, mend)
    rows = sum(rule.who.depth * max(1, len(rule.forms)) for rule in plan.order_rules)
    if rows > MAX_ROWS:
        reason = f"一个订单最多会产生 {rows} 条佣金，超过 {MAX_ROWS} 条。"
        yield Breach("rules", PLAN, reason, "请减少规则，或减少每条规则的形式。")
    yield from _ceiling(plan, shop)


def _ceiling(plan: Plan, shop: Shop) -> Iterator[Breach]:
    article = sample()
    most = most_paid(plan, article, shop.levels)
    if most <= share(article.paid_fen, plan.cap_bps):
        return
    of_plan = most_paid(plan, article, [Person("")])
    whose = "各规则" if of_plan == most else "各规则（含分销商等级的比例）"
    total = percent(most * BPS_WHOLE // article.paid_fen)
    reason = f"{whose}最高合计 {total}，超过上限 {percent(plan.cap_bps)}。"
    field = "rules" if of_plan > share(article.paid_fen, plan.cap_bps) else "cap_bps"
    yield Breach(field, CEILING, reason, "请降低比例、给规则加上限，或提高总上限。")
