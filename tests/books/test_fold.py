"""Projections: folded from streams in any order, they equal a rebuild from the sources (trust A4, 22).

The followers and their projections: ``wallet`` statements and totals from the journal; ``invites`` code
statistics and team counts; ``commissions`` trees by people and by money; ``team`` what each brought;
``members`` uplines; ``orders`` first purchases and sales figures; ``inventory`` low-stock list;
``reports`` what each day brought. Notices, carts and stock movements are records of single events, put
once; a replay adds none.
"""

import random
from collections.abc import Iterator
from datetime import date

import pytest

from chalicelib.kernel import aws
from scripts.local.rebuild_all import rebuild_all
from tests.books import ledger, streams
from tests.books.history import Told, projections, shaken, told
from tests.crash.harness import Killed, wired
from tests.support.nightly import pick

SINCE = date(2026, 11, 1)
RECORDED_ONCE = ("inbox", "stock-movements", "cart-lines", "distributor-changes")
Folded = dict[str, list[str]]


def rebuilt(wait: object = None) -> None:
    """Everything, from the sources."""
    rebuild_all(since=SINCE, wait=wait or (lambda: None), say=lambda line: None)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def history() -> Iterator[Told]:
    with told() as found:
        yield found


@pytest.fixture(autouse=True)
def _from_the_end_of_the_story(history: Told, expected: Folded) -> None:
    history.restore()


@pytest.fixture(scope="module")
def expected(history: Told) -> Folded:
    """What a rebuild from the sources alone says, without one delivered record."""
    rebuilt()
    found = projections()
    for name, rows in found.items():
        assert rows, f"nothing is projected into {name}"
    return found


def differing(expected: Folded) -> dict[str, set[str]]:
    """What is not as expected, by table."""
    found = projections()
    return {name: set(found[name]) ^ set(expected[name]) for name in found if found[name] != expected[name]}


def test_streams_replayed_split_and_reordered_fold_to_the_rebuild(history: Told, expected: Folded) -> None:
    """Invariant 22: the end is a function of the set of events."""
    once: dict[str, list[str]] = {}
    for seed in range(pick(3, 30)):
        history.restore()
        streams.follow(shaken(history.records, random.Random(seed)))
        streams.drain()
        assert not differing(expected), f"seed {seed}: {differing(expected)}"
        counted = {name: rows for name, rows in ledger.bytes_of_all().items() if name in RECORDED_ONCE}
        sizes = {name: [str(len(rows))] for name, rows in counted.items()}
        once = once or sizes
        assert sizes == once, f"seed {seed}: something was recorded twice"


def test_everything_delivered_again_changes_nothing(history: Told) -> None:
    """Invariant 22, byte for byte."""
    streams.follow(history.records)
    streams.drain()
    before = ledger.bytes_of_all()
    streams.follow(history.records)
    assert ledger.bytes_of_all() == before


def test_a_rebuild_of_what_is_right_writes_nothing(history: Told) -> None:
    """Safe to run at any time; only totals that are the same are put again."""
    streams.follow(history.records)
    streams.drain()
    before = ledger.bytes_of_all()
    rebuilt()
    assert ledger.bytes_of_all() == before


def test_spoilt_and_lost_projections_are_rebuilt(history: Told, expected: Folded) -> None:
    """Numbers that are wrong, rows that are gone, statements that were lost."""
    streams.follow(history.records)
    streams.drain()
    _lose("wallet-lines", "wallet-totals", "metric-facts")
    _spoil("metrics", "own_sales_fen", "direct_buyers")
    _spoil("team-counts", "level_1")
    _spoil("invite-stats", "scans")
    _spoil("team-contributions", "earned_fen", "orders", "level")
    _spoil("commission-trees", "heads_1", "earned_fen")
    _spoil("commission-sums", "rows", "left_fen")
    _lose("commission-ledger")
    _spoil("day-figures", "buyers", "sales_fen")
    assert differing(expected).keys() >= {
        "wallet-lines",
        "metric-facts",
        "metrics",
        "team-counts",
        "team-contributions",
        "invite-stats",
        "commission-trees",
        "commission-ledger",
        "commission-sums",
        "day-figures",
    }
    rebuilt()
    assert not differing(expected), differing(expected)


@pytest.mark.parametrize("seed", range(pick(1, 8)))
def test_a_rebuild_beside_a_late_stream_counts_nothing_twice(
    history: Told, expected: Folded, seed: int
) -> None:
    """The second look comes after the late events; what they brought is not mended once more."""
    records = shaken(history.records, random.Random(seed))
    streams.follow(records[: len(records) // 2])
    late = records[len(records) // 2 :]

    def wait() -> None:
        streams.follow(late)
        streams.drain()
        late.clear()

    rebuilt(wait)
    wait()
    rebuilt()
    assert not differing(expected), differing(expected)


def test_a_rebuild_that_dies_anywhere_is_finished_by_the_next(history: Told, expected: Folded) -> None:
    """Dead before or after a call to AWS, at points spread over the whole run; then run again. Each night
    begins at another point, so that in time all are met."""
    with wired(history.story.peer) as wire:
        wire.restart(None)
        rebuilt()
        calls = len(wire.calls)
        apart = calls // pick(4, 40)
        for number in range(pick(calls // 10, random.randrange(apart)), calls, apart):
            history.restore()
            wire.restart(number, "after" if number % 2 else "before")
            with pytest.raises(Killed):
                rebuilt()
            wire.restart(None)
            rebuilt()
            assert not differing(expected), f"dead at {number} of {calls}: {differing(expected)}"


def _items(table: str) -> list[dict[str, dict[str, str]]]:
    found: list[dict[str, dict[str, str]]] = aws.client("dynamodb").scan(TableName=_name(table))["Items"]
    return found


def _key(table: str, item: dict[str, dict[str, str]]) -> dict[str, dict[str, str]]:
    schema = aws.client("dynamodb").describe_table(TableName=_name(table))["Table"]["KeySchema"]
    return {part["AttributeName"]: item[part["AttributeName"]] for part in schema}


def _lose(*tables: str) -> None:
    for table in tables:
        for item in _items(table):
            aws.client("dynamodb").delete_item(TableName=_name(table), Key=_key(table, item))


def _spoil(table: str, *attributes: str) -> None:
    for item in _items(table):
        aws.client("dynamodb").update_item(
            TableName=_name(table),
            Key=_key(table, item),
            UpdateExpression="SET " + ", ".join(f"#{name} = :wrong" for name in attributes),
            ExpressionAttributeNames={f"#{name}": name for name in attributes},
            ExpressionAttributeValues={":wrong": {"N": "77"}},
        )


def _name(table: str) -> str:
    return f"fenxiao-test-{table}"
