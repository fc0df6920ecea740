"""Stop a job; a step under way is the last one, and what it did elsewhere stays done."""

from dataclasses import replace

from chalicelib.jobs import store
from chalicelib.jobs.rules import Job, JobMoved, JobOver
from chalicelib.kernel.clock import now
from chalicelib.kernel.dynamo import commit
from chalicelib.kernel.errors import Crowded

_TRIES = 5


def cancel_job(job_id: str, by: str) -> Job:
    """The job, cancelled, now or before. Raises ``JobUnknown``, ``JobOver``, ``Crowded``."""
    for _ in range(_TRIES):  # a step may be saved in between
        job = store.load(job_id, by)
        if job.status == "CANCELLED":
            return job
        if not job.is_open:
            raise JobOver()
        after = replace(job, status="CANCELLED", finished_at=now())
        try:
            commit(store.save(job, after))
        except JobMoved:
            continue
        return after
    raise Crowded()
