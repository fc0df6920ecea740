"""When the payee became a distributor (R6)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from chalicelib.commissions.kinds.facts import Article, Claim, Facts
from chalicelib.commissions.kinds.model import Condition, Known, Rule
from chalicelib.commissions.rules import Note
from chalicelib.kernel.clock import business_day


@dataclass(frozen=True)
class JoinedCondition(Condition):
    """From ``on_or_after`` on (included) and before ``before`` (not included), business days in China."""

    on_or_after: date | None = None
    before: date | None = None
    kind: Literal["JOINED"] = "JOINED"

    def holds(self, claim: Claim, facts: Facts, article: Article | None) -> bool:
        if claim.person.joined_at is None:
            return False
        day = business_day(claim.person.joined_at)
        return (self.on_or_after is None or self.on_or_after <= day) and (
            self.before is None or day < self.before
        )

    def can_hold_with(self, others: Sequence["JoinedCondition"]) -> bool:
        starts = [one.on_or_after for one in (self, *others) if one.on_or_after is not None]
        ends = [one.before for one in (self, *others) if one.before is not None]
        return not starts or not ends or max(starts) < min(ends)

    def implies(self, other: "JoinedCondition") -> bool:
        mine, theirs = (self.on_or_after, self.before), (other.on_or_after, other.before)
        is_after = theirs[0] is None or (mine[0] is not None and mine[0] >= theirs[0])
        return is_after and (theirs[1] is None or (mine[1] is not None and mine[1] <= theirs[1]))

    def note(self, claim: Claim, facts: Facts) -> Note:
        joined_at = claim.person.joined_at
        return Note(self.kind, text=business_day(joined_at).isoformat() if joined_at else "")

    def check(self, rule: Rule, known: Known) -> list[tuple[str, str, str]]:
        if self.on_or_after is None and self.before is None:
            return [("", "加入时间没有填写。", "请至少填一个日期，或去掉这个条件。")]
        if self.on_or_after is not None and self.before is not None and self.before <= self.on_or_after:
            return [("before", "加入时间的终点不晚于起点，没有人符合。", "请把终点改晚。")]
        return []

    def told(self) -> str:
        start = f"{self.on_or_after} 起" if self.on_or_after else ""
        return f"加入时间{start}{f'，早于 {self.before}' if self.before else ''}"

    @classmethod
    def tell(cls, note: Note) -> str:
        return f"{note.text or '未知'} 加入，{'符合' if note.figures['met'] else '不符合'}加入时间的要求"
