"""A ratio of a downline's commission on the same order (R2, 返利的返利)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from chalicelib.commissions.kinds.facts import Article, Claim, Facts, Person
from chalicelib.commissions.kinds.model import Bps, How, Known, Rule, bad_rate
from chalicelib.commissions.rules import Grant, Payee
from chalicelib.kernel.money import Fen, percent, share


@dataclass(frozen=True)
class BonusHow(How):
    """A ratio of what the next lower one in the chain earns by ``of_rules`` on each line, after those rules'
    own caps and before the plan's. It comes out of the shop's money, never out of the downline's."""

    rate_bps: Bps
    of_rules: Annotated[tuple[str, ...], Field(min_length=1, max_length=20)]
    kind: Literal["BONUS"] = "BONUS"
    follows: ClassVar[bool] = True
    lawful_in: ClassVar[frozenset[str]] = frozenset({"ORDER"})

    def grants(self, claim: Claim, facts: Facts, bases: Sequence[Fen]) -> list[Grant]:
        return [Grant("PLAN", self.rate_bps) for _ in bases]

    def follows_rules(self) -> tuple[str, ...]:
        return self.of_rules

    def follows_payees(self, payee: Payee, others: Sequence[Payee]) -> tuple[int, ...]:
        return tuple(
            place
            for place, other in enumerate(others)
            if other.level == payee.level - 1 and other.rule in self.of_rules and not other.bonus_of
        )

    def most(self, article: Article, base_fen: int, levels: Sequence[Person], place: int) -> int:
        return share(base_fen, self.rate_bps)

    def check(self, rule: Rule, known: Known) -> list[tuple[str, str, str]]:
        found = bad_rate("rate_bps", self.rate_bps)
        if rule.who.kind != "UPLINE":
            found.append(("", "下级佣金奖励只能给某一级上级。", "请把“返给谁”改为上级。"))
        if rule.rule_id in self.of_rules:
            found.append(("of_rules", "奖励不能以自己为基数。", "请选其他规则。"))
        return found

    def told(self) -> str:
        return f"下级佣金（{'、'.join(self.of_rules)}）的 {percent(self.rate_bps)}"
