"""The buyer itself, where it is a distributor (R2, 自购返利)."""

from dataclasses import dataclass
from typing import ClassVar, Literal

from chalicelib.commissions.kinds.facts import Claim, Facts
from chalicelib.commissions.kinds.model import Need, Who
from chalicelib.commissions.rules import Note


@dataclass(frozen=True)
class BuyerWho(Who):
    """A buyer who may promote earns on its own purchase; for others the rule does not exist."""

    kind: Literal["BUYER"] = "BUYER"
    needs: ClassVar[frozenset[Need]] = frozenset({"BUYER"})

    def claims(self, facts: Facts) -> tuple[Claim, ...]:
        return () if facts.buyer.excluded else (Claim(facts.buyer, 0, (Note(self.kind),)),)

    def told(self) -> str:
        return "买家本人（自购返利）"

    @classmethod
    def tell(cls, note: Note) -> str:
        return "买家本人（自购返利）"
