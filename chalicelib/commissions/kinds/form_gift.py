"""Gifts with stock (R7, A3)."""

from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field

from chalicelib.commissions.kinds.model import Bps, Form, Id, Known, Rule
from chalicelib.commissions.rules import FormTerm
from chalicelib.kernel.money import BPS_WHOLE, MAX_FEN, Fen, percent, yuan


@dataclass(frozen=True)
class GiftForm(Form):
    """Whole gifts, one for each ``value_fen`` of the reward."""

    gift_id: Id
    value_fen: Annotated[int, Field(ge=1, le=MAX_FEN)]
    share_bps: Bps = BPS_WHOLE
    kind: Literal["GIFT"] = "GIFT"

    def term(self) -> FormTerm:
        return FormTerm("GIFT", self.share_bps, Fen(self.value_fen), self.gift_id)

    def check(self, rule: Rule, known: Known) -> list[tuple[str, str, str]]:
        if known.gift_ids is None or self.gift_id in known.gift_ids:
            return []
        return [("gift_id", f"没有赠品“{self.gift_id}”。", "请从赠品里重新选择。")]

    def told(self) -> str:
        return f"赠品 {percent(self.share_bps)}（每满 {yuan(self.value_fen)} 一件 {self.gift_id}）"
