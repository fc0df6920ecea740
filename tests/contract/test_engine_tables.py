"""Limits, numbers and the life of tables hold on every engine we test with (aws.md §3.2, §9).

Where an engine breaks AWS's rule, the test says so with ``engine.known``.
"""

import time

import pytest
from botocore.exceptions import ClientError

from tests.contract.engines import Engine, every_engine  # noqa: F401 - a fixture
from tests.contract.things import SHELF, Things, refusal, typed

_REFUSED = "ValidationException"


@pytest.fixture
def things(engine: Engine) -> Things:
    return Things(engine)


class TestLimits:
    def test_twenty_five_writes_are_the_most_of_a_batch(self, engine: Engine, things: Things) -> None:
        """moto takes more; nothing of ours writes in batches, so that nothing is half written."""

        def write(count: int) -> None:
            puts = [
                {"PutRequest": {"Item": typed(holder="a", entry=f"{number:02}")}} for number in range(count)
            ]
            things.client.batch_write_item(RequestItems={things.name: puts})

        write(25)
        assert things.query("holder = :a", a="a", Select="COUNT")["Count"] == 25
        assert refusal(lambda: write(26)) == engine.known(moto_locked=None, ministack=_REFUSED)

    def test_a_name_that_is_too_short_is_refused(self, engine: Engine, things: Things) -> None:
        """AWS wants three letters at least. Our clients check no parameters, and moto takes it."""
        made = lambda: things.client.create_table(  # noqa: E731
            TableName="ab",
            BillingMode="PAY_PER_REQUEST",
            AttributeDefinitions=[{"AttributeName": "k", "AttributeType": "S"}],
            KeySchema=[{"AttributeName": "k", "KeyType": "HASH"}],
        )
        assert refusal(made) == engine.known(moto_locked=None, ministack=_REFUSED)


class TestNumbers:
    def test_a_number_comes_back_in_its_shortest_form(self, engine: Engine, things: Things) -> None:
        """AWS and ministack write 0.1000 as 0.1; moto keeps the text. Whole numbers come back alike."""
        for entry, given in (("1", "0.1000"), ("2", "1000000000000"), ("3", "-7")):
            item = typed(holder="a", entry=entry) | {"amount": {"N": given}}
            things.client.put_item(TableName=things.name, Item=item)
        page = things.query("holder = :a", a="a")["Items"]
        assert [item["amount"]["N"] for item in page] == [
            engine.known(moto_locked="0.1000", ministack="0.1"),
            "1000000000000",
            "-7",
        ]


class TestConditions:
    @pytest.mark.parametrize("action", ["put", "delete"])
    def test_what_stood_in_the_way_is_shown(self, things: Things, action: str) -> None:
        """Updates show it too, see ``test_engine_semantics``."""
        things.put("a", "1", version=2)
        if action == "put":
            request = things.putting("a", "1", is_new=True, version=1)["Put"]
        else:
            request = things.deleting("a", "1", when="version = :seen", seen=1)["Delete"]
        with pytest.raises(ClientError) as refused:
            getattr(things.client, f"{action}_item")(**request)
        assert refused.value.response["Error"]["Code"] == "ConditionalCheckFailedException"
        assert refused.value.response["Item"] == typed(holder="a", entry="1", version=2)
        assert things.find("a", "1") == {"holder": "a", "entry": "1", "version": 2}


class TestIndexes:
    def test_a_range_a_filter_and_pages_go_together(self, things: Things) -> None:
        """Every page keeps to the range, and each item that passes the filter is met once."""
        for number in range(20):
            things.put("a", f"{number:02}", shelf="s", stamp=f"{number:02}", amount=number % 2)
        pages = things.pages(
            "shelf = :s AND stamp BETWEEN :low AND :high",
            index=SHELF,
            s="s",
            low="03",
            high="16",
            odd=1,
            FilterExpression="amount = :odd",
            Limit=4,
        )
        assert all(len(page) <= 4 for page in pages)
        found = [item["stamp"] for page in pages for item in page]
        assert found == ["03", "05", "07", "09", "11", "13", "15"]


class TestCapacity:
    def test_a_transaction_says_what_it_used(self, engine: Engine, things: Things) -> None:
        """Two units for each small item on AWS and ministack, which our counts go by; moto says nothing."""
        answer = things.client.transact_write_items(
            TransactItems=[things.putting("a", "1"), things.putting("a", "2")],
            ReturnConsumedCapacity="TOTAL",
        )
        used = sum(one["CapacityUnits"] for one in answer.get("ConsumedCapacity", []))
        assert used == engine.known(moto_locked=0, ministack=4)


class TestLife:
    def test_what_has_expired_is_still_read(self, things: Things) -> None:
        """AWS deletes within days, the engines never: so every reader judges the time itself."""
        things.client.update_time_to_live(
            TableName=things.name, TimeToLiveSpecification={"Enabled": True, "AttributeName": "forget_at"}
        )
        things.put("a", "1", forget_at=int(time.time()) - 10)
        described = things.client.describe_time_to_live(TableName=things.name)["TimeToLiveDescription"]
        assert (described["TimeToLiveStatus"], described["AttributeName"]) == ("ENABLED", "forget_at")
        assert things.find("a", "1")

    def test_backups_to_a_moment_can_be_switched_on(self, things: Things) -> None:
        """Both engines know the switch; neither throws it by itself from a template (aws.md §4)."""
        status = lambda: things.client.describe_continuous_backups(TableName=things.name)[  # noqa: E731
            "ContinuousBackupsDescription"
        ]["PointInTimeRecoveryDescription"]["PointInTimeRecoveryStatus"]
        assert status() == "DISABLED"
        things.client.update_continuous_backups(
            TableName=things.name,
            PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True},
        )
        assert status() == "ENABLED"

    def test_a_table_is_made_once(self, things: Things) -> None:
        made = lambda: things.client.create_table(  # noqa: E731
            TableName=things.name,
            BillingMode="PAY_PER_REQUEST",
            AttributeDefinitions=[{"AttributeName": "k", "AttributeType": "S"}],
            KeySchema=[{"AttributeName": "k", "KeyType": "HASH"}],
        )
        assert refusal(made) == "ResourceInUseException"
        gone = lambda: things.client.get_item(TableName="fenxiao-test-gone", Key=typed(k="1"))  # noqa: E731
        assert refusal(gone) == "ResourceNotFoundException"
