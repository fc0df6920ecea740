"""A table to try an engine on, spoken to in plain values."""

import itertools
from collections.abc import Callable, Sequence
from typing import Any, cast

import pytest
from botocore.exceptions import ClientError
from pynamodb.attributes import UnicodeAttribute

from chalicelib.kernel import aws
from chalicelib.kernel.dynamo import IntAttribute, Table
from tests.contract.engines import Engine

SHELF = "by_shelf"
SCORE = "by_score"
_numbers = itertools.count(1)


class Things:
    """A fresh table keyed by ``holder`` and ``entry``, spoken to in plain values.

    Index ``by_shelf`` (``shelf``, ``stamp``) holds whole items; ``by_score`` (``shelf``, ``score``)
    only keys. In expressions, ``:name`` stands for the value given as ``name``.
    """

    def __init__(self, engine: Engine, *, is_streamed: bool = False) -> None:
        self.client, self.name = engine.dynamodb, f"fenxiao-test-things-{next(_numbers)}"
        kinds = {"holder": "S", "entry": "S", "shelf": "S", "stamp": "S", "score": "N"}
        stream = {"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"}
        self.client.create_table(
            TableName=self.name,
            BillingMode="PAY_PER_REQUEST",
            AttributeDefinitions=[
                {"AttributeName": name, "AttributeType": kind} for name, kind in kinds.items()
            ],
            GlobalSecondaryIndexes=[
                {"IndexName": SHELF, **_keys("shelf", "stamp"), "Projection": {"ProjectionType": "ALL"}},
                {
                    "IndexName": SCORE,
                    **_keys("shelf", "score"),
                    "Projection": {"ProjectionType": "KEYS_ONLY"},
                },
            ],
            **_keys("holder", "entry"),
            **({"StreamSpecification": stream} if is_streamed else {}),
        )

    def put(self, holder: str, entry: str, **more: Any) -> None:
        """Put an item over what may stand there."""
        self.client.put_item(TableName=self.name, Item=typed(holder=holder, entry=entry, **more))

    def find(self, holder: str, entry: str) -> dict[str, Any] | None:
        """The item under this key, read consistently."""
        answer = self.client.get_item(
            TableName=self.name, Key=typed(holder=holder, entry=entry), ConsistentRead=True
        )
        return plain(answer["Item"]) if "Item" in answer else None

    def update(self, holder: str, entry: str, expression: str, **values: Any) -> dict[str, Any]:
        """Change an item alone; returns it as it then stands."""
        request = self.updating(holder, entry, expression, **values)["Update"]
        return plain(self.client.update_item(**request, ReturnValues="ALL_NEW")["Attributes"])

    def delete(self, holder: str, entry: str) -> None:
        """Take an item away alone."""
        self.client.delete_item(TableName=self.name, Key=typed(holder=holder, entry=entry))

    def query(self, condition: str, *, index: str | None = None, **options: Any) -> dict[str, Any]:
        """One page; the names in capitals are the request's own, the others are values."""
        given = {name: value for name, value in options.items() if name[0].isupper()}
        values = {name: value for name, value in options.items() if name not in given}
        page: dict[str, Any] = self.client.query(
            TableName=self.name,
            KeyConditionExpression=condition,
            **({"IndexName": index} if index else {"ConsistentRead": True}),
            **_values(values),
            **given,
        )
        return page

    def pages(
        self, condition: str, *, index: str | None = None, **options: Any
    ) -> list[list[dict[str, Any]]]:
        """Every page until the engine says that it was the last."""
        answer = self.query(condition, index=index, **options)
        read = [[plain(item) for item in answer["Items"]]]
        while "LastEvaluatedKey" in answer:
            options["ExclusiveStartKey"] = answer["LastEvaluatedKey"]
            answer = self.query(condition, index=index, **options)
            read.append([plain(item) for item in answer["Items"]])
        return read

    def records(self, *, after: str | None = None) -> list[dict[str, Any]]:
        """The stream's records from its horizon, or after a sequence number."""
        iterator = self.iterator("AFTER_SEQUENCE_NUMBER" if after else "TRIM_HORIZON", after)
        found: list[dict[str, Any]] = []
        while True:
            page = aws.client("dynamodbstreams").get_records(ShardIterator=iterator)
            if not page["Records"]:
                return found
            found += page["Records"]
            iterator = page["NextShardIterator"]

    def iterator(self, kind: str, number: str | None = None) -> str:
        """A place in the stream."""
        streams = aws.client("dynamodbstreams")
        [stream] = streams.list_streams(TableName=self.name)["Streams"]
        arn = stream["StreamArn"]
        [shard] = streams.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"]
        place = {"ShardIteratorType": kind} | ({"SequenceNumber": number} if number else {})
        made = streams.get_shard_iterator(StreamArn=arn, ShardId=shard["ShardId"], **place)
        return str(made["ShardIterator"])

    def transact(self, *operations: dict[str, Any], **options: Any) -> None:
        """All of the operations or none."""
        self.client.transact_write_items(TransactItems=list(operations), **options)

    def putting(self, holder: str, entry: str, *, is_new: bool = False, **more: Any) -> dict[str, Any]:
        """Put an item in a transaction, if ``is_new`` only where none stands."""
        condition = "attribute_not_exists(holder)" if is_new else None
        item = typed(holder=holder, entry=entry, **more)
        return {"Put": {"TableName": self.name, "Item": item, **_condition(condition)}}

    def updating(
        self, holder: str, entry: str, expression: str, *, when: str | None = None, **values: Any
    ) -> dict[str, Any]:
        """Change an item in a transaction."""
        change = {"UpdateExpression": expression, **_condition(when), **_values(values)}
        return {"Update": {"TableName": self.name, "Key": typed(holder=holder, entry=entry), **change}}

    def deleting(self, holder: str, entry: str, *, when: str | None = None, **values: Any) -> dict[str, Any]:
        """Take an item away in a transaction."""
        change = {**_condition(when), **_values(values)}
        return {"Delete": {"TableName": self.name, "Key": typed(holder=holder, entry=entry), **change}}

    def checking(self, holder: str, entry: str, when: str, **values: Any) -> dict[str, Any]:
        """Only look, in a transaction."""
        change = {**_condition(when), **_values(values)}
        return {
            "ConditionCheck": {"TableName": self.name, "Key": typed(holder=holder, entry=entry), **change}
        }


class Row(Table):
    """A thing as rooms would see it; ``row_of`` gives it a table."""

    holder = UnicodeAttribute(hash_key=True)
    entry = UnicodeAttribute(range_key=True)
    amount = IntAttribute(null=True)


def row_of(things: Things) -> type[Row]:
    """A model of the table, as rooms have them, for ``kernel.dynamo``."""

    class Meta:
        """Where its rows are."""

        table_name = things.name

    return cast(type[Row], type("ThingRow", (Row,), {"Meta": Meta}))


def typed(**values: Any) -> dict[str, Any]:
    """Plain values (text, whole numbers, sets of text) in DynamoDB's typed form."""
    return {name: _typed(value) for name, value in values.items()}


def plain(item: dict[str, Any]) -> dict[str, Any]:
    """The plain values of a typed item."""
    read = {"S": str, "N": int, "SS": set}
    return {name: read[kind](held) for name, value in item.items() for kind, held in value.items()}


def refusal(call: Callable[[], Any]) -> str | None:
    """The error code that ``call`` is refused with, or ``None`` if it is accepted."""
    try:
        call()
    except ClientError as problem:
        return str(problem.response["Error"]["Code"])
    return None


def reasons(call: Callable[[], Any]) -> list[dict[str, Any]]:
    """Why ``call`` is cancelled, a reason for each operation in its place."""
    with pytest.raises(ClientError) as cancelled:
        call()
    assert cancelled.value.response["Error"]["Code"] == "TransactionCanceledException"
    found: list[dict[str, Any]] = cancelled.value.response["CancellationReasons"]
    return found


def codes(found: Sequence[dict[str, Any]]) -> list[str]:
    """The codes of cancellation reasons."""
    return [reason["Code"] for reason in found]


def _keys(hash_key: str, range_key: str) -> dict[str, Any]:
    kinds = {hash_key: "HASH", range_key: "RANGE"}
    return {"KeySchema": [{"AttributeName": name, "KeyType": kind} for name, kind in kinds.items()]}


def _condition(when: str | None) -> dict[str, Any]:
    if when is None:
        return {}
    return {"ConditionExpression": when, "ReturnValuesOnConditionCheckFailure": "ALL_OLD"}


def _values(values: dict[str, Any]) -> dict[str, Any]:
    found = {f":{name}": _typed(value) for name, value in values.items()}
    return {"ExpressionAttributeValues": found} if found else {}


def _typed(value: str | int | set[str]) -> dict[str, Any]:
    if isinstance(value, set):
        return {"SS": sorted(value)}
    return {"N": str(value)} if isinstance(value, int) else {"S": value}
