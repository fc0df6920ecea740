"""A ratio for each distributor level (R1, R3)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal

from pydantic import ConfigDict, Field

from chalicelib.commissions.kinds.facts import Article, Claim, Facts, Person
from chalicelib.commissions.kinds.model import Bps, How, Id, Known, Rule, bad_rate
from chalicelib.commissions.rules import Grant
from chalicelib.kernel.money import Fen, percent, share


@dataclass(frozen=True)
class LevelRate:
    """One level's ratio."""

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid", strict=True)
    level_id: Id
    rate_bps: Bps


@dataclass(frozen=True)
class ByLevelHow(How):
    """The payee's level decides; levels that are not named get ``otherwise_bps``."""

    rates: Annotated[tuple[LevelRate, ...], Field(min_length=1, max_length=20)]
    otherwise_bps: Bps = 0
    kind: Literal["BY_LEVEL"] = "BY_LEVEL"
    lawful_in: ClassVar[frozenset[str]] = frozenset({"ORDER"})

    def grants(self, claim: Claim, facts: Facts, bases: Sequence[Fen]) -> list[Grant]:
        rate_bps = self._rate_of(claim.person.level_id)
        return [Grant("LEVEL", rate_bps) for _ in bases]

    def most(self, article: Article, base_fen: int, levels: Sequence[Person], place: int) -> int:
        return share(base_fen, max(self.otherwise_bps, *(one.rate_bps for one in self.rates)))

    def check(self, rule: Rule, known: Known) -> list[tuple[str, str, str]]:
        found = bad_rate("otherwise_bps", self.otherwise_bps)
        named: set[str] = set()
        for place, one in enumerate(self.rates):
            found += bad_rate(f"rates.{place}.rate_bps", one.rate_bps)
            if one.level_id not in known.level_ids:
                mend = "请从现有等级里选择，或先新建这个等级。"
                found.append((f"rates.{place}.level_id", f"没有分销商等级“{one.level_id}”。", mend))
            if one.level_id in named:
                mend = "每个等级只保留一个比例。"
                found.append((f"rates.{place}.level_id", f"等级“{one.level_id}”写了两次。", mend))
            named.add(one.level_id)
        return found

    def told(self) -> str:
        each = "、".join(f"{one.level_id} {percent(one.rate_bps)}" for one in self.rates)
        return f"按等级：{each}，其他 {percent(self.otherwise_bps)}"

    def _rate_of(self, level_id: str) -> int:
        return next((one.rate_bps for one in self.rates if one.level_id == level_id), self.otherwise_bps)
