"""Cash (R7)."""

from dataclasses import dataclass
from typing import Literal

from chalicelib.commissions.kinds.model import Bps, Form
from chalicelib.commissions.rules import FormTerm
from chalicelib.kernel.money import BPS_WHOLE, percent


@dataclass(frozen=True)
class CashForm(Form):
    """Into the wallet, to be withdrawn."""

    share_bps: Bps = BPS_WHOLE
    kind: Literal["CASH"] = "CASH"

    def term(self) -> FormTerm:
        return FormTerm("CASH", self.share_bps)

    def told(self) -> str:
        return f"现金 {percent(self.share_bps)}"
