"""Rows of steps, shared by the kinds that use them. Boundaries are explicit: ``at_least`` is in the row,
``below`` is not; an open end is the last row's. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, ClassVar

from pydantic import ConfigDict, Field

from chalicelib.commissions.kinds.facts import Metric
from chalicelib.commissions.kinds.metrics import shown
from chalicelib.commissions.kinds.model import Bps, bad_rate
from chalicelib.commissions.rules import Note
from chalicelib.kernel.money import MAX_FEN, percent, yuan


@dataclass(frozen=True)
class Step:
    """One row: from ``at_least`` (included) to ``below`` (not included), in the metric's unit."""

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid", strict=True)
    at_least: Annotated[int, Field(ge=0, le=MAX_FEN, description="Included.")]
    below: Annotated[int | None, Field(ge=0, le=MAX_FEN, description="Not included; null: no end.")]
    rate_bps: Bps

    def holds(self, value: int) -> bool:
        """Whether the value lies in this row."""
        return self.at_least <= value and (self.below is None or value < self.below)

    def told(self, metric: Metric) -> str:
        """The row in Chinese."""
        start = shown(metric, self.at_least)
        if self.below is None:
            return f"{start} 以上 {percent(self.rate_bps)}"
        return f"{start} 至不足 {shown(metric, self.below)} {percent(self.rate_bps)}"


def row_of(rows: Sequence[Step], value: int) -> int | None:
    """The place of the row that the value lies in."""
    return next((place for place, row in enumerate(rows) if row.holds(value)), None)


def check_rows(rows: Sequence[Step], metric: Metric) -> list[tuple[str, str, str]]:
    """Steps must cover every value from zero on exactly once: no gap, no overlap, an open end."""
    found: list[tuple[str, str, str]] = []
    end: int | None = 0
    for place, row in enumerate(rows):
        field = f"rows.{place}"
        found += bad_rate(f"{field}.rate_bps", row.rate_bps)
        if end is None or row.at_least < end:
            reason = f"第 {place + 1} 档与前一档重叠（从 {shown(metric, row.at_least)} 开始）。"
            found.append((f"{field}.at_least", reason, "请让每一档从前一档的终点开始。"))
        elif row.at_least > end:
            reason = f"{shown(metric, end)} 到 {shown(metric, row.at_least)} 之间没有设置。"
            found.append((f"{field}.at_least", reason, f"请从 {shown(metric, end)} 开始这一档。"))
        if row.below is not None and row.below <= row.at_least:
            found.append((f"{field}.below", f"第 {place + 1} 档的终点不大于起点。", "请把终点改大。"))
        end = row.below
    if rows and end is not None:
        reason = f"{shown(metric, end)} 及以上没有设置。"
        found.append((f"rows.{len(rows) - 1}.below", reason, "请把最后一档的终点留空。"))
    return found


def tell_part(note: Note) -> str:
    """One marginal row: what it earned."""
    metric: Metric = note.text  # type: ignore[assignment]
    figures = note.figures
    end = f"至 {shown(metric, figures['below'])}" if "below" in figures else "以上"
    rate = percent(figures["rate_bps"])
    return f"{shown(metric, figures['at_least'])} {end}的部分 × {rate} = {yuan(figures['part_fen'])}"
