"""The first of several that matches (R6)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal

from pydantic import ConfigDict, Field

from chalicelib.commissions.kinds.facts import Article, Claim, Facts, Person
from chalicelib.commissions.kinds.model import Bps, Condition, FenIn, How, Known, Rule, bad_rate
from chalicelib.commissions.rules import Grant, Note
from chalicelib.kernel.money import Fen, percent, share, yuan


@dataclass(frozen=True)
class Option:
    """A ratio or an amount for each piece, when all its conditions hold; without any it always does."""

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid", strict=True)
    conditions: Annotated[tuple[Condition, ...], Field(max_length=8)] = ()
    rate_bps: Bps = 0
    fixed_fen: FenIn = 0


@dataclass(frozen=True)
class FirstMatchHow(How):
    """Options from top to bottom; where none matches, nothing."""

    options: Annotated[tuple[Option, ...], Field(min_length=1, max_length=20)]
    kind: Literal["FIRST_MATCH"] = "FIRST_MATCH"
    lawful_in: ClassVar[frozenset[str]] = frozenset({"ORDER"})

    def inner_conditions(self) -> tuple[Condition, ...]:
        return tuple(one for option in self.options for one in option.conditions)

    def grants(self, claim: Claim, facts: Facts, bases: Sequence[Fen]) -> list[Grant]:
        return [self._grant(claim, facts, article) for article in facts.articles]

    def most(self, article: Article, base_fen: int, levels: Sequence[Person], place: int) -> int:
        return max(one.fixed_fen * article.quantity or share(base_fen, one.rate_bps) for one in self.options)

    def check(self, rule: Rule, known: Known) -> list[tuple[str, str, str]]:
        found: list[tuple[str, str, str]] = []
        for place, option in enumerate(self.options):
            field = f"options.{place}"
            found += bad_rate(f"{field}.rate_bps", option.rate_bps)
            if option.rate_bps and option.fixed_fen:
                mend = "请只保留比例或每件金额中的一个。"
                found.append((f"{field}.fixed_fen", "同时设置了比例和每件金额。", mend))
            for number, one in enumerate(option.conditions):
                inside = f"{field}.conditions.{number}"
                found += [(f"{inside}.{name}", why, mend) for name, why, mend in one.check(rule, known)]
            if not option.conditions and place + 1 < len(self.options):
                mend = "请把没有条件的这一项移到最后，或删去后面的项。"
                found.append((field, f"第 {place + 1} 项没有条件，后面的项永远用不到。", mend))
        return found

    def told(self) -> str:
        return "依次选第一个符合的：" + "；".join(map(_told, self.options))

    @classmethod
    def tell(cls, note: Note) -> str:
        option = note.figures["option"]
        return f"符合第 {option} 项" if option else "没有一项符合"

    def _grant(self, claim: Claim, facts: Facts, article: Article) -> Grant:
        for place, option in enumerate(self.options, 1):
            if all(one.holds(claim, facts, article) for one in option.conditions):
                note = Note(self.kind, {"option": place})
                return Grant("PLAN", option.rate_bps, Fen(option.fixed_fen), notes=(note,))
        return Grant("PLAN", notes=(Note(self.kind, {"option": 0}),))


def _told(option: Option) -> str:
    whats = [f"每件 {yuan(option.fixed_fen)}"] if option.fixed_fen else []
    whats += [percent(option.rate_bps)] if option.rate_bps or not option.fixed_fen else []
    return f"{'且'.join(one.told() for one in option.conditions) or '其他'} {'和'.join(whats)}"
