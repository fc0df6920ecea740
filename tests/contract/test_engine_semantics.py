"""What our code takes for granted of DynamoDB's tables holds on every engine we test with.

The rules are AWS's own (aws.md §3.2). Where an engine breaks one, the test says so with
``engine.known`` and still holds the engine to what it is known to do.
"""

from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.contract.engines import Engine, every_engine  # noqa: F401 - a fixture
from tests.contract.things import SCORE, SHELF, Things, codes, reasons, refusal, typed

_REFUSED = "ValidationException"


@pytest.fixture
def things(engine: Engine) -> Things:
    return Things(engine)


class TestTransactions:
    def test_all_is_written_or_nothing_and_the_reasons_stand_in_their_places(self, things: Things) -> None:
        things.put("a", "purse", amount=5)
        found = reasons(
            lambda: things.transact(
                things.putting("b", "line"),
                things.updating("a", "purse", "SET amount = amount - :by", when="amount >= :by", by=10),
                things.deleting("a", "other", when="attribute_exists(holder)"),
            )
        )
        assert codes(found) == ["None", "ConditionalCheckFailed", "ConditionalCheckFailed"]
        assert found[1]["Item"] == typed(holder="a", entry="purse", amount=5), "ALL_OLD"
        assert "Item" not in found[0]
        assert "Item" not in found[2], "nothing stood there"
        assert things.find("b", "line") is None
        assert things.find("a", "purse") == {"holder": "a", "entry": "purse", "amount": 5}

    def test_a_transaction_spans_tables(self, engine: Engine, things: Things) -> None:
        other = Things(engine)
        other.put("a", "taken")
        both = [things.putting("a", "1", is_new=True), other.putting("a", "taken", is_new=True)]
        assert codes(reasons(lambda: things.transact(*both))) == ["None", "ConditionalCheckFailed"]
        assert things.find("a", "1") is None
        other.delete("a", "taken")
        things.transact(*both)
        assert things.find("a", "1")
        assert other.find("a", "taken")

    def test_a_check_changes_nothing_but_decides(self, things: Things) -> None:
        things.put("a", "plan", version=3)
        check = things.checking("a", "plan", "version = :seen", seen=3)
        things.transact(check, things.putting("b", "1"))
        things.put("a", "plan", version=4)
        found = reasons(lambda: things.transact(check, things.putting("b", "2")))
        assert codes(found) == ["ConditionalCheckFailed", "None"]
        assert found[0]["Item"] == typed(holder="a", entry="plan", version=4)
        assert things.find("b", "1")
        assert things.find("b", "2") is None

    def test_an_item_named_twice_is_refused(self, things: Things) -> None:
        twice = things.putting("a", "1"), things.deleting("a", "1")
        assert refusal(lambda: things.transact(*twice)) == _REFUSED

    def test_a_hundred_items_are_the_most(self, things: Things) -> None:
        many = [things.putting("a", f"{number:03}") for number in range(101)]
        assert refusal(lambda: things.transact(*many)) == _REFUSED
        assert things.query("holder = :a", a="a")["Count"] == 0
        things.transact(*many[:100])
        assert things.query("holder = :a", a="a")["Count"] == 100

    def test_four_megabytes_are_the_most(self, engine: Engine, things: Things) -> None:
        """AWS refuses more; moto takes it, so ``kernel.dynamo.commit`` asserts the limit itself."""
        large = [things.putting("a", str(number), words="x" * 390_000) for number in range(12)]
        expected = engine.known(moto_locked=None, ministack=_REFUSED)
        assert refusal(lambda: things.transact(*large)) == expected

    def test_a_repeated_token_is_applied_once(self, engine: Engine, things: Things) -> None:
        """AWS and ministack remember the token; moto applies again, so replays need conditions of ours."""
        one_more = things.updating("a", "count", "ADD amount :by", by=1)
        for _ in range(2):
            things.transact(one_more, ClientRequestToken="token-1")
        applied = things.find("a", "count")
        assert applied is not None
        assert applied["amount"] == engine.known(moto_locked=2, ministack=1)

        other = things.updating("a", "count", "ADD amount :by", by=5)
        refused = refusal(lambda: things.transact(other, ClientRequestToken="token-1"))
        assert refused == engine.known(moto_locked=None, ministack="IdempotentParameterMismatchException")


class TestUpdates:
    def test_a_sum_starts_at_its_default_and_goes_both_ways(self, things: Things) -> None:
        more, less = "SET amount = if_not_exists(amount, :zero) + :by", "SET amount = amount - :by"
        assert things.update("a", "1", more, zero=0, by=5)["amount"] == 5
        assert things.update("a", "1", more, zero=0, by=10**12)["amount"] == 10**12 + 5
        assert things.update("a", "1", less, by=10**12 + 7)["amount"] == -2

    def test_a_sum_over_nothing_is_refused(self, things: Things) -> None:
        assert refusal(lambda: things.update("a", "1", "SET amount = amount + :by", by=1)) == _REFUSED
        assert things.find("a", "1") is None

    def test_add_counts_from_zero(self, things: Things) -> None:
        assert things.update("a", "1", "ADD used :by SET shelf = :s", by=2, s="x")["used"] == 2
        assert things.update("a", "1", "ADD used :by", by=-3)["used"] == -1

    def test_every_part_of_an_update_reads_what_stood_before(self, things: Things) -> None:
        things.put("a", "1", north=1, south=2)
        after = things.update("a", "1", "SET north = south, south = north, summed = north + south")
        assert (after["north"], after["south"], after["summed"]) == (2, 1, 3)

    def test_sets_of_text_take_and_give_back_and_vanish_when_empty(self, things: Things) -> None:
        """The holds on a commission: it may mature only when the last one is gone."""
        assert things.update("a", "1", "ADD holds :h", h={"R1", "R2"})["holds"] == {"R1", "R2"}
        assert things.update("a", "1", "ADD holds :h", h={"R1"})["holds"] == {"R1", "R2"}
        assert things.update("a", "1", "DELETE holds :h", h={"R1", "unknown"})["holds"] == {"R2"}
        free = things.updating("a", "1", "SET shelf = :s", when="attribute_not_exists(holds)", s="due")
        assert codes(reasons(lambda: things.transact(free))) == ["ConditionalCheckFailed"]
        assert "holds" not in things.update("a", "1", "DELETE holds :h", h={"R2"})
        things.transact(free)
        assert refusal(lambda: things.update("a", "1", "ADD holds :h", h=set())) == _REFUSED

    def test_a_failed_condition_shows_what_stands_there(self, things: Things) -> None:
        things.put("a", "1", version=2)
        request = things.updating("a", "1", "SET version = :next", when="version = :seen", next=2, seen=1)
        with pytest.raises(ClientError) as refused:
            things.client.update_item(**request["Update"])
        assert refused.value.response["Error"]["Code"] == "ConditionalCheckFailedException"
        assert refused.value.response["Item"] == typed(holder="a", entry="1", version=2)

    @pytest.mark.parametrize(
        ("wrong", "change"),
        [
            ("a key", lambda t: t.update("a", "1", "SET entry = :v", v="2")),
            ("a reserved word", lambda t: t.update("a", "1", "SET status = :v", v="2")),
            ("an unused value", lambda t: t.update("a", "1", "SET used = :v", v=1, w=2)),
            ("an item over 400 KB", lambda t: t.put("a", "1", words="x" * 410_000)),
            ("an empty key", lambda t: t.put("", "1")),
            ("an empty key of an index", lambda t: t.put("a", "1", shelf="")),
        ],
    )
    def test_what_makes_no_sense_is_refused(
        self, things: Things, wrong: str, change: Callable[[Things], Any]
    ) -> None:
        assert refusal(lambda: change(things)) == _REFUSED, wrong

    @pytest.mark.parametrize(
        ("lax", "change", "moto_locked", "ministack"),
        [
            ("39 digits", lambda t: t.put("a", "1", amount=int("1" * 39)), None, _REFUSED),
            ("a number as text key", lambda t: t.put("a", "1", shelf=1), None, _REFUSED),
            ("one path twice", lambda t: t.update("a", "1", "SET n = :v REMOVE n", v=1), _REFUSED, None),
        ],
    )
    def test_what_aws_refuses_and_one_engine_takes(
        self,
        engine: Engine,
        things: Things,
        lax: str,
        change: Callable[[Things], Any],
        moto_locked: str | None,
        ministack: str | None,
    ) -> None:
        known = engine.known(moto_locked=moto_locked, ministack=ministack)
        assert refusal(lambda: change(things)) == known, lax


class TestReads:
    def test_a_consistent_read_sees_the_write_before_it(self, things: Things) -> None:
        for number in range(20):
            things.put("a", f"{number:02}", amount=number)
            assert things.find("a", f"{number:02}")
            assert things.query("holder = :a", a="a")["Count"] == number + 1
        keys = [typed(holder="a", entry="07"), typed(holder="b", entry="07")]
        wanted = {things.name: {"Keys": keys, "ConsistentRead": True}}
        answer = things.client.batch_get_item(RequestItems=wanted)
        assert answer["Responses"][things.name] == [typed(holder="a", entry="07", amount=7)]
        assert answer["UnprocessedKeys"] == {}

    def test_an_index_is_never_read_consistently(self, things: Things) -> None:
        asked = lambda: things.query("shelf = :s", index=SHELF, s="s", ConsistentRead=True)  # noqa: E731
        assert refusal(asked) == _REFUSED

    def test_a_hundred_different_keys_at_once_are_the_most(self, things: Things) -> None:
        keys = [typed(holder="a", entry=str(number)) for number in range(101)]
        for wrong in (keys, [keys[0], keys[0]]):
            wanted = {things.name: {"Keys": wrong}}
            assert refusal(lambda: things.client.batch_get_item(RequestItems=wanted)) == _REFUSED  # noqa: B023

    def test_items_read_in_one_transaction_come_in_their_places(self, things: Things) -> None:
        things.put("a", "1", amount=1)
        things.put("a", "3", amount=3)
        keys = [typed(holder="a", entry=entry) for entry in ("3", "2", "1")]
        answer = things.client.transact_get_items(
            TransactItems=[{"Get": {"TableName": things.name, "Key": key}} for key in keys]
        )
        assert [one.get("Item", {}).get("amount") for one in answer["Responses"]] == [
            {"N": "3"},
            None,
            {"N": "1"},
        ]


class TestQueries:
    @pytest.mark.parametrize(("index", "hash_key"), [(None, "holder"), (SHELF, "shelf"), (SCORE, "shelf")])
    @pytest.mark.parametrize("is_forward", [True, False])
    def test_pages_meet_every_item_once_and_in_order(
        self, engine: Engine, things: Things, index: str | None, hash_key: str, is_forward: bool
    ) -> None:
        """AWS and ministack end full pages with an empty one; moto knows the end beforehand."""
        for number in range(30):
            things.put("a", f"{number:03}", shelf="a", stamp=f"{number:03}", score=number)
        condition = f"{hash_key} = :a"
        read = things.pages(condition, index=index, a="a", Limit=10, ScanIndexForward=is_forward)
        entries = [item["entry"] for page in read for item in page]
        assert entries == sorted(entries, reverse=not is_forward)
        assert len(set(entries)) == 30
        assert [len(page) for page in read] == [10, 10, 10, *engine.known(moto_locked=[], ministack=[0])]

    def test_a_cursor_outlives_the_item_it_was_taken_at_and_tells_equals_apart(self, things: Things) -> None:
        for number in range(6):
            things.put("a", str(number), shelf="s", stamp="same")
        for index, condition in ((None, "holder = :h"), (SHELF, "shelf = :h")):
            first = things.query(condition, index=index, h="s" if index else "a", Limit=2)
            assert {"holder", "entry"} <= first["LastEvaluatedKey"].keys()
            seen = [item["entry"]["S"] for item in first["Items"]]
            things.delete("a", seen[-1])
            rest = things.pages(
                condition,
                index=index,
                h="s" if index else "a",
                Limit=2,
                ExclusiveStartKey=first["LastEvaluatedKey"],
            )
            seen += [item["entry"] for page in rest for item in page]
            assert len(seen) == len(set(seen)) == (6 if index is None else 5)
            assert seen == sorted(seen)

    @pytest.mark.parametrize(
        ("index", "condition"),
        [
            (None, "holder = :a AND entry BETWEEN :low AND :high"),
            (SHELF, "shelf = :a AND stamp BETWEEN :low AND :high"),
        ],
    )
    def test_between_holds_both_ends(self, things: Things, index: str | None, condition: str) -> None:
        for letter in "bcdefg":
            things.put("a", letter, shelf="a", stamp=letter)
        read = things.pages(condition, index=index, a="a", low="c", high="f", ScanIndexForward=False)
        assert [item["entry"] for page in read for item in page] == ["f", "e", "d", "c"]
        assert things.pages(condition, index=index, a="a", low="bb", high="c")[0][0]["entry"] == "c"

    def test_an_index_holds_only_items_that_have_its_keys(self, things: Things) -> None:
        """So a queue of what is due empties itself by removing an attribute."""
        things.put("a", "none", stamp="1")
        things.put("a", "half", shelf="s", score=1)
        things.put("a", "whole", shelf="s", stamp="1", score=2)

        def held(index: str) -> list[str]:
            return [item["entry"] for item in things.pages("shelf = :s", index=index, s="s")[0]]

        assert held(SHELF) == ["whole"]
        assert held(SCORE) == ["half", "whole"]
        things.update("a", "half", "SET stamp = :t REMOVE score", t="0")
        things.update("a", "whole", "REMOVE shelf")
        assert held(SHELF) == ["half"]
        assert held(SCORE) == []

    def test_an_index_of_keys_shows_only_keys(self, things: Things) -> None:
        things.put("a", "1", shelf="s", stamp="1", score=1, amount=9)
        whole, keys = (things.pages("shelf = :s", index=index, s="s")[0][0] for index in (SHELF, SCORE))
        assert keys == {"holder": "a", "entry": "1", "shelf": "s", "score": 1}
        assert whole == keys | {"stamp": "1", "amount": 9}

    def test_numbers_sort_by_value(self, things: Things) -> None:
        for score in (100, -5, 9, 10**12, 0):
            things.put("a", str(score), shelf="s", score=score)
        read = things.pages("shelf = :s", index=SCORE, s="s")[0]
        assert [item["score"] for item in read] == [-5, 0, 9, 100, 10**12]
        least = things.pages("shelf = :s AND score >= :least", index=SCORE, s="s", least=9)[0]
        assert [item["score"] for item in least] == [9, 100, 10**12]

    def test_a_limit_counts_what_was_read_not_what_was_kept(self, things: Things) -> None:
        """A page may be empty and still not be the last."""
        for number in range(10):
            things.put("a", str(number), amount=number)
        page = things.query("holder = :a", a="a", least=8, Limit=5, FilterExpression="amount >= :least")
        assert (page["Count"], page["ScannedCount"]) == (0, 5)
        assert "LastEvaluatedKey" in page
        assert things.query("holder = :a", a="a", Select="COUNT", Limit=7)["Count"] == 7
