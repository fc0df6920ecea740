"""What our followers take for granted of table streams holds on every engine we test with (N3).

Projections, notices and the outbox live on these rules. Where an engine breaks AWS's rule, the test
says so with ``engine.known``; a follower must bear such extra records anyhow, as delivery repeats.
"""

from typing import Any

import pytest

from chalicelib.kernel import aws
from tests.contract.engines import Engine, every_engine, race  # noqa: F401 - a fixture
from tests.contract.things import Things, plain, reasons


@pytest.fixture
def things(engine: Engine) -> Things:
    return Things(engine, is_streamed=True)


class TestRecords:
    def test_every_change_is_told_once_with_what_was_and_what_is(self, things: Things) -> None:
        things.put("a", "1", amount=1)
        things.put("a", "1", amount=2)
        things.update("a", "1", "SET amount = amount + :by", by=3)
        things.delete("a", "1")
        key = {"holder": "a", "entry": "1"}
        assert [_told(record) for record in things.records()] == [
            ("INSERT", key, None, key | {"amount": 1}),
            ("MODIFY", key, key | {"amount": 1}, key | {"amount": 2}),
            ("MODIFY", key, key | {"amount": 2}, key | {"amount": 5}),
            ("REMOVE", key, key | {"amount": 5}, None),
        ]

    def test_an_item_made_by_an_update_is_told_as_new(self, engine: Engine, things: Things) -> None:
        """moto tells of the bare key first, as an insert of its own."""
        things.update("a", "1", "ADD amount :by", by=3)
        key = {"holder": "a", "entry": "1"}
        too_early = engine.known(moto_locked=[("INSERT", key, None, key)], ministack=[])
        assert [_told(record) for record in things.records()] == [
            *too_early,
            ("INSERT", key, None, key | {"amount": 3}),
        ]

    def test_what_changes_nothing_is_not_told(self, engine: Engine, things: Things) -> None:
        """moto tells of an update to the same value all the same."""
        things.put("a", "1", amount=3)
        things.update("a", "1", "SET amount = :same", same=3)
        things.delete("a", "never there")
        same = {"holder": "a", "entry": "1", "amount": 3}
        idle = engine.known(moto_locked=[("MODIFY", same, same)], ministack=[])
        told = [(name, old, new) for name, _, old, new in map(_told, things.records())]
        assert told == [("INSERT", None, same), *idle]

    def test_a_transaction_tells_of_each_item_and_a_refused_one_of_none(self, things: Things) -> None:
        things.transact(
            things.putting("a", "1"),
            things.putting("b", "1"),
            things.checking("c", "1", "attribute_not_exists(n)"),
        )
        refused = things.putting("a", "2"), things.putting("b", "1", is_new=True)
        reasons(lambda: things.transact(*refused))
        assert sorted(plain(record["dynamodb"]["Keys"])["holder"] for record in things.records()) == [
            "a",
            "b",
        ]

    def test_records_are_told_apart_and_carry_growing_numbers(self, things: Things) -> None:
        for number in range(12):
            things.put("a", str(number))
        records = things.records()
        assert len({record["eventID"] for record in records}) == 12
        numbers = [int(record["dynamodb"]["SequenceNumber"]) for record in records]
        assert numbers == sorted(set(numbers))

    def test_each_item_tells_its_changes_in_order_whoever_made_them(self, things: Things) -> None:
        for item in ("1", "2", "3"):
            things.put("a", item, amount=0)

        def work(number: int) -> None:
            for _ in range(6):
                things.update("a", str(number % 3 + 1), "ADD amount :by", by=1)

        race(work, threads=6)
        told: dict[str, list[int]] = {"1": [], "2": [], "3": []}
        for record in things.records():
            _, key, old, new = _told(record)
            assert new is not None
            assert old is None or old["amount"] == told[key["entry"]][-1], "one follows from the other"
            told[key["entry"]].append(new["amount"])
        assert told == {item: list(range(13)) for item in ("1", "2", "3")}


class TestReading:
    def test_from_the_horizon_in_pages_to_the_end_and_on(self, things: Things) -> None:
        for number in range(7):
            things.put("a", str(number))
        iterator, pages = things.iterator("TRIM_HORIZON"), []
        for _ in range(4):
            page = aws.client("dynamodbstreams").get_records(ShardIterator=iterator, Limit=3)
            pages.append(_entries(page["Records"]))
            iterator = page["NextShardIterator"]
        assert pages == [["0", "1", "2"], ["3", "4", "5"], ["6"], []]
        things.put("a", "7")
        page = aws.client("dynamodbstreams").get_records(ShardIterator=iterator, Limit=3)
        assert _entries(page["Records"]) == ["7"], "the last iterator waits for what is to come"

    def test_an_iterator_read_again_gives_the_same_again(self, things: Things) -> None:
        """So a batch that a follower failed at comes again."""
        things.put("a", "1")
        iterator = things.iterator("TRIM_HORIZON")
        first, second = (
            aws.client("dynamodbstreams").get_records(ShardIterator=iterator, Limit=5)["Records"]
            for _ in range(2)
        )
        assert _entries(first) == ["1"]
        assert first == second

    def test_after_a_sequence_number_comes_the_next_record(self, things: Things) -> None:
        for number in range(5):
            things.put("a", str(number))
        numbers = [record["dynamodb"]["SequenceNumber"] for record in things.records()]
        assert [_entries(things.records(after=number)) for number in numbers[1:]] == [
            ["2", "3", "4"],
            ["3", "4"],
            ["4"],
            [],
        ]
        things.put("a", "5")
        assert _entries(things.records(after=numbers[-1])) == ["5"]

    def test_each_table_has_its_own_stream(self, engine: Engine, things: Things) -> None:
        other, silent = Things(engine, is_streamed=True), Things(engine)
        for number, table in enumerate((things, other, silent)):
            table.put("a", str(number))
        assert (_entries(things.records()), _entries(other.records())) == (["0"], ["1"])
        assert aws.client("dynamodbstreams").list_streams(TableName=silent.name)["Streams"] == []


def _told(record: dict[str, Any]) -> tuple[str, dict[str, Any], dict[str, Any] | None, dict[str, Any] | None]:
    told = record["dynamodb"]
    old, new = (plain(told[name]) if name in told else None for name in ("OldImage", "NewImage"))
    return record["eventName"], plain(told["Keys"]), old, new


def _entries(records: list[dict[str, Any]]) -> list[str]:
    return [plain(record["dynamodb"]["Keys"])["entry"] for record in records]
