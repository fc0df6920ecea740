"""One step of an import or of its trial: some things of the file, each said how it went (G6)."""

from chalicelib.jobs.read_sheet import read_sheet
from chalicelib.jobs.rules import Run, Step
from chalicelib.jobs.sheet import sheet
from chalicelib.kernel.errors import Conflict, DomainError, Invalid, NotFound
from chalicelib.reports.import_lists import ImportList, import_lists
from chalicelib.reports.import_product import Beside, Thing

_AT_ONCE = 50
_MOST_PROBLEMS = 50
_FINE, _DONE = "没有问题", "已完成"


def import_step(run: Run) -> Step:
    """Fifty things; the result tells of each, the summary of the first problems.

    What one thing is refused for is said and the next one is done; what went wrong with us stops the step,
    which comes again, and what it did meets itself.
    """
    job = run.job
    one = import_lists()[job.params["list"]]
    things = one.things(read_sheet(run.input(), one.header))
    place = int(job.cursor or 0)
    some = things[place : place + _AT_ONCE]
    beside = Beside(job.by, job.params.get("pictures", {}))
    trial = None if job.params["is_trial"] else job.params["trial"]
    told = [(thing, _told(one, thing, beside, trial)) for thing in some]
    wrong = [
        f"第 {thing.number} 行 {thing.name}：{said}" for thing, said in told if said not in (_FINE, _DONE)
    ]
    rows = [("行号", "名称", "结果")] if place == 0 else []
    is_over = place + _AT_ONCE >= len(things)
    before = job.summary or {"fine": 0, "wrong": 0, "problems": []}
    return Step(
        cursor=str(place + _AT_ONCE),
        done=place + len(some),
        total=len(things),
        body=sheet([*rows, *((str(thing.number), thing.name, said) for thing, said in told)]),
        is_over=is_over,
        sheet="csv" if is_over else None,
        summary={
            "fine": before["fine"] + len(some) - len(wrong),
            "wrong": before["wrong"] + len(wrong),
            "problems": [*before["problems"], *wrong][:_MOST_PROBLEMS],
        },
    )


def _told(one: ImportList, thing: Thing, beside: Beside, trial: str | None) -> str:
    try:
        if trial is None:
            one.check(thing, beside)
            return _FINE
        one.do(thing, beside, f"{trial}:{thing.number}")
        return _DONE
    except (Invalid, NotFound, Conflict) as refusal:
        return _words(refusal)


def _words(refusal: DomainError) -> str:
    return refusal.detail
