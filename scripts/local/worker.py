"""What AWS does behind the API: hands table changes to their followers and runs what is due.

The followers and schedules are the very Lambda handlers of app.py. A record whose follower keeps
failing is tried again with growing pauses, then set aside in ``dead-letters.jsonl`` so that it
stops nobody else. Stops only after everything delivered so far has been followed up.
"""

import argparse
import json
import signal
import threading
import time
from pathlib import Path
from typing import Any

from chalicelib import front_door
from chalicelib.kernel import aws, clock, dynamo, log
from scripts.local.bell import Bell
from scripts.local.clock import FileClock

POLL_SECONDS = 0.25
LISTEN_SECONDS = 0.05
"""How soon the worker hears the bell; a look costs nothing."""
MAX_TRIES = 6
LOCAL_MINUTE_SECONDS = 3


def main() -> None:
    """Pump and schedule until SIGTERM, then drain."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--state", type=Path, required=True)
    parser.add_argument("--clock", type=Path, required=True)
    parser.add_argument("--bell", type=Path, help="where the embedded engine rings; without it, always look")
    options = parser.parse_args()
    clock.install(FileClock(options.clock).now)
    stopping = threading.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: stopping.set())
    bell = Bell(options.bell) if options.bell else None
    pump = Pump(options.state / "dead-letters.jsonl", bell)
    timer = Timer()
    turns = idle_turns = 0
    while not stopping.is_set():
        worked = pump.turn()
        timer.turn()
        turns, idle_turns = turns + 1, 0 if worked else idle_turns + 1
        (options.state / "worker-idle").write_text(f"{turns} {idle_turns}")
        if not worked:
            stopping.wait(LISTEN_SECONDS if bell else POLL_SECONDS)
    while pump.turn():
        pass


class Pump:
    """Reads every followed table's stream and calls its handler; with a bell, where it rang."""

    def __init__(self, dead_letters: Path, bell: Bell | None) -> None:
        import app

        self.dead_letters, self.bell = dead_letters, bell
        self.heard: dict[str, int] = {}
        self.handlers = {
            table: getattr(app, f"{table.replace('-', '_')}_changes") for table in front_door.followers()
        }
        self.iterators: dict[tuple[str, str], str] = {}
        self.tries: dict[str, int] = {}

    def turn(self) -> bool:
        """One round over all streams; true when there was anything to do."""
        return sum(self._look(table) for table in self.handlers) > 0

    def _look(self, table: str) -> bool:
        if self.bell is None:
            return self._drain(table)
        rung = self.bell.count(dynamo.table_name(table))  # before looking: what changes meanwhile rings again
        if self.heard.get(table) == rung:
            return False
        worked = self._drain(table)
        if not worked:
            self.heard[table] = rung
        return worked

    def _drain(self, table: str) -> bool:
        streams, worked = aws.client("dynamodbstreams"), False
        for shard, iterator in self._shards(table):
            answer = streams.get_records(ShardIterator=iterator, Limit=200)
            records = answer["Records"]
            failed = self._deliver(table, records) if records else []
            if failed:
                self._again(table, shard, records, failed)
            elif answer.get("NextShardIterator"):
                self.iterators[table, shard] = answer["NextShardIterator"]
            worked = worked or bool(records)
        return worked

    def _shards(self, table: str) -> list[tuple[str, str]]:
        streams = aws.client("dynamodbstreams")
        known = [(shard, held) for (name, shard), held in self.iterators.items() if name == table]
        if known:
            return known
        for stream in streams.list_streams(TableName=dynamo.table_name(table))["Streams"]:
            arn = stream["StreamArn"]
            for shard in streams.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"]:
                shard_id = shard["ShardId"]
                made = streams.get_shard_iterator(
                    StreamArn=arn, ShardId=shard_id, ShardIteratorType="TRIM_HORIZON"
                )
                self.iterators[table, shard_id] = made["ShardIterator"]
        return [(shard, held) for (name, shard), held in self.iterators.items() if name == table]

    def _deliver(self, table: str, records: list[Any]) -> list[str]:
        event = {"Records": [_as_event(record) for record in records]}
        answer = self.handlers[table](event, None)
        return [failure["itemIdentifier"] for failure in answer["batchItemFailures"]]

    def _again(self, table: str, shard: str, records: list[Any], failed: list[str]) -> None:
        """Leave the iterator where it is, so that the batch comes again; give up after six tries."""
        key = f"{table}:{failed[0]}"
        self.tries[key] = self.tries.get(key, 0) + 1
        if self.tries[key] < MAX_TRIES:
            time.sleep(min(2.0, 0.1 * 2 ** self.tries[key]))
            return
        with self.dead_letters.open("a", encoding="utf-8") as file:
            for record in records:
                if record["dynamodb"]["SequenceNumber"] in failed:
                    file.write(json.dumps({"table": table, **record}, default=str) + "\n")
        log.count("dead_letter", table=table)
        self._skip(table, shard)

    def _skip(self, table: str, shard: str) -> None:
        answer = aws.client("dynamodbstreams").get_records(
            ShardIterator=self.iterators[table, shard], Limit=200
        )
        self.iterators[table, shard] = answer["NextShardIterator"]


class Timer:
    """Runs each scheduled handler when its minutes have passed on the world's clock.

    Nobody likes to sit through a minute at a desk, so a local minute lasts three real seconds.
    """

    def __init__(self) -> None:
        import app

        self.jobs = [(job, getattr(app, job.name)) for job in front_door.scheduled()]
        self.last: dict[str, tuple[float, float]] = {}

    def turn(self) -> None:
        """Run what is due; a jump of the clock makes everything due at once."""
        shown, real = clock.now().timestamp(), time.monotonic()
        for job, handler in self.jobs:
            last_shown, last_real = self.last.get(job.name, (0.0, float("-inf")))
            waited = abs(shown - last_shown) < job.every_minutes * 60
            if waited and real - last_real < job.every_minutes * LOCAL_MINUTE_SECONDS:
                continue
            self.last[job.name] = shown, real
            try:
                handler(_SCHEDULED, None)
            except Exception as problem:
                log.error("job_failed", problem, job=job.name)


_SCHEDULED = {
    "version": "0",
    "account": "000000000000",
    "region": "local",
    "detail": {},
    "detail-type": "Scheduled Event",
    "source": "aws.events",
    "time": "",
    "id": "local",
    "resources": [],
}


def _as_event(record: dict[str, Any]) -> dict[str, Any]:
    """A record of the Streams API in the shape that Lambda delivers."""
    made = dict(record)
    made["dynamodb"] = dict(record["dynamodb"])
    made["dynamodb"].pop("ApproximateCreationDateTime", None)
    return made


if __name__ == "__main__":
    main()
