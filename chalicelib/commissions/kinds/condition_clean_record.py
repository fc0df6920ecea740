"""No open violation (R6, D3)."""

from dataclasses import dataclass
from typing import ClassVar, Literal

from chalicelib.commissions.kinds.facts import Article, Claim, Facts
from chalicelib.commissions.kinds.model import Condition, Need
from chalicelib.commissions.rules import Note


@dataclass(frozen=True)
class CleanRecordCondition(Condition):
    """The payee has no open violation; for a rule of a period, none in the period."""

    kind: Literal["CLEAN_RECORD"] = "CLEAN_RECORD"
    needs: ClassVar[frozenset[Need]] = frozenset({"VIOLATIONS"})

    def holds(self, claim: Claim, facts: Facts, article: Article | None) -> bool:
        return not claim.person.has_open_violation

    def told(self) -> str:
        return "没有违规记录"

    @classmethod
    def tell(cls, note: Note) -> str:
        return "没有违规记录" if note.figures["met"] else "有未处理完的违规记录"
