"""Statements and totals follow the journal (W1, docs/decisions/0003)."""

import random
from datetime import date, timedelta
from typing import Any

import pytest

from chalicelib.kernel import aws
from chalicelib.kernel.dynamo import commit
from chalicelib.kernel.jobs import Change, deliver
from chalicelib.wallet import rebuild as rebuild_file
from chalicelib.wallet import store
from chalicelib.wallet.count_entry import count_entry
from chalicelib.wallet.jobs import count_in_statements
from chalicelib.wallet.rebuild import rebuild
from chalicelib.wallet.rules import ALL, Line, Totals, account_of, day_scope, fold, month_scope
from tests.support import world as support

pytestmark = pytest.mark.usefixtures("world")


def book(entry_id: str, kind: str, *postings: tuple[str, int], hours: int = 0, **refs: str) -> None:
    commit(store.entry(entry_id, support.START + timedelta(hours=hours), postings, refs))


def some_books() -> None:
    a, b = (account_of(who, "pending") for who in ("MB1", "MB2"))
    book("PAID:1", "PAID", ("wx:cash", -100), ("shop:sales", 100), order_id="1")
    book("PAID:2", "PAID", ("shop:commission", -150), (a, 100), (b, 50), order_id="2")
    book("REFUND:1", "REFUND", ("shop:commission", 45), (a, -30), (b, -15), hours=1, order_id="2")
    book("MATURE:2:MB1:L1", "MATURE", (a, -70), (account_of("MB1", "available"), 70), hours=30, order_id="2")
    available, frozen = account_of("MB1", "available"), account_of("MB1", "frozen")
    book("RESERVE:1", "RESERVE", (available, -40), (frozen, 40), hours=31, withdrawal_id="1")
    book("PAYOUT:1", "PAYOUT", (frozen, -40), ("wx:cash", 40), hours=32, withdrawal_id="1")


def journal_records() -> list[dict[str, Any]]:
    items = aws.client("dynamodb").scan(TableName="fenxiao-test-journal")["Items"]
    return [
        {"eventID": item["entry_id"]["S"], "dynamodb": {"NewImage": item, "SequenceNumber": str(number)}}
        for number, item in enumerate(items)
    ]


def projections() -> tuple[list[str], list[str]]:
    return support.dump("wallet-lines"), support.dump("wallet-totals")


def forget(table: str, member_id: str) -> None:
    """Lose what a projection has of this member."""
    client, name = aws.client("dynamodb"), f"fenxiao-test-{table}"
    keys = [part["AttributeName"] for part in client.describe_table(TableName=name)["Table"]["KeySchema"]]
    for item in client.scan(TableName=name)["Items"]:
        if item["member_id"]["S"] == member_id:
            client.delete_item(TableName=name, Key={key: item[key] for key in keys})


class TestCounting:
    def test_totals_are_the_fold_of_the_journal(self) -> None:
        some_books()
        assert deliver("journal", journal_records(), [count_in_statements]) == []
        assert store.totals("MB1") == Totals("MB1", ALL, 5, 0, 30, 0, 0, 70, 40, 0, 30, 70)  # type: ignore[arg-type]
        assert store.totals("MB2").pending_fen == 35
        assert store.totals("MB1", day_scope(support.START)).earned_fen == 70
        days = store.totals_between("MB1", "D#2026-11-01", "D#2026-11-30")
        assert [(day.credited_fen, day.taken_fen) for day in days] == [(100, 30)]
        (month,) = store.months("MB1", limit=9, cursor=None).items
        assert (month.scope, month.lines, month.matured_fen) == ("M#2026-11", 5, 70)

    @pytest.mark.parametrize("seed", range(4))
    def test_replays_in_any_order_add_nothing(self, seed: int) -> None:
        """Invariant 22: the result is a function of the set of events, not of their sequence."""
        some_books()
        records = journal_records()
        deliver("journal", records, [count_in_statements])
        expected = projections()
        again = records * 3
        random.Random(seed).shuffle(again)
        assert deliver("journal", again, [count_in_statements]) == []
        assert projections() == expected

    def test_an_entry_counted_for_one_member_is_still_counted_for_the_other(self) -> None:
        some_books()
        rebuild("MB1", since=date(2026, 11, 23))  # finds two entries of this day, the others lie ahead
        count_entry(store.load_entry("PAID:2"))
        assert store.totals("MB2").pending_fen == 50
        assert store.totals("MB1").lines == 2

    def test_a_change_of_an_entry_would_not_be_counted(self) -> None:
        some_books()
        image = journal_records()[0]["dynamodb"]["NewImage"]
        count_in_statements(Change("journal", "1", image, image))
        count_in_statements(Change("journal", "2", image, None))
        assert projections() == ([], [])


class TestStatement:
    def test_newest_first_page_by_page(self) -> None:
        some_books()
        deliver("journal", journal_records(), [count_in_statements])
        first = store.lines("MB1", limit=3)
        rest = store.lines("MB1", limit=3, cursor=first.next)
        assert [line.kind for line in [*first.items, *rest.items]] == [
            "PAYOUT",
            "RESERVE",
            "MATURE",
            "REFUND",
            "PAID",
        ]

    def test_of_one_month_in_china(self) -> None:
        pending = account_of("MB1", "pending")
        november = -(22 * 24 + 10)
        december = 7 * 24 + 14
        hours = {"OCT": november - 1, "NOV": november, "LATE": december - 1, "DEC": december}
        for name, offset in hours.items():
            book(f"PAID:{name}", "PAID", ("shop:commission", -1), (pending, 1), hours=offset)
        deliver("journal", journal_records(), [count_in_statements])
        assert [line.entry_id for line in store.lines("MB1", month="2026-11").items] == [
            "PAID:LATE",
            "PAID:NOV",
        ]


class TestRebuild:
    def test_spoilt_totals_are_mended_from_the_lines(self) -> None:
        some_books()
        deliver("journal", journal_records(), [count_in_statements])
        expected = projections()
        for scope in (ALL, day_scope(support.START), month_scope(support.START)):
            aws.client("dynamodb").update_item(
                TableName="fenxiao-test-wallet-totals",
                Key={"member_id": {"S": "MB1"}, "scope": {"S": scope}},
                UpdateExpression="SET pending_fen = :x, earned_fen = :x",
                ExpressionAttributeValues={":x": {"N": "12345"}},
            )
        assert rebuild("MB1").earned_fen == 70
        assert projections() == expected

    def test_lost_lines_are_found_again_in_the_journal(self, world: support.Clock) -> None:
        some_books()
        deliver("journal", journal_records(), [count_in_statements])
        expected = projections()
        for table in ("wallet-lines", "wallet-totals"):
            forget(table, "MB1")
        assert store.totals("MB1").lines == 0
        world.advance(days=3)
        rebuild("MB1", since=date(2026, 11, 1))
        assert projections() == expected
        rebuild("MB1", since=date(2026, 11, 1))
        assert projections() == expected

    def test_a_line_that_is_counted_meanwhile_starts_it_again(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Between the fold and its write the stream goes on; nothing it counted is written over."""
        some_books()
        late = [one for one in journal_records() if one["eventID"] == "PAYOUT:1"]
        deliver("journal", [one for one in journal_records() if one not in late], [count_in_statements])

        def folding(member_id: str, scope: str, lines: list[Line]) -> Totals:
            made = fold(member_id, scope, lines)
            if scope == ALL and late:
                deliver("journal", [late.pop()], [count_in_statements])
            return made

        monkeypatch.setattr(rebuild_file, "fold", folding)
        assert rebuild("MB1").withdrawn_fen == 40
        assert store.totals("MB1").withdrawn_fen == 40

    def test_a_member_without_lines_has_nothing_to_rebuild(self) -> None:
        assert rebuild("MB9").lines == 0
        assert projections() == ([], [])
