"""One ratio (R1)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from chalicelib.commissions.kinds.facts import Article, Claim, Facts, Figures, Person
from chalicelib.commissions.kinds.model import Bps, How, Known, Rule, bad_rate
from chalicelib.commissions.rules import Grant
from chalicelib.kernel.money import Fen, percent, share


@dataclass(frozen=True)
class RateHow(How):
    """The same ratio for everybody and everything."""

    rate_bps: Bps
    kind: Literal["RATE"] = "RATE"

    def grants(self, claim: Claim, facts: Facts, bases: Sequence[Fen]) -> list[Grant]:
        return [Grant("PLAN", self.rate_bps) for _ in bases]

    def of_period(self, figures: Figures, base_fen: int) -> Grant:
        return Grant("PLAN", self.rate_bps)

    def most(self, article: Article, base_fen: int, levels: Sequence[Person], place: int) -> int:
        return share(base_fen, self.rate_bps)

    def check(self, rule: Rule, known: Known) -> list[tuple[str, str, str]]:
        return bad_rate("rate_bps", self.rate_bps)

    def told(self) -> str:
        return percent(self.rate_bps)
