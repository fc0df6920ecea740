"""List price (R9)."""

from dataclasses import dataclass
from typing import Literal

from chalicelib.commissions.kinds.facts import Article
from chalicelib.commissions.kinds.model import Base
from chalicelib.kernel.money import Fen


@dataclass(frozen=True)
class ListBase(Base):
    """The line at its list price, whatever was paid; capped by the money paid like every base."""

    kind: Literal["LIST"] = "LIST"

    def of(self, article: Article) -> Fen:
        return article.list_fen

    def told(self) -> str:
        return "标价金额"
