"""Why a closed period paid what it paid, from the row alone (R8, R11)."""

from chalicelib.commissions.kinds.model import Kind
from chalicelib.commissions.rules import Commission, Exclusion, Note, Part
from chalicelib.kernel.money import percent, yuan
from chalicelib.standing.period_of import period_named

_EXCLUDED: dict[Exclusion, str] = {
    "NOT_DISTRIBUTOR": "结算时不是分销商",
    "NOT_APPROVED": "结算时分销商申请还没有通过",
    "DISABLED": "结算时推广资格已停用",
    "BLOCKED": "结算时账号已停用",
    "CLOSED": "结算时账号已注销",
}
CONDITIONS = (
    "按周期内已付款的订单计算，不含运费，已减去优惠和退款",
    "退款计入退款当期；上期结算后才发生的变化，计入本期",
    "不足一分的部分舍去",
    "按周期最后一刻的返利方案计算",
)


def explain_period(commission: Commission) -> tuple[str, ...]:
    """Sentences: who, on which base, by which step, under which limit, and why nothing where so."""
    assert commission.period_id is not None
    title = period_named(commission.period_id).title
    if commission.excluded is not None:
        return (f"{title}：{_EXCLUDED[commission.excluded]}，所以没有返利。",)
    (part,) = commission.parts
    unmet = [note for note in commission.notes if note.figures.get("met") == 0]
    if unmet:
        return (f"{title}：{'；'.join(_tell(note) for note in unmet)}，所以没有返利。",)
    return (f"{title}：{_reckoning(commission, part)}",)


def _reckoning(commission: Commission, part: Part) -> str:
    if part.base_fen == 0:
        return "没有可以计算的业绩，所以没有返利。"
    steps = [note for note in part.notes if note.kind == "STEP_PART"]
    told = [text for note in part.notes if note not in steps and (text := _tell(note))]
    if steps:
        each = [
            f"{yuan(note.figures['at_least'])} 起的部分 × {percent(note.figures['rate_bps'])}"
            f" = {yuan(note.figures['part_fen'])}"
            for note in steps
        ]
        how = f"业绩 {yuan(part.base_fen)}，{'；'.join(each)}，合计 {yuan(part.wanted_fen)}"
    else:
        how = f"业绩 {yuan(part.base_fen)} × {percent(part.rate_bps)} = {yuan(part.wanted_fen)}"
    if told:
        how = f"{'；'.join(told)}。{how}"
    if part.amount_fen < part.wanted_fen and commission.share_bps == 10_000:
        how += f"，超过上限，减为 {yuan(part.amount_fen)}"
    elif part.amount_fen < part.wanted_fen:
        how += f"，其中 {percent(commission.share_bps)} 以这种形式发放，是 {yuan(part.amount_fen)}"
    return f"{how}。"


def _tell(note: Note) -> str:
    """The words of the kind that wrote the note; a kind that is gone has none."""
    families = Kind.__subclasses__()
    kinds = (kind for family in families for kind in family.__subclasses__())
    return next((kind.tell(note) for kind in kinds if getattr(kind, "kind", None) == note.kind), "")
