"""Bring a file in: first looked through, then done as it was looked through; long work (G6)."""

from collections.abc import Callable, Mapping

from chalicelib.jobs import store
from chalicelib.jobs.read_sheet import read_sheet
from chalicelib.jobs.rules import Job, JobUnknown
from chalicelib.jobs.start_job import start_job
from chalicelib.kernel.errors import Conflict
from chalicelib.reports.import_lists import ImportName, import_lists


class NotLookedThrough(Conflict):
    """The trial is still running, or found something to mend first."""

    title = "还不能导入"
    detail = "请先等检查完成；有问题的行改好后，重新上传检查。"


def start_import(
    name: ImportName,
    content: bytes,
    *,
    pictures: Mapping[str, str],
    by: str,
    key: str,
    demand: Callable[[str], None],
) -> Job:
    """The job that looks a file through and changes nothing; ``demand`` refuses who may not do what is in it.

    Raises ``BadSheet``, what ``demand`` does and what ``start_job`` does.
    """
    one = import_lists()[name]
    demand(one.kind.permission)
    things = one.things(read_sheet(content, one.header))
    needs = one.needs(things)
    for permission in needs:
        demand(permission)
    params = {
        "list": name,
        "is_trial": True,
        "things": len(things),
        "needs": needs,
        "pictures": dict(pictures),
    }
    title = f"{one.kind.title}-检查结果.csv"
    return start_job(one.kind, params, by=by, key=key, file_name=title, given=content)


def do_import(job_id: str, *, by: str, key: str, demand: Callable[[str], None]) -> Job:
    """The job that does what the file of a trial without problems says.

    Raises ``JobUnknown``, ``NotLookedThrough``, what ``demand`` does and what ``start_job`` does.
    """
    trial = store.load(job_id, by)
    for permission in (trial.permission, *trial.params.get("needs", ())):
        demand(permission)
    if not trial.params.get("is_trial"):
        raise JobUnknown()
    if trial.status != "DONE" or trial.summary["wrong"]:
        raise NotLookedThrough()
    one = import_lists()[trial.params["list"]]
    params = {**trial.params, "is_trial": False, "trial": job_id}
    title = f"{one.kind.title}-结果.csv"
    return start_job(one.kind, params, by=by, key=key, file_name=title, given=store.input_of(trial))
