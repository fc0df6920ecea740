"""Long work for tests: running it to its end, and a worker that uses all that a worker is given."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

import app  # noqa: F401 - opens the front door
from chalicelib import front_door
from chalicelib.jobs import jobs as room
from chalicelib.jobs import store
from chalicelib.jobs.rules import Job, Kind, Run, Step
from chalicelib.jobs.run_job import run_job
from chalicelib.jobs.start_job import start_job
from chalicelib.kernel import files, jobs
from chalicelib.kernel.jobs import Worker
from chalicelib.wallet.grant_points import grant_points
from tests.support import people

WHO = "STJOBS"
ROWS = Kind("TEST_ROWS", "逐行处理", "orders.read")
"""Counts the letters of given lines, two lines a step, and gives ``params["member"]`` a point a step."""
LINES = b"a\nbb\nccc\ndddd\neeeee"


def finish(job_id: str) -> Job:
    """Run the job until it ends or waits for something."""
    while run_job(job_id):
        pass
    job = store.find(job_id)
    assert job is not None
    return job


def result_of(job: Job) -> bytes:
    """What there is to download."""
    return files.get(f"jobs/{job.job_id}/result")


def rows(run: Run) -> Step:
    """Two lines a step; the sum of letters goes from step to step in the state."""
    lines = run.input().decode().splitlines()
    place = int(run.job.cursor or 0)
    now_done = lines[place : place + 2]
    letters = json.loads(run.state() or b"0") + sum(map(len, now_done))
    if "member" in run.job.params:
        grant_points(
            run.job.params["member"], 1, reason="任务", by=run.job.by, key=f"{run.job.job_id}{place}"
        )
    is_over = place + 2 >= len(lines)
    return Step(
        cursor=str(place + 2),
        done=place + len(now_done),
        total=len(lines),
        body="".join(f"{one}:{len(one)}\n" for one in now_done).encode(),
        state=json.dumps(letters).encode(),
        is_over=is_over,
        summary={"letters": letters} if is_over else {},
    )


@contextmanager
def working(worker: Worker = rows) -> Iterator[None]:
    """Let this worker do ``ROWS``, through the front door as every other."""
    people.make_staff(WHO, (ROWS.permission,))
    workers, find = dict(room.jobs.workers), jobs._find_worker
    room.jobs.workers[ROWS.name] = worker
    jobs.install_workers(partial(front_door._worker, {ROWS.name: "jobs.jobs"}))
    try:
        yield
    finally:
        room.jobs.workers = workers
        jobs.install_workers(find)


def start(key: str = "key-0001", given: bytes = LINES, **params: str) -> Job:
    """Ask for ``ROWS`` of these lines."""
    return start_job(ROWS, params, by=WHO, key=key, file_name="行.txt", given=given)
