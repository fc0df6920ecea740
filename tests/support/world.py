"""A small world for tests: locked moto, the real tables from infra/tables.yaml, secrets, a clock.

Plain moto loses updates under threads (aws.md §3), so every call goes through one lock.
"""

import json
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

os.environ.update(
    AWS_ACCESS_KEY_ID="test",
    AWS_SECRET_ACCESS_KEY="test",
    AWS_DEFAULT_REGION="cn-north-1",
    AWS_ACCOUNT_ID_ENDPOINT_MODE="disabled",
)
for name in ("AWS_ENDPOINT_URL", "AWS_CA_BUNDLE", "AWS_PROFILE"):
    os.environ.pop(name, None)

from moto import mock_aws
from moto.core import DEFAULT_ACCOUNT_ID as ACCOUNT_ID
from moto.core import botocore_stubber
from moto.dynamodb.models import dynamodb_backends
from moto.s3.models import s3_backends
from moto.secretsmanager.models import secretsmanager_backends

from chalicelib.commissions import store as commissions
from chalicelib.distributors import store as distributors
from chalicelib.kernel import aws, clock, crypto, secrets, settings
from scripts.local import tables
from tests.support import quick_moto

START = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
PICTURE_KEY = f"media/pictures/PC{'0' * 26}.jpg"
"""A picture that has been uploaded."""
A_PICTURE = {"jpg": b"\xff\xd8\xff\xe0", "png": b"\x89PNG\r\n\x1a\n", "webp": b"RIFF\x04\x00\x00\x00WEBP"}
"""How a picture of each ending begins."""
_lock = threading.RLock()
_unlocked = botocore_stubber.BotocoreStubber.__call__


Fault = Callable[[str, Any], Any]
faults: list[Fault] = []
"""Asked before each call as ``fault(event_name, request)``; an answer other than ``None`` replaces the
engine's and nothing is applied. botocore itself would let moto apply the call all the same."""


def _locked(self: Any, event_name: str, request: Any, **named: Any) -> Any:
    for fault in list(faults):
        answer = fault(event_name, request)
        if answer is not None:
            return answer
    with _lock:
        return _unlocked(self, event_name, request, **named)


botocore_stubber.BotocoreStubber.__call__ = _locked
quick_moto.install()


class Clock:
    """A clock that stands until a test moves it."""

    def __init__(self) -> None:
        self.moment = START

    def now(self) -> datetime:
        return self.moment

    def advance(self, **by: float) -> None:
        """Move on, e.g. ``advance(days=8)``."""
        self.moment += timedelta(**by)


@contextmanager
def small_world() -> Iterator[Clock]:
    """Empty tables, secrets, the two buckets and a standing clock.

    The tables are made once in a process and emptied for each test; making sixty of them each time
    would cost more than most tests.
    """
    engine = mock_aws()
    engine.start(reset=False)
    try:
        _empty()
        with furnished() as held:
            yield held
    finally:
        faults.clear()
        engine.stop(remove_data=False)


@contextmanager
def furnished() -> Iterator[Clock]:
    """The rest of the small world, over whatever empty engine ``aws.client`` reaches."""
    for bucket in ("fenxiao-test-media", "fenxiao-test-results"):
        aws.client("s3").create_bucket(
            Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": "cn-north-1"}
        )
    upload(PICTURE_KEY)
    for ring, keys in _RINGS.items():
        put_secret(ring, keys)
    held = Clock()
    clock.install(held.now)
    try:
        yield held
    finally:
        clock.install(None)
        secrets.forget()
        settings.forget()
        commissions.forget_plans()
        distributors.forget_levels()


def upload(key: str, content: bytes | None = None) -> None:
    """Put this file, or a picture of the key's ending, into the media bucket as a browser would."""
    body = A_PICTURE[key.rpartition(".")[2]] if content is None else content
    aws.client("s3").put_object(Bucket="fenxiao-test-media", Key=key, Body=body)


def _empty() -> None:
    """Take away whatever a test left: items, stream records, objects, secrets, tables of its own."""
    defined = {one["TableName"] for one in tables.definitions("test")}
    held = dynamodb_backends[ACCOUNT_ID]["cn-north-1"].tables
    for name in [name for name in held if name not in defined]:
        del held[name]
    if held.keys() != defined:
        tables.create(aws.client("dynamodb"))
    for table in held.values():
        table.items.clear()
        if table.stream_shard is not None:
            table.stream_shard.items.clear()
    secretsmanager_backends[ACCOUNT_ID]["cn-north-1"].reset()
    for storage in s3_backends[ACCOUNT_ID].values():
        storage.reset()


def put_secret(name: str, value: str) -> None:
    """Store a secret of the test stage."""
    aws.client("secretsmanager").create_secret(Name=f"fenxiao-test/{name}", SecretString=value)
    secrets.forget()


def dump(short: str) -> list[str]:
    """Every item of a table as sorted JSON lines, to see that nothing changed."""
    client = aws.client("dynamodb")
    items: list[Any] = []
    for answer in client.get_paginator("scan").paginate(TableName=f"fenxiao-test-{short}"):
        items.extend(answer["Items"])
    return sorted(json.dumps(item, sort_keys=True, ensure_ascii=False) for item in items)


def dump_all() -> dict[str, list[str]]:
    """Every table."""
    return {short: dump(short) for short in tables.short_names()}


_RINGS = {ring: crypto.new_ring() for ring in crypto.RINGS}
