"""The budget of a rule or of the whole plan (R9)."""

from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field

from chalicelib.commissions.kinds.model import Cap
from chalicelib.kernel.money import MAX_FEN, yuan


@dataclass(frozen=True)
class BudgetCap(Cap):
    """All payees together get at most ``fen``, ever. It is held when commissions mature: what exceeds it
    is not paid."""

    fen: Annotated[int, Field(ge=1, le=MAX_FEN)]
    kind: Literal["BUDGET_CAP"] = "BUDGET_CAP"

    def told(self) -> str:
        return f"总预算 {yuan(self.fen)}"
