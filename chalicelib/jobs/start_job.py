"""Ask for long work (decision 10).

How a room offers long work of a kind, say an export of orders:

1. ``EXPORT = Kind("ORDERS_EXPORT", "导出订单", "orders.read")``, beside the room's rules.
2. A door with ``who=staff(EXPORT.permission)``, ``takes_key=True``, ``status=202``, ``returns=JobOut`` and
   ``errors=(*STARTING, …)`` that checks its body and returns
   ``JobOut.of(start_job(EXPORT, params, by=ask.who.id, key=ask.key, file_name="订单.csv"))``.
   ``params`` are JSON; what is larger than some kilobytes (a file's content) goes into ``given``.
3. In the room's ``jobs.py``, a worker that does one step in at most some ten seconds::

       @jobs.work(EXPORT.name)
       def export_orders(run: Run) -> Step:
           found = store.some_page(**run.job.params, cursor=run.job.cursor or None)
           body = rows_as_csv(found.items, with_header=run.job.step == 0)
           done = run.job.done + len(found.items)
           return Step(cursor=found.next or "", done=done, body=body, is_over=found.next is None)

The rest is there: the bodies become one file, steps follow each other until ``is_over``, a step that dies
is done again (so it must come to the same, and what it changes must meet itself), what the worker commits
carries an audit row of whoever asked, and a refusal (``DomainError``) ends the job with its own words.
Reading, listing, cancelling and downloading are the doors under ``/console/jobs``. Tests run a job to its
end by ``tests.jobs.running.finish(job_id)``.
"""

from typing import Any

from chalicelib.jobs import store
from chalicelib.jobs.rules import KEPT, MAX_OPEN, Job, JobMoved, Kind, TooManyJobs
from chalicelib.kernel.clock import now
from chalicelib.kernel.dynamo import commit
from chalicelib.kernel.errors import KeyReused
from chalicelib.kernel.ids import derived_id

STARTING = (KeyReused, TooManyJobs)
"""How ``start_job`` may refuse, for a door's contract."""


def start_job(
    kind: Kind,
    params: dict[str, Any],
    *,
    by: str,
    key: str,
    file_name: str,
    given: bytes = b"",
) -> Job:
    """The job of this person and key, queued if it is new.

    ``given`` is kept as a file for the worker to read. Raises ``KeyReused`` when the same key came with
    other content, ``TooManyJobs`` when five of this person's wait or run.
    """
    job_id = derived_id("JB", by, key)
    input_hash = store.hash_of(given) if given else ""
    wanted = (kind.name, params, input_hash)
    found = store.find(job_id)
    if found is None:
        waiting = [one for one in store.mine(by, limit=50).items if one.is_open]
        if len(waiting) >= MAX_OPEN:
            raise TooManyJobs()
        if given:
            store.put_input(job_id, given)
        found = _put(kind, params, job_id, by=by, file_name=file_name, input_hash=input_hash)
    if (found.kind, found.params, found.input_hash) != wanted:
        raise KeyReused()
    return found


def _put(kind: Kind, params: dict[str, Any], job_id: str, *, by: str, file_name: str, input_hash: str) -> Job:
    at = now()
    job = Job(
        job_id=job_id,
        kind=kind.name,
        title=kind.title,
        permission=kind.permission,
        by=by,
        params=params,
        file_name=file_name,
        status="QUEUED",
        created_at=at,
        moved_at=at,
        due_at=at,
        expires_at=at + KEPT,
        input_hash=input_hash,
    )
    try:
        commit(store.add(job))
    except JobMoved:
        first = store.find(job_id)
        assert first is not None
        return first
    return job
