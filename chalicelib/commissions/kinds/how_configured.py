"""The nearest of the shop's own settings: SKU, product, distributor level, then this rule (P2, R1)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal

from chalicelib.commissions.kinds.facts import Article, Claim, Facts, Person
from chalicelib.commissions.kinds.model import Bps, How, Known, Rule, bad_rate
from chalicelib.commissions.resolve_grant import resolve_grant
from chalicelib.commissions.rules import Grant
from chalicelib.kernel.money import Fen, percent, share


@dataclass(frozen=True)
class ConfiguredHow(How):
    """The ratio or amount set for the payee's place on the SKU, the product or its own level, else
    ``rate_bps``. The buyer and those outside the chain take what the nearest upline takes."""

    rate_bps: Bps
    kind: Literal["CONFIGURED"] = "CONFIGURED"
    lawful_in: ClassVar[frozenset[str]] = frozenset({"ORDER"})

    def grants(self, claim: Claim, facts: Facts, bases: Sequence[Fen]) -> list[Grant]:
        return [self._grant(one, claim.person, claim.level) for one in facts.articles]

    def most(self, article: Article, base_fen: int, levels: Sequence[Person], place: int) -> int:
        found = [self._grant(article, person, place) for person in levels]
        return max(
            (one.fixed_fen * article.quantity or share(base_fen, one.rate_bps) for one in found), default=0
        )

    def check(self, rule: Rule, known: Known) -> list[tuple[str, str, str]]:
        return bad_rate("rate_bps", self.rate_bps)

    def told(self) -> str:
        return f"按商品、等级的设置，没有设置的 {percent(self.rate_bps)}"

    def _grant(self, article: Article, person: Person, place: int) -> Grant:
        return resolve_grant(
            article.product,
            article.sku,
            place,
            level_rates_bps=person.level_rates_bps,
            rule_rate_bps=self.rate_bps,
        )
