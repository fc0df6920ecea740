"""Sixteen threads at once lose nothing, double nothing and tear nothing, on every engine (aws.md §3.3).

A race test of ours proves something only on an engine that keeps these rules; plain moto breaks
nearly all of them, so this module is what holds its lock in place. Clients here never try again by
themselves: what they acknowledge happened exactly once.
"""

import random
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator

import pytest
from botocore.exceptions import ClientError

from chalicelib.kernel.dynamo import ConditionFailed, commit, put_new, update
from tests.contract.engines import Engine, every_engine, race  # noqa: F401 - a fixture
from tests.contract.things import Things, codes, row_of, typed

THREADS = 16


@pytest.fixture(autouse=True)
def hasty_threads() -> Iterator[None]:
    """Let threads interrupt each other ten times as often, so that a race is met in few rounds."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(before / 10)
    yield
    sys.setswitchinterval(before)


@pytest.fixture
def things(engine: Engine) -> Things:
    return Things(engine)


class TestCounters:
    def test_every_acknowledged_add_is_in_the_sum(self, things: Things) -> None:
        def work(_: int) -> None:
            for _ in range(12):
                things.update("a", "sum", "ADD amount :one", one=1)

        race(work)
        assert amount(things, "sum") == 12 * THREADS

    def test_a_compared_and_set_counter_counts_each_success(self, things: Things) -> None:
        things.put("a", "version", amount=0)
        outcomes = Outcomes()

        def work(_: int) -> None:
            for _ in range(8):
                seen = amount(things, "version")
                request = things.updating(
                    "a", "version", "SET amount = :next", when="amount = :seen", next=seen + 1, seen=seen
                )
                outcomes.of(lambda: things.client.update_item(**request["Update"]))  # noqa: B023

        race(work)
        assert outcomes.seen.keys() <= {"done", "ConditionalCheckFailedException"}
        assert amount(things, "version") == outcomes.seen["done"] > 0

    def test_a_guarded_counter_stops_at_its_cap(self, things: Things) -> None:
        """Stock: what is sold never exceeds what there is."""
        things.put("a", "stock", amount=90)
        request = things.updating("a", "stock", "SET amount = amount - :one", when="amount >= :one", one=1)
        outcomes = Outcomes()

        def work(_: int) -> None:
            for _ in range(8):
                outcomes.of(lambda: things.client.update_item(**request["Update"]))

        race(work)
        assert outcomes.seen == {"done": 90, "ConditionalCheckFailedException": 8 * THREADS - 90}
        assert amount(things, "stock") == 0


class TestTransactions:
    def test_a_debit_and_its_line_go_together_and_never_below_zero(self, things: Things) -> None:
        """Withdrawals: the balance and the ledger agree to the fen."""
        things.put("a", "purse", amount=60)
        outcomes = Outcomes()

        def work(number: int) -> None:
            for turn in range(5):
                debit = things.updating(
                    "a", "purse", "SET amount = amount - :one", when="amount >= :one", one=1
                )
                line = things.putting("lines", f"{number}-{turn}", is_new=True)
                outcomes.of(lambda: things.transact(debit, line))  # noqa: B023

        race(work)
        assert outcomes.seen == {"done": 60, "ConditionalCheckFailed,None": 5 * THREADS - 60}
        assert amount(things, "purse") == 0
        assert things.query("holder = :h", h="lines", Select="COUNT")["Count"] == 60

    def test_transfers_keep_the_sum_and_no_reader_sees_half_of_one(self, things: Things) -> None:
        purses = ["0", "1", "2", "3"]
        for purse in purses:
            things.put("a", purse, amount=1000)
        reads = [
            {"Get": {"TableName": things.name, "Key": typed(holder="a", entry=purse)}} for purse in purses
        ]
        stop, sums, outcomes = threading.Event(), Counter[int](), Outcomes()

        def look() -> None:
            while not stop.is_set():
                answer = things.client.transact_get_items(TransactItems=reads)["Responses"]
                sums[sum(int(one["Item"]["amount"]["N"]) for one in answer)] += 1

        def work(number: int) -> None:
            chance = random.Random(number)
            for _ in range(6):
                giver, taker = chance.sample(purses, 2)
                less, more = "SET amount = amount - :by", "SET amount = amount + :by"
                by = chance.randint(1, 400)
                out = things.updating("a", giver, less, when="amount >= :by", by=by)
                outcomes.of(lambda: things.transact(out, things.updating("a", taker, more, by=by)))  # noqa: B023

        reader = threading.Thread(target=look)
        reader.start()
        try:
            race(work)
        finally:
            stop.set()
            reader.join()
        assert outcomes.seen.keys() <= {"done", "ConditionalCheckFailed,None"}
        assert sum(amount(things, purse) for purse in purses) == 4000
        assert sums.keys() == {4000}, "a torn read"

    def test_a_key_is_won_once(self, things: Things) -> None:
        wins, start = Outcomes(), threading.Barrier(THREADS)

        def work(number: int) -> None:
            for key in range(15):
                start.wait(30)
                request = things.putting("prize", f"{key:02}", is_new=True, amount=number)["Put"]
                wins.of(lambda: things.client.put_item(**request))  # noqa: B023

        race(work)
        assert wins.seen == {"done": 15, "ConditionalCheckFailedException": 15 * (THREADS - 1)}

    def test_a_transaction_over_a_unique_key_wins_once_with_all_it_carries(self, things: Things) -> None:
        """An event processed once: its marker and its effect in one transaction."""
        wins, start = Outcomes(), threading.Barrier(THREADS)

        def work(_: int) -> None:
            for key in range(8):
                start.wait(30)
                marker = things.putting("event", f"{key:02}", is_new=True)
                effect = things.updating("a", "effects", "ADD amount :one", one=1)
                wins.of(lambda: things.transact(marker, effect))  # noqa: B023

        race(work)
        assert wins.seen == {"done": 8, "ConditionalCheckFailed,None": 8 * (THREADS - 1)}
        assert amount(things, "effects") == 8


class TestCommit:
    """``kernel.dynamo.commit`` with the product's own client."""

    def test_one_event_one_effect(self, engine: Engine) -> None:
        table = row_of(Things(engine))
        wins = Outcomes()

        def work(_: int) -> None:
            for key in range(4):
                marker = put_new(table("event", str(key)))
                effect = update(table, ("a", "effects"), [table.amount.set((table.amount | 0) + 1)])
                wins.of(lambda: commit(marker, effect))  # noqa: B023

        race(work)
        assert wins.seen == {"done": 4, "ConditionFailed": 4 * (THREADS - 1)}
        effects = table.find("a", "effects")
        assert effects is not None
        assert effects.amount == 4


class Outcomes:
    """How often calls from any thread were done, or refused with which codes."""

    def __init__(self) -> None:
        self.seen = Counter[str]()
        self._lock = threading.Lock()

    def of(self, call: Callable[[], object]) -> None:
        """Make the call and note its outcome; anything but a refusal of the engine's is raised."""
        outcome = "done"
        try:
            call()
        except ConditionFailed:
            outcome = "ConditionFailed"
        except ClientError as problem:
            found = problem.response.get("CancellationReasons")
            outcome = ",".join(codes(found)) if found else problem.response["Error"]["Code"]
        with self._lock:
            self.seen[outcome] += 1


def amount(things: Things, entry: str) -> int:
    """The amount that stands under an entry of holder ``a``."""
    found = things.find("a", entry)
    assert found is not None
    return int(found["amount"])
