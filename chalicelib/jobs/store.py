"""Jobs in their table, and what they keep in the results bucket."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from chalicelib.jobs.models import JobRow
from chalicelib.jobs.rules import Job, JobMoved, JobUnknown
from chalicelib.jobs.sheet import SheetKind, finish_sheet
from chalicelib.kernel import files
from chalicelib.kernel.dynamo import Write, put, put_new
from chalicelib.kernel.paging import Page, page

_OPEN = "open"
_ROW_KEPT = timedelta(days=30)
LINK_SECONDS = 300


def find(job_id: str) -> Job | None:
    """The job as it stands, read consistently."""
    row = JobRow.find(job_id)
    return None if row is None else _value(row)


def load(job_id: str, by: str) -> Job:
    """This person's job. Raises ``JobUnknown``, for somebody else's too."""
    job = find(job_id)
    if job is None or job.by != by:
        raise JobUnknown()
    return job


def of_image(image: dict[str, Any]) -> Job:
    """The job that a stream record holds."""
    return _value(JobRow.of_image(image))


def mine(by: str, *, limit: int, cursor: str | None = None) -> Page[Job]:
    """This person's jobs, newest first."""
    return page(JobRow.mine, by, limit=limit, cursor=cursor).map(_value)


def due(at: datetime, limit: int) -> Iterator[str]:
    """Ids of open jobs that somebody may go on with, the longest waiting first."""
    for row in JobRow.due.query(_OPEN, JobRow.due_at <= at, limit=limit):
        yield row.job_id


def add(job: Job) -> Write:
    """Put a new job, once; else ``JobMoved``."""
    return put_new(_row(job), JobMoved)


def save(before: Job, after: Job) -> Write:
    """Write the job over exactly the one that was read, else ``JobMoved``; see ``next_version``."""
    return put(_row(next_version(before, after)), JobRow.version == before.version, JobMoved)


def next_version(before: Job, after: Job) -> Job:
    """``after`` as ``save`` keeps it."""
    return replace(after, version=before.version + 1)


def put_input(job_id: str, given: bytes) -> None:
    """Keep what a job is given to work on."""
    files.put(_key(job_id, "input"), given)


def input_of(job: Job) -> bytes:
    """What the job was given to work on; nothing when it was given nothing."""
    return files.get(_key(job.job_id, "input")) if job.input_hash else b""


def hash_of(given: bytes) -> str:
    """By which two inputs are told apart."""
    return hashlib.sha256(given).hexdigest()


def put_state(job: Job, state: bytes) -> None:
    """Keep what this step leaves the next one; done again, it writes the same over itself."""
    files.put(_key(job.job_id, f"state-{job.step + 1:06d}"), state)


def state_of(job: Job) -> bytes:
    """What the step before left; nothing at the first."""
    return files.get(_key(job.job_id, f"state-{job.step:06d}")) if job.step else b""


def put_piece(job: Job, body: bytes) -> None:
    """Keep the next piece of the result; done again, it writes the same over itself."""
    files.put(_key(job.job_id, f"piece-{job.pieces:06d}"), body)


def join_pieces(job_id: str, pieces: int, kind: SheetKind | None = None) -> int:
    """Make the result of its pieces, perhaps a sheet; returns its bytes."""
    keys = [_key(job_id, f"piece-{one:06d}") for one in range(pieces)]
    if kind is None:
        return files.join(keys, _key(job_id, "result"))
    return files.write(_key(job_id, "result"), lambda whole: finish_sheet(map(files.get, keys), kind, whole))


def link(job: Job) -> str:
    """Where whoever holds the address may download the result for five minutes."""
    return files.signed_link(_key(job.job_id, "result"), job.file_name, valid_seconds=LINK_SECONDS)


def _key(job_id: str, name: str) -> str:
    return f"jobs/{job_id}/{name}"


def _row(job: Job) -> JobRow:
    return JobRow.of_value(
        job,
        params_json=_text(job.params),
        summary_json=_text(job.summary),
        due_shard=_OPEN if job.is_open else None,
        forget_at=int((job.created_at + _ROW_KEPT).timestamp()),
    )


def _value(row: JobRow) -> Job:
    return row.as_value(Job, params=json.loads(row.params_json), summary=json.loads(row.summary_json))


def _text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True)
