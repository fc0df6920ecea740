"""What no engine does by itself, AWS does on a bad day: conflicts, throttling, answers that get lost.

Injected before the request is sent, on every engine, with ``kernel.dynamo.commit`` on top. There is
one right answer each time: what was asked is in the table exactly once, or not at all and the caller
knows (aws.md §6.2).
"""

import threading
import time
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest

from chalicelib.kernel.dynamo import MAX_TRIES, ConditionFailed, commit, put_new, update
from chalicelib.kernel.errors import Conflict, Crowded, Unreachable
from tests.contract.engines import Engine, every_engine, race  # noqa: F401 - a fixture
from tests.contract.faults import Fault, cancelled, lost, refused
from tests.contract.things import Row, Things, row_of

SENT_PER_TRY = 3
"""botocore sends again by itself, see ``kernel.aws``."""


class TakenAlready(Conflict):
    """Somebody was quicker."""


@pytest.fixture
def rows(engine: Engine) -> Iterator[type[Row]]:
    """A model of a fresh table; the faults of a test end with it."""
    yield row_of(Things(engine))
    engine.faults.clear()


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The pauses between tries, noted instead of sat through."""
    noted: list[float] = []
    monkeypatch.setattr(time, "sleep", noted.append)
    return noted


class TestConflicts:
    @pytest.mark.parametrize(
        "reason", ["TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded"]
    )
    def test_a_conflict_is_tried_again_until_it_is_over(
        self, engine: Engine, rows: type[Row], reason: str
    ) -> None:
        conflict = Fault(MAX_TRIES - 1, cancelled(reason, "None"))
        engine.faults.append(conflict)
        commit(put_new(rows("a", "1", amount=7)), put_new(rows("a", "2")))
        assert conflict.met == MAX_TRIES - 1
        assert amount(rows, "1") == 7
        assert rows.find("a", "2")

    @pytest.mark.usefixtures("pauses")
    def test_an_endless_conflict_ends_and_leaves_nothing(self, engine: Engine, rows: type[Row]) -> None:
        conflict = Fault(1000, cancelled("TransactionConflict", "None"))
        engine.faults.append(conflict)
        with pytest.raises(Crowded):
            commit(put_new(rows("a", "1")), put_new(rows("a", "2")))
        assert conflict.met == MAX_TRIES
        assert rows.find("a", "1") is rows.find("a", "2") is None

    def test_a_conflict_hides_no_failed_condition(self, engine: Engine, rows: type[Row]) -> None:
        """The next try would be refused as well: the answer stands."""
        conflict = Fault(1, cancelled("TransactionConflict", "ConditionalCheckFailed"))
        engine.faults.append(conflict)
        with pytest.raises(TakenAlready):
            commit(put_new(rows("a", "1")), put_new(rows("a", "2"), TakenAlready))
        assert rows.find("a", "1") is None

    def test_sixteen_threads_under_a_storm_of_conflicts_lose_and_double_nothing(
        self, engine: Engine, rows: type[Row]
    ) -> None:
        storm, calls = cancelled("None", "TransactionConflict"), Counter[int]()

        def two_of_three(event_name: str, request: Any) -> Any:
            thread = threading.get_ident()
            calls[thread] += 1
            return storm(event_name, request) if calls[thread] % 3 else None

        engine.faults.append(two_of_three)

        def work(number: int) -> None:
            for turn in range(3):
                more = update(rows, ("a", "sum"), [rows.amount.set((rows.amount | 0) + 1)])
                commit(put_new(rows("line", f"{number}-{turn}")), more)

        race(work)
        engine.faults.clear()
        assert set(calls.values()) == {9}, "three commits a thread, each at its third try"
        assert amount(rows, "sum") == 48
        assert rows.count("line", consistent_read=True) == 48


@pytest.mark.usefixtures("pauses")
class TestThrottling:
    def test_a_throttled_commit_goes_through_in_the_end(self, engine: Engine, rows: type[Row]) -> None:
        busy = Fault(SENT_PER_TRY * MAX_TRIES - 1, refused("ThrottlingException"))
        engine.faults.append(busy)
        commit(put_new(rows("a", "1", amount=7)))
        assert busy.met == SENT_PER_TRY * MAX_TRIES - 1
        assert amount(rows, "1") == 7

    def test_endless_throttling_ends_and_leaves_nothing(
        self, engine: Engine, rows: type[Row], pauses: list[float]
    ) -> None:
        busy = Fault(1000, refused("ThrottlingException"))
        engine.faults.append(busy)
        with pytest.raises(Crowded):
            commit(put_new(rows("a", "1")))
        assert busy.met == SENT_PER_TRY * MAX_TRIES
        assert len(pauses) >= busy.met - 1, "never again at once"
        assert rows.find("a", "1") is None

    def test_a_throttled_read_is_tried_again(self, engine: Engine, rows: type[Row]) -> None:
        commit(put_new(rows("a", "1", amount=7)))
        busy = Fault(SENT_PER_TRY - 1, refused("ThrottlingException"), "GetItem")
        engine.faults.append(busy)
        assert amount(rows, "1") == 7
        assert busy.met == SENT_PER_TRY - 1


@pytest.mark.usefixtures("pauses")
class TestLostAnswers:
    """The engine has applied the transaction, but the caller waits for the answer in vain."""

    def test_sent_again_by_botocore_it_is_applied_once(self, engine: Engine, rows: type[Row]) -> None:
        """AWS and ministack know the token again. moto does not, so there the condition answers, with the
        very row: only what a condition guards is safe, which is why every commit that moves money has one."""
        engine.faults.append(Fault(1, lost(engine)))
        mine = put_new(rows("a", "1", amount=7))
        if engine.known(moto_locked=True, ministack=False):
            with pytest.raises(ConditionFailed) as failed:
                commit(mine)
            assert rows.of_image(failed.value.old or {}).amount == 7
        else:
            commit(mine)
        assert amount(rows, "1") == 7

    def test_a_sum_without_a_condition_counts_once_where_tokens_are_known(
        self, engine: Engine, rows: type[Row]
    ) -> None:
        engine.faults.append(Fault(1, lost(engine)))
        commit(update(rows, ("a", "sum"), [rows.amount.set((rows.amount | 0) + 5)]))
        assert amount(rows, "sum") == engine.known(moto_locked=10, ministack=5)

    def test_lost_for_good_it_is_not_called_done_and_delivered_again_it_finds_itself(
        self, engine: Engine, rows: type[Row]
    ) -> None:
        """Whoever asked gets an error, asks again with the same key, and meets what stands there."""
        gone = Fault(SENT_PER_TRY, lost(engine))
        engine.faults.append(gone)
        event = put_new(rows("event", "1"), TakenAlready)
        effect = update(rows, ("a", "sum"), [rows.amount.set((rows.amount | 0) + 5)])
        with pytest.raises(Unreachable):
            commit(event, effect)
        assert gone.met == SENT_PER_TRY
        with pytest.raises(TakenAlready):
            commit(event, effect)
        assert amount(rows, "sum") == 5


def amount(rows: type[Row], entry: str) -> int | None:
    """The amount under an entry of holder ``a``."""
    row = rows.find("a", entry)
    assert row is not None
    return row.amount
