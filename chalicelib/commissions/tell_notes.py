"""A commission's trace in Chinese: who, conditions, steps, what was deducted, caps (R11). Pure."""

from collections.abc import Iterable, Sequence

from chalicelib.commissions.commissions_of import MAX_THINGS
from chalicelib.commissions.kinds.model import Condition, Kind, Who, kinds
from chalicelib.commissions.kinds.steps import tell_part
from chalicelib.commissions.rules import Commission, Note, Part
from chalicelib.kernel.money import percent, yuan

BASES = {
    "PAID": "实付",
    "QUANTITY": "实付",
    "LIST": "标价",
    "PROFIT": "毛利",
    "COMMISSION": "下级佣金",
    "METRIC": "业绩",
}
_CAPS = {
    "LINE_CAP": "超过这条规则每件商品的上限",
    "PRODUCT_CAP": "超过这条规则每个商品的上限",
    "ORDER_CAP": "超过每单的上限",
}
_FORMS = {"CASH": "现金", "POINTS": "积分", "COUPON": "优惠券", "GIFT": "赠品"}
_UNITS = {"POINTS": "{} 积分", "COUPON": "{} 张优惠券", "GIFT": "{} 件赠品"}


def tell_notes(notes: Iterable[Note]) -> list[str]:
    """What each step of a reckoning went by; caps are told by ``tell_caps``."""
    said = []
    for note in notes:
        if note.kind == "LESS_TAKEN":
            own, taken = (percent(note.figures[name]) for name in ("own_bps", "taken_bps"))
            said.append(f"本级比例 {own}，减去下面已得的 {taken}")
        elif note.kind == "SHARED_OUT":
            said.append(f"由 {note.figures['holders']} 位代理平分")
        elif note.kind == "STEP_PART":
            said.append(tell_part(note))
        elif note.kind not in _CAPS and note.kind != "CEILING":
            said.append(_kind(note).tell(note) if note.kind in kinds() else "")
    return [one for one in said if one]


def tell_caps(part: Part, cap_bps: int) -> list[str]:
    """Each cap that made the part smaller, with what it left, in the order they were held."""
    said = []
    for note in part.notes:
        if note.kind == "CEILING":
            limit = f"{percent(cap_bps)}（{yuan(part.cap_fen)}）"
            said.append(f"各级合计超过上限 {limit}，按比例减为 {yuan(note.figures['after_fen'])}")
        elif note.kind in _CAPS:
            limit, left = yuan(note.figures["limit_fen"]), yuan(note.figures["after_fen"])
            said.append(f"{_CAPS[note.kind]} {limit}，减为 {left}")
    return said


def tell_who(notes: Sequence[Note]) -> str:
    """Whose place the payee has, where the row says it."""
    return next((_kind(one).tell(one) for one in notes if _is_a(one, Who)), "")


def tell_conditions(notes: Sequence[Note]) -> list[str]:
    """Each condition that was judged, met or not."""
    return [_kind(one).tell(one) for one in notes if _is_a(one, Condition)]


def tell_unmet(notes: Sequence[Note]) -> list[str]:
    """The conditions that did not hold."""
    return [_kind(one).tell(one) for one in notes if _is_a(one, Condition) and not one.figures.get("met", 1)]


def tell_form(row: Commission) -> str:
    """In which form it is paid and how many units that makes; empty for all in cash."""
    if row.form == "CASH":
        return "" if row.share_bps == 10_000 else f"其中 {percent(row.share_bps)} 以现金发放。"
    units = _UNITS[row.form].format(row.units)
    worth = f"每 {yuan(row.unit_fen)} 折 1 个单位，不足一个的部分舍去"
    if row.units < row.amount_fen // row.unit_fen:
        worth += f"，优惠券和赠品一次合计最多发 {MAX_THINGS} 个"
    return f"{percent(row.share_bps)} 以{_FORMS[row.form]}发放（{worth}），共 {units}。"


def _kind(note: Note) -> type[Kind]:
    return kinds()[note.kind]


def _is_a(note: Note, family: type[Kind]) -> bool:
    return note.kind in kinds() and issubclass(_kind(note), family)
