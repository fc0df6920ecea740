"""Staff's doors to their long work. Starting is at the room that does the work (see ``start_job``)."""

from typing import Any

from chalicelib.jobs import store
from chalicelib.jobs.cancel_job import cancel_job
from chalicelib.jobs.rules import Job, JobHasNoResult, JobOver, JobUnknown, ResultExpired
from chalicelib.jobs.schemas import JobOut, JobsOut, ResultOut
from chalicelib.kernel import auth
from chalicelib.kernel.auth import OWN, staff
from chalicelib.kernel.clock import now
from chalicelib.kernel.errors import Crowded
from chalicelib.kernel.http import Ask, Doors, Paging
from chalicelib.kernel.paging import BadCursor

doors = Doors("/console")


@doors.get("/jobs", who=staff(OWN), query=Paging, returns=JobsOut, errors=(BadCursor,))
def list_jobs(ask: Ask[Any]) -> JobsOut:
    """My long work of the last weeks, newest first."""
    found = store.mine(ask.who.id, limit=ask.query.limit, cursor=ask.query.next)
    return JobsOut(items=[JobOut.of(job) for job in found.items], next=found.next)


@doors.get("/jobs/{job_id}", who=staff(OWN), returns=JobOut, errors=(JobUnknown,))
def read_job(ask: Ask[Any]) -> JobOut:
    """One job of mine: how far it is, what it came to."""
    return JobOut.of(_mine(ask))


@doors.post("/jobs/{job_id}/cancel", who=staff(OWN), returns=JobOut, errors=(JobUnknown, JobOver, Crowded))
def cancel(ask: Ask[Any]) -> JobOut:
    """Stop a job of mine; what it did so far stays."""
    return JobOut.of(cancel_job(_mine(ask).job_id, ask.who.id))


@doors.get(
    "/jobs/{job_id}/result",
    who=staff(OWN),
    returns=ResultOut,
    errors=(JobUnknown, JobHasNoResult, ResultExpired),
)
def read_result(ask: Ask[Any]) -> ResultOut:
    """A link to the file of a job of mine, for five minutes."""
    job = _mine(ask)
    if job.result_bytes is None:
        raise JobHasNoResult()
    if job.expires_at <= now():
        raise ResultExpired()
    return ResultOut(
        url=store.link(job),
        file_name=job.file_name,
        result_bytes=job.result_bytes,
        valid_seconds=store.LINK_SECONDS,
    )


def _mine(ask: Ask[Any]) -> Job:
    """The job, whose permission is asked for again: a role may have been taken away since."""
    job = store.load(ask.path["job_id"], ask.who.id)
    auth.demand(staff(job.permission), ask.who)
    return job
