"""Money paid for the goods: after discounts, without freight (R9)."""

from dataclasses import dataclass
from typing import Literal

from chalicelib.commissions.kinds.facts import Article
from chalicelib.commissions.kinds.model import Base
from chalicelib.kernel.money import Fen


@dataclass(frozen=True)
class PaidBase(Base):
    """What the buyer paid for the line."""

    kind: Literal["PAID"] = "PAID"

    def of(self, article: Article) -> Fen:
        return article.paid_fen

    def told(self) -> str:
        return "实付金额"
