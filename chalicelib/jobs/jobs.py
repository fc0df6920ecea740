"""What runs the long work: at once when it is asked for or has a step behind it, and by the clock."""

import time

from chalicelib.jobs import store
from chalicelib.jobs.rules import STUCK_AFTER, is_due
from chalicelib.jobs.run_job import run_job
from chalicelib.kernel import log
from chalicelib.kernel.clock import now
from chalicelib.kernel.jobs import Change, Jobs

jobs = Jobs("jobs")
_SECONDS = 20
"""Of one job at a time, so that others have their turn; it comes again by its own change."""
_AT_ONCE = 20


@jobs.follow("jobs")
def go_on(change: Change) -> None:
    """Go on with a job that was just asked for, or just left free by whoever ran it."""
    job = store.of_image(change.new) if change.new is not None else None
    if job is not None and is_due(job, now()):
        run_job(job.job_id, seconds=_SECONDS)


@jobs.every(minutes=1)
def run_waiting() -> None:
    """Go on with what waits: whose runner died, what was put off, what the stream left."""
    until, is_late = time.monotonic() + 2 * _SECONDS, False
    for job_id in list(store.due(now(), _AT_ONCE)):
        job = store.find(job_id)
        if job is not None and job.is_open and now() - job.moved_at > STUCK_AFTER:
            log.info("job_stuck", job_id=job_id, kind=job.kind, step=job.step)
            log.count("job_stuck")
        if not is_late:
            run_job(job_id, seconds=_SECONDS)
            is_late = time.monotonic() > until
