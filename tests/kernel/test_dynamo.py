"""One commit: all or nothing, conflicts retried, failed conditions answered, limits held."""

import json
import threading
from collections.abc import Iterator

import pytest
from pynamodb.attributes import UnicodeAttribute

from chalicelib.kernel import aws, dynamo
from chalicelib.kernel.dynamo import ConditionFailed, FenAttribute, Table, commit, put_new, update
from chalicelib.kernel.errors import Conflict, Crowded, Unreachable
from tests.contract.faults import Fault, cancelled, refused
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


def inject(times: int, *reasons: str) -> None:
    """Let the next transactions be cancelled with these reasons; the engines never do it themselves."""
    support.faults.append(Fault(times, cancelled(*reasons)))


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

    def test_a_transaction_under_way_is_asked_for_under_its_own_token(self) -> None:
        """aws.md §6.1: else it might be applied twice. After a conflict nothing is under way: a new token."""
        tokens: list[str] = []
        answers = [refused("TransactionInProgressException")] * 4 + [cancelled("TransactionConflict")]

        def fault(event_name: str, request: object) -> object:
            if not event_name.endswith(".TransactWriteItems"):
                return None
            tokens.append(json.loads(request.body)["ClientRequestToken"])  # type: ignore[attr-defined]
            return answers.pop(0)(event_name, request) if answers else None

        support.faults.append(fault)
        commit(put_new(ThingRow("once")))
        assert len(tokens) == 6
        assert len(set(tokens[:5])) == 1 and tokens[5] != tokens[0]

    def test_what_is_under_way_to_the_end_is_not_called_unwritten(self) -> None:
        support.faults.append(Fault(99, refused("TransactionInProgressException")))
        with pytest.raises(Unreachable):
            commit(put_new(ThingRow("open")))

    @pytest.mark.parametrize("status", [500, 503])
    def test_a_failing_service_is_no_bug_of_ours(self, status: int) -> None:
        """N3: reads and writes alike are refused with a 503."""
        for operation in ("GetItem", "TransactWriteItems"):
            support.faults[:] = [Fault(99, refused("InternalServerError", status=status), operation)]
            with pytest.raises(Unreachable):
                ThingRow.find("a") if operation == "GetItem" else commit(put_new(ThingRow("a")))

    def test_another_reason_is_not_retried(self) -> None:
        inject(1, "ValidationError")
        with pytest.raises(Exception, match="injected"):
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
