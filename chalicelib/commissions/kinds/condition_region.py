"""The shipping region (R6)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal

from pydantic import ConfigDict, Field

from chalicelib.commissions.kinds.facts import Article, Claim, Facts
from chalicelib.commissions.kinds.model import Condition, Known, Rule
from chalicelib.commissions.rules import Note

_Name = Annotated[str, Field(max_length=20)]


@dataclass(frozen=True)
class Place:
    """A province, a city of it, or a county of that, as WeChat's address picker writes them."""

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid", strict=True)
    province: Annotated[str, Field(min_length=2, max_length=20)]
    city: _Name = ""
    county: _Name = ""

    def covers(self, region: tuple[str, str, str]) -> bool:
        """Whether the region lies in this place."""
        return region[0] == self.province and self.city in ("", region[1]) and self.county in ("", region[2])

    def holds_all_of(self, other: "Place") -> bool:
        """Whether the other place lies in this one."""
        return (
            self.province == other.province
            and self.city in ("", other.city)
            and self.county in ("", other.county)
        )

    def within(self, other: "Place") -> "Place | None":
        """What both have in common: the narrower one, where one lies in the other."""
        if self.holds_all_of(other):
            return other
        return self if other.holds_all_of(self) else None


@dataclass(frozen=True)
class RegionCondition(Condition):
    """The order goes to one of these places."""

    places: Annotated[tuple[Place, ...], Field(min_length=1, max_length=100)]
    kind: Literal["REGION"] = "REGION"

    def holds(self, claim: Claim, facts: Facts, article: Article | None) -> bool:
        return any(place.covers(facts.region) for place in self.places)

    def can_hold_with(self, others: Sequence["RegionCondition"]) -> bool:
        left = set(self.places)
        for one in others:
            left = {both for mine in left for place in one.places if (both := mine.within(place))}
        return bool(left)

    def implies(self, other: "RegionCondition") -> bool:
        return all(any(place.holds_all_of(mine) for place in other.places) for mine in self.places)

    def note(self, claim: Claim, facts: Facts) -> Note:
        return Note(self.kind, text="/".join(facts.region))

    def check(self, rule: Rule, known: Known) -> list[tuple[str, str, str]]:
        found = [
            (f"places.{number}.city", "填写了区县，但没有填写城市。", "请补上城市。")
            for number, place in enumerate(self.places)
            if place.county and not place.city
        ]
        if rule.is_of_period:
            found.append(("", "按周期结算的规则不能限定地区。", "请去掉这个条件，或改为按订单返利。"))
        return found

    def told(self) -> str:
        return "收货地在 " + "、".join(f"{one.province}{one.city}{one.county}" for one in self.places)

    @classmethod
    def tell(cls, note: Note) -> str:
        return f"收货地 {note.text} {'在' if note.figures['met'] else '不在'}活动地区内"
