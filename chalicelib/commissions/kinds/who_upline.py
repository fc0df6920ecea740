"""An upline of the buyer, by its place (R1)."""

from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from chalicelib.commissions.kinds.facts import Claim, Facts
from chalicelib.commissions.kinds.model import Need, Who
from chalicelib.commissions.rules import Note

_PLACES = "零一二三"


@dataclass(frozen=True)
class UplineWho(Who):
    """The buyer's upline ``level`` places up. One who may not promote earns nothing; nobody moves up."""

    level: Annotated[int, Field(ge=1, le=9, description="1 is the direct inviter.")]
    kind: Literal["UPLINE"] = "UPLINE"
    needs: ClassVar[frozenset[Need]] = frozenset({"CHAIN"})

    @property
    def reach(self) -> int:
        return self.level

    def claims(self, facts: Facts) -> tuple[Claim, ...]:
        if self.level > len(facts.chain):
            return ()
        return (Claim(facts.chain[self.level - 1], self.level, (Note(self.kind, {"level": self.level}),)),)

    def told(self) -> str:
        return f"{_PLACES[self.level] if self.level < 4 else self.level}级上级"

    @classmethod
    def tell(cls, note: Note) -> str:
        level = note.figures["level"]
        return f"{_PLACES[level]}级上级" + ("（直接邀请人）" if level == 1 else "")
