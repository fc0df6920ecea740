"""Each distributor, for its own figures of a period (R5, R8)."""

from dataclasses import dataclass
from typing import ClassVar, Literal

from chalicelib.commissions.kinds.model import Rule, Who
from chalicelib.commissions.rules import MAX_LEVELS, Note


@dataclass(frozen=True)
class EachWho(Who):
    """Whoever was a distributor at the end of the period."""

    kind: Literal["EACH"] = "EACH"
    lawful_in: ClassVar[Literal["ORDER", "PERIOD"]] = "PERIOD"
    depth: ClassVar[int] = 0

    def earners(self, rule: Rule) -> int:
        """A sale counts in the own sales of the buyer and of the upline, in the team sales of three."""
        return {"OWN_SALES": 2, "TEAM_SALES": MAX_LEVELS}.get(getattr(rule.base, "metric", ""), 1)

    def told(self) -> str:
        return "每位分销商"

    @classmethod
    def tell(cls, note: Note) -> str:
        return "分销商本人"
