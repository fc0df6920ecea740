"""Go on with a job, step by step, for a while (decision 10)."""

import time

from chalicelib.jobs import store
from chalicelib.jobs.rules import (
    MAX_TRIES,
    Job,
    JobMoved,
    Run,
    Step,
    failed,
    finished,
    held,
    is_due,
    put_off,
    stepped,
)
from chalicelib.kernel import auth, log
from chalicelib.kernel.auth import Entrant
from chalicelib.kernel.clock import now
from chalicelib.kernel.dynamo import commit
from chalicelib.kernel.errors import DomainError, Unavailable
from chalicelib.kernel.jobs import worker_of


def run_job(job_id: str, *, seconds: int = 0) -> bool:
    """Whether somebody may go on with the job now; then at least one step is done, more within ``seconds``.

    One at a time has a job: it is taken and each step saved over exactly what was read, so of two the
    second stops, and so does whoever runs one that is cancelled. What a dead one held is free again after
    six minutes. Whoever asked must still be allowed to. Raises nothing for what a worker does.
    """
    until = time.monotonic() + seconds
    job = store.find(job_id)
    if job is None or not is_due(job, now()):
        return False
    try:
        job = _saved(job, held(job, now()) if job.tries < MAX_TRIES else failed(job, now()))
        while job.is_open:
            job = _saved(job, _next(job, goes_on=time.monotonic() < until))
            if is_due(job, now()) or job.tries:
                break
    except JobMoved:
        log.info("job_moved", job_id=job_id)
    return True


def _saved(before: Job, after: Job) -> Job:
    commit(store.save(before, after))
    return store.next_version(before, after)


def _next(job: Job, *, goes_on: bool) -> Job:
    """The job after one step of its worker, whatever became of it."""
    try:
        auth.demand(auth.staff(job.permission), Entrant("staff", job.by, via="job"))
        step: Step = worker_of(job.kind)(Run(job, lambda: store.state_of(job), lambda: store.input_of(job)))
        return _kept(job, step, goes_on)
    except Unavailable:
        return put_off(job, now())
    except DomainError as refusal:
        return failed(job, now(), refusal.detail)
    except Exception as bug:
        log.error("job_failed", bug, job_id=job.job_id, kind=job.kind, step=job.step)
        log.count("job_failed", kind=job.kind)
        return put_off(job, now())


def _kept(job: Job, step: Step, goes_on: bool) -> Job:
    """Keep what the step leaves as files, before the job says so; done again they are written over."""
    if step.body:
        store.put_piece(job, step.body)
    if step.state is not None and not step.is_over:
        store.put_state(job, step.state)
    after = stepped(job, step, now(), goes_on=goes_on)
    if not step.is_over:
        return after
    size = store.join_pieces(job.job_id, after.pieces, step.sheet) if after.pieces else None
    return finished(after, now(), size)
