"""One step of an export: some pages of its list, oldest day first (G6)."""

import json
from datetime import date, timedelta

from chalicelib.jobs.rules import Run, Step
from chalicelib.jobs.sheet import Cell, sheet
from chalicelib.reports.export_lists import export_lists

_MOST_THINGS = 500
_MOST_READS = 100


def export_step(run: Run) -> Step:
    """Five hundred things at most, so that memory does not grow with the list; the header comes first.

    The cursor is a day, its part and where that goes on.
    """
    job = run.job
    one, last = export_lists()[job.params["list"]], date.fromisoformat(job.params["until"])
    place: tuple[str, int, str | None] = (job.params["since"], 0, None)
    if job.cursor:
        place = tuple(json.loads(job.cursor))
    day, part, cursor = date.fromisoformat(place[0]), place[1], place[2]
    rows: list[tuple[Cell, ...]] = [tuple(one.header)] if job.step == 0 else []
    done = 0
    for _ in range(_MOST_READS):
        found = one.pages(day, part, cursor)
        done += len(found.items)
        rows += [tuple(row) for row in one.rows(found.items)]
        cursor = found.next
        if cursor is None:
            part = (part + 1) % one.parts
            day += timedelta(days=part == 0)
        if day > last or done >= _MOST_THINGS:
            break
    is_over = day > last
    return Step(
        cursor=json.dumps([day.isoformat(), part, cursor]),
        done=job.done + done,
        body=sheet(rows),
        is_over=is_over,
        sheet=job.params["sheet"] if is_over else None,
        summary={"rows": job.summary.get("rows", 0) + len(rows) - (job.step == 0)},
    )
