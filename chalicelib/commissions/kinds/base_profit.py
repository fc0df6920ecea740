"""Profit (R9)."""

from dataclasses import dataclass
from typing import Literal

from chalicelib.commissions.kinds.facts import Article
from chalicelib.commissions.kinds.model import Base
from chalicelib.kernel.money import Fen


@dataclass(frozen=True)
class ProfitBase(Base):
    """Money paid minus cost of the line, never below zero."""

    kind: Literal["PROFIT"] = "PROFIT"

    def of(self, article: Article) -> Fen:
        return article.profit_fen

    def told(self) -> str:
        return "毛利"
