"""Ask for a list of the shop as a file; long work (G6)."""

from datetime import date

from chalicelib.jobs.rules import Job
from chalicelib.jobs.sheet import SheetKind
from chalicelib.jobs.start_job import start_job
from chalicelib.kernel import clock
from chalicelib.kernel.errors import Invalid
from chalicelib.reports.export_lists import ListName, export_lists

MAX_DAYS = 366


def start_export(name: ListName, kind: SheetKind, since: date, until: date, *, by: str, key: str) -> Job:
    """The job that writes all of these business days, or the whole list where it is not of days.

    Raises ``Invalid`` and what ``start_job`` does.
    """
    if until < since:
        raise Invalid("结束日期不能早于开始日期。", fields={"until": "不能早于开始日期"})
    if (until - since).days >= MAX_DAYS:
        raise Invalid("一次最多导出一年，请缩短日期范围。", fields={"since": "一次最多导出一年"})
    one = export_lists()[name]
    if not one.is_of_days:
        since = until = clock.business_day(clock.now())
    params = {"list": name, "sheet": kind, "since": since.isoformat(), "until": until.isoformat()}
    title = one.kind.title.removeprefix("导出")
    days = f"{since:%Y%m%d}-{until:%Y%m%d}" if one.is_of_days else f"{until:%Y%m%d}"
    file_name = f"{title}-{days}.{kind}"
    return start_job(one.kind, params, by=by, key=key, file_name=file_name)
