"""Coupons to use or hand on (R7, A1)."""

from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field

from chalicelib.commissions.kinds.model import Bps, Form, Id, Known, Rule
from chalicelib.commissions.rules import FormTerm
from chalicelib.kernel.money import BPS_WHOLE, MAX_FEN, Fen, percent, yuan


@dataclass(frozen=True)
class CouponForm(Form):
    """Whole coupons of a template, one for each ``value_fen`` of the reward."""

    template_id: Id
    value_fen: Annotated[int, Field(ge=1, le=MAX_FEN)]
    share_bps: Bps = BPS_WHOLE
    kind: Literal["COUPON"] = "COUPON"

    def term(self) -> FormTerm:
        return FormTerm("COUPON", self.share_bps, Fen(self.value_fen), self.template_id)

    def check(self, rule: Rule, known: Known) -> list[tuple[str, str, str]]:
        if known.coupon_ids is None or self.template_id in known.coupon_ids:
            return []
        return [("template_id", f"没有优惠券模板“{self.template_id}”。", "请从优惠券里重新选择。")]

    def told(self) -> str:
        return f"优惠券 {percent(self.share_bps)}（每满 {yuan(self.value_fen)} 一张 {self.template_id}）"
