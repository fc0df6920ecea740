"""Uplines by differential (R3, 级差)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import ClassVar, Literal

from chalicelib.commissions.kinds.facts import Claim, Facts
from chalicelib.commissions.kinds.model import Known, Need, Rule, Who
from chalicelib.commissions.rules import Grant, Note


@dataclass(frozen=True)
class DifferentialWho(Who):
    """Every upline of the lawful chain earns its own ratio minus the highest that was taken below it.

    An equal or lower ratio above earns nothing; a jump pays the whole gap. One who may not promote
    takes nothing, so its part goes to the next higher one above.
    """

    kind: Literal["DIFFERENTIAL"] = "DIFFERENTIAL"
    needs: ClassVar[frozenset[Need]] = frozenset({"CHAIN"})
    depth: ClassVar[int] = 3

    def claims(self, facts: Facts) -> tuple[Claim, ...]:
        return tuple(
            Claim(person, place, (Note(self.kind, {"level": place}),))
            for place, person in enumerate(facts.chain, 1)
        )

    def shared_out(self, claims: Sequence[Claim], grants: list[list[Grant]]) -> list[list[Grant]]:
        return [
            list(own) for own in zip(*(_by_jump(line) for line in zip(*grants, strict=True)), strict=True)
        ]

    def check(self, rule: Rule, known: Known) -> list[tuple[str, str, str]]:
        if rule.how.kind == "BY_LEVEL":
            return []
        return [("", "级差返利需要按分销商等级设置比例。", "请把“返多少”改为按等级的比例。")]

    def told(self) -> str:
        return "整条上级链（级差）"

    @classmethod
    def tell(cls, note: Note) -> str:
        if "taken_bps" in note.figures:
            return ""
        return f"第 {note.figures['level']} 级上级（级差）"


def _by_jump(line: Sequence[Grant]) -> list[Grant]:
    """One line's grants, nearest upline first, each less what was taken below."""
    taken_bps, found = 0, []
    for grant in line:
        note = Note("LESS_TAKEN", {"own_bps": grant.rate_bps, "taken_bps": taken_bps})
        notes = (*grant.notes, note) if grant.rate_bps else grant.notes
        found.append(replace(grant, rate_bps=max(0, grant.rate_bps - taken_bps), notes=notes))
        taken_bps = max(taken_bps, grant.rate_bps)
    return found
