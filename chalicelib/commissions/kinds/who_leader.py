"""The team's leader: the nearest upline on a leader's level (R5)."""

from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from chalicelib.commissions.kinds.condition_level import LevelCondition
from chalicelib.commissions.kinds.facts import Claim, Facts
from chalicelib.commissions.kinds.model import Condition, Id, Known, Need, Rule, Who
from chalicelib.commissions.rules import Note


@dataclass(frozen=True)
class LeaderWho(Who):
    """The nearest upline who may promote and is on one of these levels; within the lawful chain only."""

    level_ids: Annotated[tuple[Id, ...], Field(min_length=1, max_length=20)]
    kind: Literal["LEADER"] = "LEADER"
    needs: ClassVar[frozenset[Need]] = frozenset({"CHAIN"})

    def claims(self, facts: Facts) -> tuple[Claim, ...]:
        for place, person in enumerate(facts.chain, 1):
            if person.excluded is None and person.level_id in self.level_ids:
                return (Claim(person, place, (Note(self.kind, {"level": place}),)),)
        return ()

    def implied(self) -> tuple[Condition, ...]:
        return (LevelCondition(self.level_ids),)

    def check(self, rule: Rule, known: Known) -> list[tuple[str, str, str]]:
        unknown = [one for one in self.level_ids if one not in known.level_ids]
        return [
            ("level_ids", f"没有分销商等级“{one}”。", "请从现有等级里选择，或先新建这个等级。")
            for one in unknown
        ]

    def told(self) -> str:
        return f"团队长（等级 {'、'.join(self.level_ids)} 中最近的上级）"

    @classmethod
    def tell(cls, note: Note) -> str:
        return f"团队长（第 {note.figures['level']} 级上级）"
