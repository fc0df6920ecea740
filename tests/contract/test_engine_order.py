"""Large partitions on the embedded engine: read along the order of their keys, and as right as small ones."""

import random
from collections.abc import Iterator
from typing import Any

import pytest

from tests.contract import engines
from tests.contract.engines import Engine

TABLE = "ordered"
ROWS = 900
"""More than ``engine_order.LARGE``: from there on the engine goes along the order."""


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    with engines.opened("ministack", tmp_path_factory.mktemp("engine")) as opened:
        opened.dynamodb.create_table(
            TableName=TABLE,
            BillingMode="PAY_PER_REQUEST",
            AttributeDefinitions=[
                {"AttributeName": name, "AttributeType": kind}
                for name, kind in (("pk", "S"), ("sk", "S"), ("day", "S"), ("at", "N"))
            ],
            KeySchema=[
                {"AttributeName": "pk", "KeyType": "HASH"},
                {"AttributeName": "sk", "KeyType": "RANGE"},
            ],
            GlobalSecondaryIndexes=[
                {
                    "IndexName": "by_day",
                    "KeySchema": [
                        {"AttributeName": "day", "KeyType": "HASH"},
                        {"AttributeName": "at", "KeyType": "RANGE"},
                    ],
                    "Projection": {"ProjectionType": "ALL"},
                }
            ],
        )
        yield opened


def walked(engine: Engine, limit: int | None, **asked: Any) -> list[dict[str, Any]]:
    """All pages of a query, each no longer than ``limit``."""
    found: list[dict[str, Any]] = []
    start: dict[str, Any] = {}
    while True:
        more = {"ExclusiveStartKey": start} if start else {}
        size = {"Limit": limit} if limit else {}
        answer = engine.dynamodb.query(TableName=TABLE, **size, **more, **asked)
        assert limit is None or answer["ScannedCount"] <= limit
        found += answer["Items"]
        start = answer.get("LastEvaluatedKey") or {}
        if not start:
            return found


def index_order(item: dict[str, Any]) -> tuple[int, str, str]:
    return int(item["at"]["N"]), item["pk"]["S"], item["sk"]["S"]


def test_every_page_of_a_large_partition_comes_in_its_order(engine: Engine) -> None:
    """After rows were put, moved and taken away between the queries; forwards, backwards, in a range."""
    chance = random.Random(4)
    rows: dict[tuple[str, str], dict[str, Any]] = {}
    for step in range(4):
        for number in range(ROWS // 3):
            key = (f"P{chance.randrange(2)}", f"{chance.randrange(2000):04d}")
            item = {
                "pk": {"S": key[0]},
                "sk": {"S": key[1]},
                "day": {"S": "D1" if chance.random() < 0.95 else "D2"},
                "at": {"N": str(chance.randrange(60))},
            }
            if number % 5 == 4 and rows:
                gone = chance.choice(sorted(rows))
                del rows[gone]
                engine.dynamodb.delete_item(TableName=TABLE, Key={"pk": {"S": gone[0]}, "sk": {"S": gone[1]}})
            rows[key] = item
            engine.dynamodb.put_item(TableName=TABLE, Item=item)
        day = sorted((one for one in rows.values() if one["day"]["S"] == "D1"), key=index_order)
        by_day = {
            "IndexName": "by_day",
            "KeyConditionExpression": "#d = :d",
            "ExpressionAttributeNames": {"#d": "day"},
            "ExpressionAttributeValues": {":d": {"S": "D1"}},
        }
        assert walked(engine, 37, **by_day) == day, step
        assert walked(engine, 100, ScanIndexForward=False, **by_day) == day[::-1]
        assert walked(engine, None, **by_day) == day
        ranged = {
            **by_day,
            "KeyConditionExpression": "#d = :d AND #a BETWEEN :from AND :to",
            "ExpressionAttributeNames": {"#d": "day", "#a": "at"},
            "ExpressionAttributeValues": {":d": {"S": "D1"}, ":from": {"N": "9"}, ":to": {"N": "20"}},
        }
        assert walked(engine, 11, **ranged) == [one for one in day if 9 <= int(one["at"]["N"]) <= 20]
        own = sorted((one for one in rows.values() if one["pk"]["S"] == "P1"), key=lambda one: one["sk"]["S"])
        asked = {"KeyConditionExpression": "pk = :p", "ExpressionAttributeValues": {":p": {"S": "P1"}}}
        assert walked(engine, 50, **asked) == own
        assert walked(engine, 50, ScanIndexForward=False, **asked) == own[::-1]
    assert len(day) > ROWS // 3


def test_a_filter_judges_so_many_rows_as_the_page_may_hold(engine: Engine) -> None:
    """A limit counts what was looked at, not what was found."""
    answer = engine.dynamodb.query(
        TableName=TABLE,
        IndexName="by_day",
        KeyConditionExpression="#d = :d",
        FilterExpression="#p = :p",
        ExpressionAttributeNames={"#d": "day", "#p": "sk"},
        ExpressionAttributeValues={":d": {"S": "D1"}, ":p": {"S": "nowhere"}},
        Limit=20,
    )
    assert (answer["Count"], answer["ScannedCount"]) == (0, 20)
    assert answer["LastEvaluatedKey"]
