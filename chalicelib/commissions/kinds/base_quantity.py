"""Pieces (R9)."""

from dataclasses import dataclass
from typing import ClassVar, Literal

from chalicelib.commissions.kinds.facts import Article
from chalicelib.commissions.kinds.model import Base, Known, Rule
from chalicelib.kernel.money import Fen


@dataclass(frozen=True)
class QuantityBase(Base):
    """The number of pieces; goes with an amount for each piece, not with a ratio."""

    kind: Literal["QUANTITY"] = "QUANTITY"
    counts_pieces: ClassVar[bool] = True

    def of(self, article: Article) -> Fen:
        return article.paid_fen

    def check(self, rule: Rule, known: Known) -> list[tuple[str, str, str]]:
        if rule.how.kind in ("FIXED", "FIRST_MATCH"):
            return []
        return [("", "按件数计算时，需要设置每件的金额。", "请把“返多少”改为每件固定金额。")]

    def told(self) -> str:
        return "件数"
