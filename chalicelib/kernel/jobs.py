"""Back doors: what runs by the clock and what follows a change of a table.

Each is idempotent and may run twice; a failure there never harms the business that came before
(design §3, after the commit). The front door turns them into Lambda functions.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Generic, TypeVar

from chalicelib.kernel import log
from chalicelib.kernel.clock import now
from chalicelib.kernel.dynamo import Table, Write, commit, put_new

_MARKS_KEPT = timedelta(days=30)
"""A stream forgets after 24 hours; what waits as a dead letter is sent again within two weeks."""
Projected = TypeVar("Projected")
ScheduledJob = Callable[[], Any]
Worker = Callable[[Any], Any]
"""Does one step of long work: the room ``jobs`` says what it is given and gives back."""


@dataclass(frozen=True)
class Change:
    """One change of one item, from the table's stream. Images are DynamoDB's typed attributes."""

    table: str
    """The short name, e.g. ``orders``."""
    id: str
    old: dict[str, Any] | None
    new: dict[str, Any] | None


Follower = Callable[[Change], None]


@dataclass(frozen=True)
class Scheduled:
    """A job and how often it runs."""

    name: str
    every_minutes: int
    run: ScheduledJob


class Jobs:
    """The back doors of one room."""

    def __init__(self, room: str) -> None:
        self.room = room
        self.scheduled: list[Scheduled] = []
        self.followers: list[tuple[str, str, Follower]] = []
        self.workers: dict[str, Worker] = {}

    def every(self, minutes: int) -> Callable[[ScheduledJob], ScheduledJob]:
        """Run the function each so many minutes; it takes one bounded batch at a time."""

        def declare(job: ScheduledJob) -> ScheduledJob:
            self.scheduled.append(Scheduled(f"{self.room}_{job.__name__}", minutes, job))
            return job

        return declare

    def follow(self, table: str) -> Callable[[Follower], Follower]:
        """Call the function for each change of the table, at least once, in order per item."""

        def declare(follower: Follower) -> Follower:
            self.followers.append((table, f"{self.room}_{follower.__name__}", follower))
            return follower

        return declare

    def work(self, kind: str) -> Callable[[Worker], Worker]:
        """Do the long work of this kind by the function, step by step (see ``jobs.run_job``)."""

        def declare(worker: Worker) -> Worker:
            self.workers[kind] = worker
            return worker

        return declare


_find_worker: Callable[[str], Worker] | None = None


def install_workers(find: Callable[[str], Worker] | None) -> None:
    """Let ``find`` say who does the work of a kind; it raises ``KeyError`` where nobody does."""
    global _find_worker
    _find_worker = find


def worker_of(kind: str) -> Worker:
    """Who does the work of this kind. Raises ``KeyError``."""
    if _find_worker is None:
        raise KeyError(kind)
    return _find_worker(kind)


def deliver(table: str, records: Sequence[dict[str, Any]], followers: Sequence[Follower]) -> list[str]:
    """Hand stream records to every follower; returns the sequence numbers that must come again.

    One follower's failure keeps no other from its work; the failed record and all after it are
    delivered again (ReportBatchItemFailures), which is harmless because followers are idempotent.
    """
    failed: list[str] = []
    for record in records:
        stream = record["dynamodb"]
        change = Change(table, record["eventID"], stream.get("OldImage"), stream.get("NewImage"))
        for follower in followers:
            try:
                follower(change)
            except Exception as problem:
                log.error("follower_failed", problem, table=table, follower=follower.__name__)
                log.count("follower_failed", table=table)
                failed.append(stream["SequenceNumber"])
    return failed


class CountedBefore(Exception):
    """The stream delivered this event again."""


def mark_once(row: type[Table], mark: str) -> Write:
    """Remember an event in a room's own table of marks, for ``count_once``."""
    return put_new(row(mark=mark, forget_at=int((now() + _MARKS_KEPT).timestamp())), CountedBefore)


def count_once(mark: Write, *writes: Write | Iterable[Write]) -> None:
    """Commit what an event adds together with its mark, once however often the event is told."""
    try:
        commit(mark, *writes)
    except CountedBefore:
        return


@dataclass(frozen=True)
class Drift(Generic[Projected]):
    """A projection that says one thing while its source says another."""

    seen: Projected
    counted: Projected


def recount(
    seen: Projected,
    counted: Projected,
    believed: Drift[Projected] | None,
    write: Callable[[Projected, Projected], Write],
) -> Drift[Projected] | None:
    """The drift between what a projection says (``seen``) and its source (``counted``), if any.

    It may be nothing but an event on its way, which would be counted twice if it were mended now. So
    the first look writes nothing; asked again, a while later, with the drift it gave then and finding
    the same, it commits ``write(counted, seen)``, which must be held to ``seen``.
    """
    found = Drift(seen, counted)
    if seen == counted:
        return None
    if found != believed:
        return found
    commit(write(counted, seen))
    return None
