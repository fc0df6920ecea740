"""What the doors of long work give."""

from datetime import datetime
from typing import Any

from pydantic import Field

from chalicelib.jobs.rules import Job, Status, told
from chalicelib.kernel.http import Out


class JobOut(Out):
    """One job as whoever asked for it sees it."""

    job_id: str
    kind: str
    title: str
    params: dict[str, Any]
    status: Status
    says: str = Field(description="Where it stands, in one Chinese sentence.")
    done: int
    total: int | None = Field(description="Of how many; null while nobody knows.")
    summary: dict[str, Any]
    error: str = Field(description="Why it failed, in Chinese; empty otherwise.")
    has_result: bool = Field(description="There is a file to download.")
    file_name: str
    result_bytes: int | None
    created_at: datetime
    finished_at: datetime | None
    expires_at: datetime = Field(description="The result is kept until then.")

    @classmethod
    def of(cls, job: Job) -> "JobOut":
        """As it stands."""
        return cls(**{**vars(job), "says": told(job), "has_result": job.result_bytes is not None})


class JobsOut(Out):
    """My jobs, newest first."""

    items: list[JobOut]
    next: str | None = None


class ResultOut(Out):
    """Where the result is, for five minutes."""

    url: str
    file_name: str
    result_bytes: int
    valid_seconds: int
