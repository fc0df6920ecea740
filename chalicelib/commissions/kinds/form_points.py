"""Points (R7, W6)."""

from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field

from chalicelib.commissions.kinds.model import Bps, Form
from chalicelib.commissions.rules import FormTerm
from chalicelib.kernel.money import BPS_WHOLE, MAX_FEN, Fen, percent, yuan


@dataclass(frozen=True)
class PointsForm(Form):
    """Whole points; one is worth ``fen_per_point``, one yuan unless set otherwise."""

    share_bps: Bps = BPS_WHOLE
    fen_per_point: Annotated[int, Field(ge=1, le=MAX_FEN)] = 100
    kind: Literal["POINTS"] = "POINTS"

    def term(self) -> FormTerm:
        return FormTerm("POINTS", self.share_bps, Fen(self.fen_per_point))

    def told(self) -> str:
        return f"积分 {percent(self.share_bps)}（1 积分 = {yuan(self.fen_per_point)}）"
