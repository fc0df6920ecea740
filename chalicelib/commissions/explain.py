"""Why a commission is what it is (R11): every figure with its source, and the same in sentences."""

from collections.abc import Mapping
from dataclasses import dataclass

from chalicelib.commissions.explain_period import CONDITIONS, explain_period
from chalicelib.commissions.rules import Commission, Exclusion, Part, Source
from chalicelib.commissions.tell_notes import (
    BASES,
    tell_caps,
    tell_conditions,
    tell_form,
    tell_notes,
    tell_unmet,
    tell_who,
)
from chalicelib.kernel.clock import business_day
from chalicelib.kernel.money import Fen, clawback, percent, yuan


@dataclass(frozen=True)
class ExplainedLine:
    """One order line: the figures, what refunds took back of it, and a sentence."""

    part: Part
    source_title: str
    refunded_fen: Fen
    clawed_fen: Fen
    says: str


@dataclass(frozen=True)
class Explanation:
    """The whole commission: who, by which plan, line by line, and where it stands."""

    payee_title: str
    plan_title: str
    lines: tuple[ExplainedLine, ...]
    conditions: tuple[str, ...]
    says: tuple[str, ...]


SOURCES: Mapping[Source, str] = {
    "SKU_FIXED": "该规格的固定佣金",
    "SKU_RATE": "该规格的比例",
    "PRODUCT_FIXED": "该商品的固定佣金",
    "PRODUCT_RATE": "该商品的比例",
    "LEVEL": "分销商等级的比例",
    "PLAN": "返利方案的比例",
    "OFF": "商品不参与推广",
    "NONE": "不符合条件",
    "UNMET": "不符合条件",
}
_EXCLUSIONS: Mapping[Exclusion, str] = {
    "NOT_DISTRIBUTOR": "下单时还不是分销商",
    "NOT_APPROVED": "下单时分销商申请还没有通过",
    "DISABLED": "下单时推广资格已停用",
    "BLOCKED": "下单时账号已停用",
    "CLOSED": "下单时账号已注销",
}
_PLACES = ("买家本人（自购返利）", "一级上级（直接邀请人）", "二级上级", "三级上级")


def explain(commission: Commission) -> Explanation:
    """All that a distributor or an admin may ask about this figure, from the row alone."""
    if commission.period_id:
        return _of_period(commission)
    payee_title = tell_who(commission.notes) or _PLACES[max(0, commission.level)]
    if commission.distributor_level_name:
        payee_title += f"，等级「{commission.distributor_level_name}」"
    plan_title = f"{commission.plan_name}（第 {commission.plan_version} 版）"
    lines = tuple(_explained(commission, part) for part in commission.parts)
    conditions = (
        "按商品实付金额计算，不含运费，已减去优惠",
        f"每个商品各级佣金合计不超过实付金额的 {percent(commission.cap_bps)}",
        "不足一分的部分舍去",
        "按下单时的上级、等级和方案计算，以后的变化不影响这笔佣金",
    )
    rule = f"的「{commission.rule_title}」" if commission.rule_title else ""
    says = [f"按《{plan_title}》{rule}计算，身份是{payee_title}。"]
    judged = tell_conditions(commission.notes)
    if judged:
        says.append(f"条件：{'；'.join(judged)}。")
    if commission.excluded is not None:
        says.append(f"{_EXCLUSIONS[commission.excluded]}，所以没有佣金；这一份归商城，不会转给其他人。")
    else:
        says += [line.says for line in lines]
        says += [tell_form(commission)] if commission.amount_fen and tell_form(commission) else []
    says.append(standing_of(commission))
    return Explanation(payee_title, plan_title, lines, conditions, tuple(says))


def _of_period(commission: Commission) -> Explanation:
    payee_title = "分销商本人"
    if commission.distributor_level_name:
        payee_title += f"，等级「{commission.distributor_level_name}」"
    plan_title = f"{commission.plan_name}（第 {commission.plan_version} 版）"
    told = explain_period(commission)
    lines = tuple(
        ExplainedLine(part, SOURCES[part.source], Fen(0), Fen(0), "".join(told)) for part in commission.parts
    )
    opening = f"按《{plan_title}》的「{commission.rule_title}」结算，身份是{payee_title}。"
    says = (opening, *told, standing_of(commission))
    return Explanation(payee_title, plan_title, lines, CONDITIONS, says)


def standing_of(commission: Commission) -> str:
    """Where the commission stands and what it waits for, in one sentence."""
    if commission.state == "ZERO":
        return "这个周期没有返利。" if commission.period_id else "这笔订单没有佣金。"
    if commission.state == "CLAWED":
        return f"佣金 {yuan(commission.amount_fen)} 因订单退款已全部扣回。"
    summary = f"佣金 {yuan(commission.amount_fen)}"
    if commission.trimmed_fen:
        summary += f"，超出活动上限的 {yuan(commission.trimmed_fen)} 不再发放"
    if commission.clawed_fen:
        summary += f"，退款扣回 {yuan(commission.clawed_fen)}，剩 {yuan(commission.left_fen)}"
    if commission.state == "MATURED":
        return f"{summary}，已结算。"
    if commission.holds:
        return f"{summary}，订单有退款正在处理，处理完成后再结算。"
    if commission.matures_at is None:
        return f"{summary}，买家确认收货、售后期结束后可以提现。"
    day = business_day(commission.matures_at)
    return f"{summary}，预计 {day.year} 年 {day.month} 月 {day.day} 日可以提现。"


def _explained(commission: Commission, part: Part) -> ExplainedLine:
    refunded_fen = commission.refunded_by_line.get(str(part.line_no), 0)
    clawed_fen = clawback(part.amount_fen, part.net_fen, 0, refunded_fen)
    says = f"「{part.title}」× {part.quantity}：{_reckoning(commission, part)}"
    if refunded_fen:
        says += f"已退款 {yuan(refunded_fen)}，按比例扣回 {yuan(clawed_fen)}。"
    return ExplainedLine(part, SOURCES[part.source], Fen(refunded_fen), clawed_fen, says)


def _reckoning(commission: Commission, part: Part) -> str:
    """基数 → 扣减与比例来源 → 上限 → 取整, or why it is nothing."""
    source = SOURCES[part.source]
    if part.source in ("OFF", "NONE", "UNMET"):
        unmet = tell_unmet(commission.notes)
        return f"{'；'.join(unmet) or source}，没有佣金。"
    if part.net_fen == 0:
        return "实付金额为 0，没有佣金。"
    steps = tell_notes(part.notes)
    because = f"{'；'.join(steps)}：" if steps else ""
    whole_fen = part.wanted_fen
    base = f"{BASES[commission.base]} {yuan(part.base_fen)}"
    if part.fixed_fen:
        how = f"每件 {yuan(part.fixed_fen)}（{source}）× {part.quantity} = {yuan(whole_fen)}"
    elif part.rate_bps:
        how = f"{base} × {percent(part.rate_bps)}（{source}） = {yuan(whole_fen)}"
    elif whole_fen:
        how = f"合计 {yuan(whole_fen)}"
    elif steps:
        return f"{because}没有佣金。"
    else:
        return f"{source}没有给这一级设置佣金。"
    caps = tell_caps(part, commission.cap_bps)
    how = "，".join([f"{because}{how}", *caps])
    if part.amount_fen == 0 and not caps:
        how += "，不足一分"
    return f"{how}。"
