"""Long work and its life (decision 10). Pure.

A job is QUEUED, then RUNNING step by step, and ends DONE, FAILED or CANCELLED; no end is ever left.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Literal

from chalicelib.kernel.errors import Conflict, NotFound, TooMany

Status = Literal["QUEUED", "RUNNING", "DONE", "FAILED", "CANCELLED"]
OPEN: tuple[Status, ...] = ("QUEUED", "RUNNING")
MAX_OPEN = 5
"""So many may wait or run for one person."""
MAX_TRIES = 5
"""A step that fails so often in a row fails the job."""
KEPT = timedelta(days=7)
"""The result can be downloaded so long; the bucket forgets it a day later."""
HELD = timedelta(minutes=6)
"""Whoever runs a job has it to itself so long; longer than any function lives."""
STUCK_AFTER = timedelta(minutes=30)
"""A job that did not get on for so long is counted."""
_BUG = "系统出了点问题，我们已经记录下来，请稍后重新发起。"


@dataclass(frozen=True)
class Kind:
    """One kind of long work. ``permission`` is what starting, reading and going on take."""

    name: str
    title: str
    permission: str


@dataclass(frozen=True)
class Job:
    """One piece of long work. ``cursor`` is the worker's own note of where it is."""

    job_id: str
    kind: str
    title: str
    permission: str
    by: str
    params: dict[str, Any]
    file_name: str
    """Of the result when it is downloaded."""
    status: Status
    created_at: datetime
    moved_at: datetime
    """When it last got on."""
    due_at: datetime
    """When somebody may go on with it: in the past while it waits, ahead while it is held or put off."""
    expires_at: datetime
    input_hash: str = ""
    step: int = 0
    cursor: str = ""
    done: int = 0
    total: int | None = None
    pieces: int = 0
    """Pieces of the result so far."""
    result_bytes: int | None = None
    summary: dict[str, Any] = field(default_factory=dict)
    error: str = ""
    tries: int = 0
    finished_at: datetime | None = None
    version: int = 1

    @property
    def is_open(self) -> bool:
        """Whether it waits or runs."""
        return self.status in OPEN


@dataclass(frozen=True)
class Run:
    """What a worker is given for one step. ``state`` and ``input`` are read when they are asked for."""

    job: Job
    state: Callable[[], bytes]
    """What the step before kept; empty at the first."""
    input: Callable[[], bytes]
    """What was given at the start as ``input``."""


@dataclass(frozen=True)
class Step:
    """What one step came to. It must follow from params, cursor, state and input alone, since a step that
    dies is done again from the same ones; its effects elsewhere must meet themselves."""

    cursor: str = ""
    done: int = 0
    total: int | None = None
    body: bytes = b""
    """Added to the end of the result."""
    state: bytes | None = None
    """For the next step, where a cursor of a few kilobytes is too small."""
    is_over: bool = False
    sheet: Literal["csv", "xlsx"] | None = None
    """At the end: the bodies are rows of ``jobs.sheet``, to be made this file."""
    summary: dict[str, Any] = field(default_factory=dict)
    """Shown beside the result; whole numbers and texts."""


class JobUnknown(NotFound):
    """No job of this id, or somebody else's."""

    title = "没有这个任务"
    detail = "没有找到这个任务，可能已经过期。"


class JobOver(Conflict):
    """It ended already."""

    title = "任务已经结束"
    detail = "这个任务已经结束，不能再取消。"


class JobHasNoResult(Conflict):
    """It is not done yet, has failed, or leaves nothing to download."""

    title = "没有可下载的结果"
    detail = "任务还没有完成，或者没有可下载的结果。"


class ResultExpired(NotFound):
    """The result was kept for seven days."""

    title = "结果已过期"
    detail = "结果只保留 7 天，请重新发起任务。"


class TooManyJobs(TooMany):
    """See ``MAX_OPEN``."""

    title = "进行中的任务太多"
    detail = f"您已有 {MAX_OPEN} 个任务在进行，请等其中一个完成后再发起。"


class JobMoved(Exception):
    """Somebody else holds or has ended the job since it was read."""


def held(job: Job, at: datetime) -> Job:
    """The job as whoever goes on with it takes it: to itself for a while, one try more."""
    return replace(job, status="RUNNING", due_at=at + HELD, tries=job.tries + 1)


def is_due(job: Job, at: datetime) -> bool:
    """Whether somebody may go on with it; clocks may differ by a second."""
    return job.is_open and job.due_at <= at + timedelta(seconds=1)


def stepped(job: Job, step: Step, at: datetime, *, goes_on: bool) -> Job:
    """The job after a step; ``goes_on`` keeps it held by whoever runs it."""
    return replace(
        job,
        step=job.step + 1,
        cursor=step.cursor,
        done=step.done,
        total=step.total,
        pieces=job.pieces + bool(step.body),
        summary=step.summary or job.summary,
        tries=0,
        moved_at=at,
        due_at=at + HELD if goes_on else at,
    )


def finished(job: Job, at: datetime, result_bytes: int | None) -> Job:
    """The job, done."""
    return replace(job, status="DONE", result_bytes=result_bytes, finished_at=at)


def failed(job: Job, at: datetime, error: str | None = None) -> Job:
    """The job, failed for this reason; without one, for a bug."""
    return replace(job, status="FAILED", error=error or _BUG, finished_at=at)


def put_off(job: Job, at: datetime) -> Job:
    """The job after a step that failed by a bug or for want of an answer: later again, or never more."""
    if job.tries >= MAX_TRIES:
        return failed(job, at)
    return replace(job, due_at=at + timedelta(seconds=10 * 2**job.tries))


def told(job: Job) -> str:
    """Where it stands, in one sentence."""
    if job.status == "QUEUED":
        return "排队中，马上开始。"
    if job.status == "RUNNING":
        return f"进行中，已处理 {job.done} / {job.total}。" if job.total else f"进行中，已处理 {job.done}。"
    if job.status == "DONE":
        return f"已完成，共处理 {job.done}。"
    return "已取消。" if job.status == "CANCELLED" else f"没有完成：{job.error}"
