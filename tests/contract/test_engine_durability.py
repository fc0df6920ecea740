"""The local world's engine keeps its state: over a stop, and over a kill -9 up to its last snapshot.

Only ``ministack`` keeps anything; ``scripts/local/engine.py`` takes the snapshots.
"""

import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from chalicelib.kernel import aws
from tests.contract.engines import Engine, Ministack
from tests.contract.things import SHELF, Things, plain

BUCKET = "fenxiao-test-kept"


@pytest.fixture
def process(tmp_path: Path) -> Iterator[Ministack]:
    """The engine as a process that has not begun yet."""
    one = Ministack(tmp_path)
    yield one
    one.end(signal.SIGKILL)


def test_a_stopped_engine_forgets_nothing_but_its_streams(process: Ministack) -> None:
    """Without any snapshot: it writes everything when it is asked to stop.

    Only stream records go, so the local world stops its worker, which follows up what there is, before
    its engine; and an iterator from before is worth nothing afterwards: a worker begins anew with its
    engine, at the horizon.
    """
    process.snapshot_seconds = 0
    process.start()
    with process.reached() as engine:
        things = filled(engine)
        before, told = all_of(things), things.records()
    assert process.end(signal.SIGTERM) == 0
    process.start()
    with process.reached() as engine:
        things.client = engine.dynamodb
        assert all_of(things) == before
        assert len(told) == 7
        assert things.records() == []
        things.put("b", "next")
        [record] = things.records()
        assert plain(record["dynamodb"]["Keys"]) == {"holder": "b", "entry": "next"}
        assert record["dynamodb"]["SequenceNumber"] > told[-1]["dynamodb"]["SequenceNumber"]


def test_a_killed_engine_comes_back_as_of_its_last_snapshot(process: Ministack) -> None:
    """A snapshot is one moment: it holds all that was written before it and no half transaction."""
    process.snapshot_seconds = 0.1
    process.start()
    with process.reached() as engine:
        things = filled(engine)
        giver, taker = Things(engine), Things(engine, is_streamed=True)
        giver.put("a", "purse", amount=1000)
        taker.put("a", "purse", amount=0)
        before, given, snapshots = all_of(things), 0, {process.snapshot()}
        while len(snapshots) < 5:
            assert (given := given + 1) <= 1000, "too few snapshots were taken"
            giver.transact(
                giver.updating("a", "purse", "SET amount = amount - :one", one=1),
                taker.updating("a", "purse", "SET amount = amount + :one", one=1),
            )
            snapshots.add(process.snapshot())
    process.end(signal.SIGKILL)
    process.start()
    with process.reached() as engine:
        things.client = giver.client = taker.client = engine.dynamodb
        assert all_of(things) == before
        left, taken = giver.find("a", "purse"), taker.find("a", "purse")
        assert left is not None
        assert taken is not None
        assert 0 < taken["amount"] <= given
        assert left["amount"] + taken["amount"] == 1000


def filled(engine: Engine) -> Things:
    """A table with a stream and indexes, a bucket and a secret, each with something in it."""
    place = {"LocationConstraint": "cn-north-1"}
    aws.client("s3").create_bucket(Bucket=BUCKET, CreateBucketConfiguration=place)
    aws.client("s3").put_object(Bucket=BUCKET, Key="a/b", Body=bytes(range(256)), ContentType="image/webp")
    aws.client("secretsmanager").create_secret(Name="fenxiao-test/kept", SecretString="钥匙")
    things = Things(engine, is_streamed=True)
    for number in range(5):
        things.put("a", str(number), shelf="s", stamp=str(-number), amount=number, holds={"R1", "R2"})
    things.update("a", "3", "REMOVE shelf SET amount = :n", n=10**12)
    things.delete("a", "4")
    return things


def all_of(things: Things) -> dict[str, Any]:
    """What is in the table, its index, in the bucket and in the vault."""
    picture = aws.client("s3").get_object(Bucket=BUCKET, Key="a/b")
    vault = aws.client("secretsmanager")
    return {
        "items": things.pages("holder = :a", a="a"),
        "index": things.pages("shelf = :s", index=SHELF, s="s"),
        "picture": (picture["Body"].read(), picture["ContentType"]),
        "secret": vault.get_secret_value(SecretId="fenxiao-test/kept")["SecretString"],
    }
