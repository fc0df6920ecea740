"""A cap for each payee and period (R9)."""

from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field

from chalicelib.commissions.kinds.model import Cap
from chalicelib.kernel.money import MAX_FEN, yuan

_TITLES = {"MONTH": "每月", "QUARTER": "每季度", "YEAR": "每年"}


@dataclass(frozen=True)
class PayeePeriodCap(Cap):
    """One payee gets at most ``fen`` of what is credited in one period in Asia/Shanghai. It is held when
    commissions mature: what exceeds it is not paid."""

    period: Literal["MONTH", "QUARTER", "YEAR"]
    fen: Annotated[int, Field(ge=1, le=MAX_FEN)]
    kind: Literal["PAYEE_PERIOD_CAP"] = "PAYEE_PERIOD_CAP"

    def told(self) -> str:
        return f"每人{_TITLES[self.period]}最多 {yuan(self.fen)}"
