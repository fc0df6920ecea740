"""Direct downlines who have bought (R6)."""

from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from chalicelib.commissions.kinds.facts import Article, Claim, Facts
from chalicelib.commissions.kinds.model import Condition, Need
from chalicelib.commissions.rules import Note


@dataclass(frozen=True)
class DirectBuyersCondition(Condition):
    """At least so many direct downlines **who have bought**: selling counts, recruiting does not (R12)."""

    at_least: Annotated[int, Field(ge=1, le=100_000)]
    kind: Literal["DIRECT_BUYERS"] = "DIRECT_BUYERS"
    needs: ClassVar[frozenset[Need]] = frozenset({"DIRECT_BUYERS"})

    def holds(self, claim: Claim, facts: Facts, article: Article | None) -> bool:
        return claim.person.direct_buyers >= self.at_least

    def implies(self, other: "DirectBuyersCondition") -> bool:
        return self.at_least >= other.at_least

    def note(self, claim: Claim, facts: Facts) -> Note:
        return Note(self.kind, {"there_are": claim.person.direct_buyers, "at_least": self.at_least})

    def told(self) -> str:
        return f"已购买的直接下级不少于 {self.at_least} 人"

    @classmethod
    def tell(cls, note: Note) -> str:
        met = "达到" if note.figures["met"] else "没有达到"
        return f"已购买的直接下级 {note.figures['there_are']} 人，{met}要求的 {note.figures['at_least']} 人"
