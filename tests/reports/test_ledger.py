"""Everybody's commissions by time and state, and what they come to (B2, G1)."""

import random
from datetime import date, timedelta
from typing import Any

import pytest

from chalicelib.commissions import store as commissions
from chalicelib.kernel import aws
from chalicelib.kernel.clock import business_day, now
from chalicelib.kernel.jobs import deliver
from chalicelib.orders.move_refund import Slice
from chalicelib.reports import list_ledger as listing
from chalicelib.reports.jobs import count_in_ledger
from scripts.local.rebuild_all import rebuild_all
from tests.commissions.test_jobs import records
from tests.orders.conftest import shop
from tests.orders.shop import Shop
from tests.support import api
from tests.support.world import Clock

__all__ = ["shop"]
PROJECTED = ("commission-ledger", "commission-sums")


def follow(seed: int | None = None) -> None:
    """Hand every record to the follower; with a seed each item's in order, all else mixed, and twice."""
    given = records("commissions")
    if seed is not None:
        random.Random(seed).shuffle(given)
        given.sort(key=lambda one: int(one["dynamodb"]["SequenceNumber"]))
        given = [*given, *given[len(given) // 3 :]]
    for record in given:
        assert deliver("commissions", [record], [count_in_ledger]) == []


def asked(path: str, **query: Any) -> Any:
    words = "&".join(f"{name}={value}" for name, value in query.items())
    return api.get(f"/console/{path}?{words}", token=api.staff_token("commissions.read")).json


def sums(**query: Any) -> dict[str, tuple[int, int, int]]:
    items = asked("commission-sums", **query)["items"]
    return {one["state"]: (one["rows"], one["amount_fen"], one["left_fen"]) for one in items}


def keys_of(found: Any) -> list[tuple[str, str, str]]:
    return [(one["order_id"], one["payee_id"], one["state"]) for one in found["items"]]


@pytest.fixture
def sold(shop: Shop, world: Clock) -> list[str]:
    """Three orders of C on two days; the second went back whole, of the third a third of line 1."""
    first = shop.paid(key="order-0001")
    second = shop.paid(key="order-0002")
    shop.pay_back(shop.ask(second, Slice(1, 3), Slice(2, 1)))
    world.advance(days=1)
    third = shop.paid(key="order-0003")
    shop.pay_back(shop.ask(third, Slice(1, 1), key="refund-0003"))
    return [one.order_id for one in (first, second, third)]


@pytest.mark.parametrize("seed", [None, 0, 1])
def test_everything_is_listed_newest_first_and_added_up(
    shop: Shop, sold: list[str], seed: int | None
) -> None:
    """The rows and their sums are the commissions themselves; replays add nothing."""
    follow(seed)
    rows = [one for order_id in sold for one in commissions.of_order(order_id)]
    assert {one.state for one in rows} == {"PENDING", "CLAWED"}
    listed = asked("commission-ledger", limit=100)
    assert sorted(keys_of(listed)) == sorted((one.order_id, one.payee_id, one.state) for one in rows)
    times = [one["created_at"] for one in listed["items"]]
    assert times == sorted(times, reverse=True)
    expected: dict[str, tuple[int, int, int]] = {}
    for one in rows:
        count, amount_fen, left_fen = expected.get(one.state, (0, 0, 0))
        expected[one.state] = (count + 1, amount_fen + one.amount_fen, left_fen + one.left_fen)
    assert sums() == expected
    assert expected["CLAWED"][2] == 0 < expected["PENDING"][2] < expected["PENDING"][1]


def test_days_states_and_payees_choose_both_rows_and_sums(shop: Shop, sold: list[str], world: Clock) -> None:
    """Each filter alone and together; what is listed always adds up to what is told."""
    follow()
    today = business_day(now())
    ways: list[dict[str, Any]] = [
        {"since": today, "until": today},
        {"until": today - timedelta(days=1)},
        {"state": "CLAWED"},
        {"payee_id": shop.a},
        {"payee_id": shop.b, "state": "PENDING", "since": today},
        {"payee_id": shop.b, "until": today - timedelta(days=1)},
        {"since": today - timedelta(days=300), "until": today - timedelta(days=200)},
    ]
    seen = []
    for way in ways:
        found, cursor = [], ""
        while cursor is not None:
            page = asked("commission-ledger", **way, limit=2, **({"next": cursor} if cursor else {}))
            found += page["items"]
            cursor = page["next"]
        told: dict[str, tuple[int, int, int]] = {}
        for one in found:
            had = told.get(one["state"], (0, 0, 0))
            told[one["state"]] = (had[0] + 1, had[1] + one["amount_fen"], had[2] + one["left_fen"])
        assert sums(**way) == told, way
        seen.append(len(found))
    assert seen == [2, 4, 2, 3, 1, 2, 0]


def test_a_payee_of_very_many_is_not_added_up(
    shop: Shop, sold: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """N5: a request reads a bounded number of rows; it says so rather than tell a part."""
    monkeypatch.setattr(listing, "MOST_SUMMED", 2)
    monkeypatch.setattr(listing, "MAX_PAGE", 1)
    assert asked("commission-sums", payee_id=shop.a)["is_whole"] is False
    assert asked("commission-sums")["is_whole"] is True


def test_a_rebuild_equals_what_the_stream_brings(sold: list[str]) -> None:
    """Invariant 22: from the rows alone, after the stream, and over what was spoilt."""
    rebuilt()
    keys, told = listed(), sums()
    assert keys and told
    for name in PROJECTED:
        _empty(name)
    follow()
    assert (listed(), sums()) == (keys, told)
    aws.client("dynamodb").update_item(
        TableName="fenxiao-test-commission-sums",
        Key={"lot": {"S": "PENDING#1"}, "day": {"S": str(date(2026, 11, 23))}},
        UpdateExpression="SET left_fen = :wrong",
        ExpressionAttributeValues={":wrong": {"N": "77"}},
    )
    _empty("commission-ledger")
    rebuilt()
    assert (listed(), sums()) == (keys, told)


def listed() -> list[tuple[str, str, str]]:
    return keys_of(asked("commission-ledger", limit=100))


def rebuilt() -> None:
    rebuild_all(since=date(2026, 11, 1), wait=lambda: None, say=lambda line: None)


def _empty(table: str) -> None:
    client, name = aws.client("dynamodb"), f"fenxiao-test-{table}"
    schema = [one["AttributeName"] for one in client.describe_table(TableName=name)["Table"]["KeySchema"]]
    for item in client.scan(TableName=name)["Items"]:
        client.delete_item(TableName=name, Key={part: item[part] for part in schema})
