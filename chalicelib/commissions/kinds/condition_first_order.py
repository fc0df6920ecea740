"""The buyer's first order (R6)."""

from dataclasses import dataclass
from typing import ClassVar, Literal

from chalicelib.commissions.kinds.facts import Article, Claim, Facts
from chalicelib.commissions.kinds.model import Condition, Known, Need, Rule
from chalicelib.commissions.rules import Note


@dataclass(frozen=True)
class FirstOrderCondition(Condition):
    """The buyer has never bought before. The placement claims it, once; an order that dies unpaid gives
    the claim back."""

    kind: Literal["FIRST_ORDER"] = "FIRST_ORDER"
    needs: ClassVar[frozenset[Need]] = frozenset({"FIRST_ORDER"})

    def holds(self, claim: Claim, facts: Facts, article: Article | None) -> bool:
        return facts.is_first_order

    def check(self, rule: Rule, known: Known) -> list[tuple[str, str, str]]:
        if rule.is_of_period:
            return [("", "按周期结算的规则不能限定首单。", "请去掉这个条件，或改为按订单返利。")]
        return []

    def told(self) -> str:
        return "买家首单"

    @classmethod
    def tell(cls, note: Note) -> str:
        return "是买家的首单" if note.figures["met"] else "不是买家的首单"
