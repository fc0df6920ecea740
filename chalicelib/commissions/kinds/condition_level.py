"""The payee's distributor level (R6)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field

from chalicelib.commissions.kinds.facts import Article, Claim, Facts
from chalicelib.commissions.kinds.model import Condition, Id, Known, Rule
from chalicelib.commissions.rules import Note


@dataclass(frozen=True)
class LevelCondition(Condition):
    """The payee is on one of these levels."""

    level_ids: Annotated[tuple[Id, ...], Field(min_length=1, max_length=20)]
    kind: Literal["LEVEL_IN"] = "LEVEL_IN"

    def holds(self, claim: Claim, facts: Facts, article: Article | None) -> bool:
        return claim.person.level_id in self.level_ids

    def can_hold_with(self, others: Sequence["LevelCondition"]) -> bool:
        return bool(set(self.level_ids).intersection(*(one.level_ids for one in others)))

    def implies(self, other: "LevelCondition") -> bool:
        return set(self.level_ids) <= set(other.level_ids)

    def note(self, claim: Claim, facts: Facts) -> Note:
        return Note(self.kind, text=claim.person.level_name or claim.person.level_id)

    def check(self, rule: Rule, known: Known) -> list[tuple[str, str, str]]:
        unknown = [one for one in self.level_ids if one not in known.level_ids]
        return [
            ("level_ids", f"没有分销商等级“{one}”。", "请从现有等级里选择，或先新建这个等级。")
            for one in unknown
        ]

    def told(self) -> str:
        return f"等级为 {'、'.join(self.level_ids)}"

    @classmethod
    def tell(cls, note: Note) -> str:
        return f"等级“{note.text}”" + _met(note)


def _met(note: Note) -> str:
    return "符合要求" if note.figures["met"] else "不在要求的等级里"
