"""One commit: all or nothing, conflicts retried, failed conditions answered, limits held."""

import json
import threading
import zlib
from collections.abc import Iterator
from io import BytesIO
from typing import Any

import pytest
from botocore.awsrequest import AWSResponse
from pynamodb.attributes import UnicodeAttribute

from chalicelib.kernel import aws, dynamo
from chalicelib.kernel.dynamo import ConditionFailed, FenAttribute, Table, commit, put_new, update
from chalicelib.kernel.errors import Conflict, Crowded
from tests.support import world as support


class ThingRow(Table):
    """A table of this test."""

    class Meta:
        """Named like ours."""

        table_name = dynamo.table_name("things")

    thing_id = UnicodeAttribute(hash_key=True)
    amount_fen = FenAttribute(null=True)


class TakenAlready(Conflict):
    """Somebody was quicker."""


@pytest.fixture
def things(world: object) -> Iterator[None]:
    aws.client("dynamodb").create_table(
        TableName=dynamo.table_name("things"),
        KeySchema=[{"AttributeName": "thing_id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "thing_id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    yield


class Raw(BytesIO):
    """A response body as botocore reads it."""

    def stream(self, **_: Any) -> Iterator[bytes]:
        yield self.read()


def inject(times: int, *reasons: str) -> None:
    """Let the next transactions be cancelled with these reasons; the engines never do it themselves."""
    left = [times]
    body = json.dumps(
        {
            "__type": "com.amazonaws.dynamodb.v20120810#TransactionCanceledException",
            "message": "cancelled",
            "CancellationReasons": [{"Code": reason} for reason in reasons],
        }
    ).encode()

    def fault(event_name: str, request: Any) -> AWSResponse | None:
        if left[0] == 0 or not event_name.endswith("TransactWriteItems"):
            return None
        left[0] -= 1
        headers = {"content-type": "application/x-amz-json-1.0", "x-amz-crc32": str(zlib.crc32(body))}
        return AWSResponse(request.url, 400, headers, Raw(body))

    support.faults.append(fault)


@pytest.mark.usefixtures("things")
class TestCommit:
    def test_all_or_nothing(self) -> None:
        commit(put_new(ThingRow("a", amount_fen=1)))
        with pytest.raises(ConditionFailed) as failed:
            commit(put_new(ThingRow("b")), put_new(ThingRow("a", amount_fen=2)))
        assert ThingRow.find("b") is None
        assert ThingRow.of_image(failed.value.old or {}).amount_fen == 1

    def test_a_failed_condition_is_answered_in_the_words_of_its_write(self) -> None:
        commit(put_new(ThingRow("a")))
        with pytest.raises(TakenAlready):
            commit(put_new(ThingRow("a"), TakenAlready))

    def test_conflicts_and_throttles_are_tried_again(self) -> None:
        for reason in ("TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded"):
            inject(3, reason, "None")
            commit(put_new(ThingRow(reason)), put_new(ThingRow(f"{reason}-2")))
            assert ThingRow.find(f"{reason}-2") is not None

    def test_endless_conflict_ends_in_an_answer_and_no_change(self) -> None:
        inject(99, "TransactionConflict")
        with pytest.raises(Crowded):
            commit(put_new(ThingRow("never")))
        assert ThingRow.find("never") is None

    def test_another_reason_is_not_retried(self) -> None:
        inject(1, "ValidationError")
        with pytest.raises(Exception, match="cancelled"):
            commit(put_new(ThingRow("x")))

    def test_an_item_named_twice_or_a_hundred_and_one_items_are_our_bug(self) -> None:
        with pytest.raises(AssertionError, match="named twice"):
            commit(put_new(ThingRow("a")), update(ThingRow, ("a",), [ThingRow.amount_fen.set(1)]))
        with pytest.raises(AssertionError, match="101 items"):
            commit(*(put_new(ThingRow(str(n))) for n in range(101)))

    def test_a_rider_travels_in_the_same_transaction(self) -> None:
        with dynamo.riding(lambda writes: [put_new(ThingRow(f"audit-{len(writes)}"))]):
            commit(put_new(ThingRow("a")), put_new(ThingRow("b")))
            with pytest.raises(ConditionFailed):
                commit(put_new(ThingRow("a")))
        assert ThingRow.find("audit-2") is not None
        assert ThingRow.find("audit-1") is None

    def test_money_is_never_a_float_a_boolean_or_beyond_reason(self) -> None:
        for wrong in (1.0, True, "1", 10**12 + 1):
            with pytest.raises((TypeError, ValueError)):
                put_new(ThingRow("a", amount_fen=wrong))

    def test_one_winner_among_sixteen(self) -> None:
        wins: list[int] = []

        def run(number: int) -> None:
            try:
                commit(put_new(ThingRow("prize", amount_fen=number)))
                wins.append(number)
            except ConditionFailed:
                pass

        threads = [threading.Thread(target=run, args=(number,)) for number in range(16)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        row = ThingRow.find("prize")
        assert row is not None
        assert wins == [row.amount_fen]
