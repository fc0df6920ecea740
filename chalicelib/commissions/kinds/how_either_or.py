"""Either of two metrics opens a ratio (R4)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal

from pydantic import ConfigDict, Field

from chalicelib.commissions.kinds.facts import Article, Claim, Facts, Figures, Metric, Person
from chalicelib.commissions.kinds.metrics import TITLES, is_of, shown, value_of
from chalicelib.commissions.kinds.model import Bps, How, Known, Rule, bad_rate
from chalicelib.commissions.rules import Grant, Note
from chalicelib.kernel.money import MAX_FEN, Fen, percent, share

_Threshold = Annotated[int, Field(ge=0, le=MAX_FEN, description="Included, in the metric's unit.")]


@dataclass(frozen=True)
class EitherOrRow:
    """The ratio for whoever reaches one of the two thresholds."""

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid", strict=True)
    first_at_least: _Threshold
    second_at_least: _Threshold
    rate_bps: Bps


@dataclass(frozen=True)
class EitherOrHow(How):
    """The last row of which ``first`` or ``second`` reaches its threshold; below all rows nothing."""

    first: Metric
    second: Metric
    rows: Annotated[tuple[EitherOrRow, ...], Field(min_length=1, max_length=20)]
    kind: Literal["EITHER_OR"] = "EITHER_OR"

    def grants(self, claim: Claim, facts: Facts, bases: Sequence[Fen]) -> list[Grant]:
        return [
            self._grant(value_of(self.first, facts, one), value_of(self.second, facts, one))
            for one in facts.articles
        ]

    def of_period(self, figures: Figures, base_fen: int) -> Grant:
        return self._grant(figures.of(self.first), figures.of(self.second))

    def most(self, article: Article, base_fen: int, levels: Sequence[Person], place: int) -> int:
        return share(base_fen, max(row.rate_bps for row in self.rows))

    def check(self, rule: Rule, known: Known) -> list[tuple[str, str, str]]:
        found: list[tuple[str, str, str]] = []
        for name in ("first", "second"):
            metric: Metric = getattr(self, name)
            if not is_of(metric, rule.is_of_period):
                when = "按周期结算" if rule.is_of_period else "按订单返利"
                found.append((name, f"{when}的规则不能用“{TITLES[metric][0]}”。", "请换一个指标。"))
        for place, row in enumerate(self.rows):
            found += bad_rate(f"rows.{place}.rate_bps", row.rate_bps)
            before = self.rows[place - 1] if place else None
            if before is not None and not (
                before.first_at_least < row.first_at_least and before.second_at_least < row.second_at_least
            ):
                mend = "请让两个门槛都逐行升高。"
                found.append((f"rows.{place}", f"第 {place + 1} 行的门槛没有高于前一行。", mend))
        return found

    def told(self) -> str:
        rows = "；".join(
            f"{TITLES[self.first][0]} ≥ {shown(self.first, row.first_at_least)} 或"
            f"{TITLES[self.second][0]} ≥ {shown(self.second, row.second_at_least)} {percent(row.rate_bps)}"
            for row in self.rows
        )
        return f"二者满足其一：{rows}"

    @classmethod
    def tell(cls, note: Note) -> str:
        names = note.text.split("|")
        first: Metric = names[0]  # type: ignore[assignment]
        second: Metric = names[1]  # type: ignore[assignment]
        figures = note.figures
        said = (
            f"{TITLES[first][0]} {shown(first, figures['first'])}、"
            f"{TITLES[second][0]} {shown(second, figures['second'])}"
        )
        return f"{said}，达到第 {figures['row']} 档" if figures["row"] else f"{said}，没有达到任何一档"

    def _grant(self, first: int, second: int) -> Grant:
        reached = [
            place
            for place, row in enumerate(self.rows)
            if first >= row.first_at_least or second >= row.second_at_least
        ]
        row = reached[-1] if reached else None
        figures = {"first": first, "second": second, "row": 0 if row is None else row + 1}
        rate_bps = 0 if row is None else self.rows[row].rate_bps
        return Grant("PLAN", rate_bps, notes=(Note(self.kind, figures, f"{self.first}|{self.second}"),))
