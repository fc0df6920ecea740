"""A period's metric in money (R4, R5, R8)."""

from dataclasses import dataclass
from typing import ClassVar, Literal

from chalicelib.commissions.kinds.facts import Article, Figures
from chalicelib.commissions.kinds.model import Base
from chalicelib.commissions.rules import Note
from chalicelib.kernel.money import Fen

_TITLES = {"OWN_SALES": "本期个人销售额", "TEAM_SALES": "本期团队销售额", "OWN_SPEND": "本期个人消费额"}


@dataclass(frozen=True)
class MetricBase(Base):
    """The distributor's own sales, team sales or own spend of the period, refunds netted."""

    metric: Literal["OWN_SALES", "TEAM_SALES", "OWN_SPEND"]
    kind: Literal["METRIC"] = "METRIC"
    lawful_in: ClassVar[Literal["ORDER", "PERIOD"]] = "PERIOD"

    def of_figures(self, figures: Figures) -> Fen:
        """The base of the period, never below zero: late refunds may exceed what was sold."""
        return Fen(max(0, figures.of(self.metric)))

    def most(self, article: Article) -> Fen:
        """What one line adds to the metric."""
        return article.paid_fen

    def told(self) -> str:
        return _TITLES[self.metric]

    @classmethod
    def tell(cls, note: Note) -> str:
        return _TITLES[note.text]
