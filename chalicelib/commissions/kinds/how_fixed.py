"""An amount for each piece (R1)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal

from chalicelib.commissions.kinds.facts import Article, Claim, Facts, Person
from chalicelib.commissions.kinds.model import FenIn, How, Known, Rule
from chalicelib.commissions.rules import Grant
from chalicelib.kernel.money import Fen, yuan


@dataclass(frozen=True)
class FixedHow(How):
    """The same amount for each piece of every line; scaled down by the ceiling where it is too much."""

    fixed_fen: FenIn
    kind: Literal["FIXED"] = "FIXED"
    lawful_in: ClassVar[frozenset[str]] = frozenset({"ORDER"})

    def grants(self, claim: Claim, facts: Facts, bases: Sequence[Fen]) -> list[Grant]:
        return [Grant("PLAN", 0, Fen(self.fixed_fen)) for _ in bases]

    def most(self, article: Article, base_fen: int, levels: Sequence[Person], place: int) -> int:
        return self.fixed_fen * article.quantity

    def check(self, rule: Rule, known: Known) -> list[tuple[str, str, str]]:
        if self.fixed_fen >= 0:
            return []
        return [("fixed_fen", "每件金额不能是负数。", "请填 0 元以上的金额。")]

    def told(self) -> str:
        return f"每件 {yuan(self.fixed_fen)}"
