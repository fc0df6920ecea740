"""Steps by a metric, on the whole amount or marginal (R4, R5)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field

from chalicelib.commissions.kinds.facts import Article, Claim, Facts, Figures, Metric, Person
from chalicelib.commissions.kinds.metrics import OF_LINE, TITLES, is_of, shown, value_of
from chalicelib.commissions.kinds.model import How, Known, Rule
from chalicelib.commissions.kinds.steps import Step, check_rows, row_of
from chalicelib.commissions.rules import Grant, Note
from chalicelib.kernel.money import Fen, allocate, share


@dataclass(frozen=True)
class StepsHow(How):
    """WHOLE: the row that the metric lies in gives the ratio of the whole base. MARGINAL: each part of the
    amount earns its own row's ratio, each rounded down; then metric and base are the same money."""

    metric: Metric
    rows: Annotated[tuple[Step, ...], Field(min_length=1, max_length=20)]
    mode: Literal["WHOLE", "MARGINAL"] = "WHOLE"
    kind: Literal["STEPS"] = "STEPS"

    def grants(self, claim: Claim, facts: Facts, bases: Sequence[Fen]) -> list[Grant]:
        if self.mode == "MARGINAL":
            return self._marginal_grants(facts, bases)
        return [self._whole(value_of(self.metric, facts, article)) for article in facts.articles]

    def of_period(self, figures: Figures, base_fen: int) -> Grant:
        value = max(0, figures.of(self.metric))
        if self.mode == "WHOLE":
            return self._whole(value)
        amount_fen, notes = self._marginal(value)
        return Grant("PLAN", exact_fen=amount_fen, notes=notes)

    def most(self, article: Article, base_fen: int, levels: Sequence[Person], place: int) -> int:
        return share(base_fen, max(row.rate_bps for row in self.rows))

    def check(self, rule: Rule, known: Known) -> list[tuple[str, str, str]]:
        found = check_rows(self.rows, self.metric)
        if not is_of(self.metric, rule.is_of_period):
            when = "按周期结算" if rule.is_of_period else "按订单返利"
            found.append(("metric", f"{when}的规则不能用“{TITLES[self.metric][0]}”。", "请换一个指标。"))
        if self.mode == "MARGINAL" and not self._is_of_its_base(rule):
            mend = "请选与基数相同的指标，或改用全额累进。"
            found.append(("mode", "分段累进时，阶梯的指标必须就是计算基数。", mend))
        return found

    def told(self) -> str:
        mode = "全额" if self.mode == "WHOLE" else "分段"
        rows = "；".join(row.told(self.metric) for row in self.rows)
        return f"按{TITLES[self.metric][0]}阶梯（{mode}）：{rows}"

    @classmethod
    def tell(cls, note: Note) -> str:
        metric: Metric = note.text  # type: ignore[assignment]
        title, figures = TITLES[metric][0], note.figures
        start = shown(metric, figures["at_least"])
        end = f"至不足 {shown(metric, figures['below'])}" if "below" in figures else "以上"
        return f"{title} {shown(metric, figures['value'])}，在 {start} {end}这一档"

    def _is_of_its_base(self, rule: Rule) -> bool:
        base = rule.base.kind
        if base == "METRIC":
            return getattr(rule.base, "metric", None) == self.metric
        return (self.metric, base) in (
            ("ORDER_PAID", "PAID"),
            ("LINE_PAID", "PAID"),
            ("LINE_PROFIT", "PROFIT"),
        )

    def _whole(self, value: int) -> Grant:
        place = row_of(self.rows, value)
        if place is None:
            return Grant("PLAN", notes=(Note(self.kind, {"value": value, "at_least": 0}, self.metric),))
        return Grant("PLAN", self.rows[place].rate_bps, notes=(self._note(place, value),))

    def _note(self, place: int, value: int) -> Note:
        row = self.rows[place]
        figures = {"value": value, "at_least": row.at_least, "rate_bps": row.rate_bps}
        if row.below is not None:
            figures["below"] = row.below
        return Note(self.kind, figures, self.metric)

    def _marginal(self, value: int) -> tuple[Fen, tuple[Note, ...]]:
        """The sum over the rows, and a note for each row that earned."""
        total_fen, notes = 0, []
        for place, row in enumerate(self.rows):
            top = value if row.below is None else min(value, row.below)
            if top > row.at_least:
                part_fen = share(top - row.at_least, row.rate_bps)
                total_fen += part_fen
                note = self._note(place, value)
                notes.append(Note("STEP_PART", {**note.figures, "part_fen": part_fen}, self.metric))
        return Fen(total_fen), tuple(notes)

    def _marginal_grants(self, facts: Facts, bases: Sequence[Fen]) -> list[Grant]:
        if self.metric in OF_LINE:
            found = [self._marginal(value_of(self.metric, facts, one)) for one in facts.articles]
            return [Grant("PLAN", exact_fen=amount, notes=notes) for amount, notes in found]
        total_fen, notes = self._marginal(sum(bases))
        parts = allocate(total_fen, bases)
        return [Grant("PLAN", exact_fen=part, notes=notes) for part in parts]
