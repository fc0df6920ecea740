"""Ids fit WeChat's bill numbers and sort by time; the clock speaks UTC and counts days in Shanghai."""

import re
from datetime import UTC, date, datetime

import pytest

from chalicelib.kernel import clock, ids
from tests.support.world import Clock


def test_ids_are_two_capitals_and_letters_or_digits_at_most_32() -> None:
    """wechat.md §4.9: out_trade_no and out_bill_no."""
    for made in (ids.new_id("OR"), ids.derived_id("WD", "member", "key")):
        assert re.fullmatch(r"[A-Z]{2}[0-9A-Z]{26}", made)


def test_fresh_ids_sort_by_time_and_differ() -> None:
    held = Clock()
    clock.install(held.now)
    try:
        made = []
        for _ in range(50):
            made.append(ids.new_id("OR"))
            held.advance(milliseconds=1)
        assert made == sorted(made)
        assert len({ids.new_id("OR") for _ in range(1000)}) == 1000
    finally:
        clock.install(None)


def test_a_derived_id_names_its_parts_and_nothing_else() -> None:
    assert ids.derived_id("OR", "a", "bc") == ids.derived_id("OR", "a", "bc")
    assert ids.derived_id("OR", "a", "bc") != ids.derived_id("OR", "ab", "c")


def test_shards_are_even() -> None:
    counts = [0] * 8
    for number in range(4000):
        counts[ids.shard_of(f"OR{number}", 8)] += 1
    assert min(counts) > 400


def test_business_days_turn_at_midnight_in_shanghai() -> None:
    assert clock.business_day(datetime(2026, 11, 23, 15, 59, tzinfo=UTC)) == date(2026, 11, 23)
    assert clock.business_day(datetime(2026, 11, 23, 16, 0, tzinfo=UTC)) == date(2026, 11, 24)


def test_times_are_read_back_as_they_were_written() -> None:
    moment = datetime(2026, 11, 23, 1, 2, 3, 456000, tzinfo=UTC)
    assert clock.rfc3339(moment) == "2026-11-23T01:02:03.456Z"
    assert clock.parse("2026-11-23T09:02:03.456+08:00") == moment
    with pytest.raises(ValueError, match="zone"):
        clock.parse("2026-11-23T01:02:03")
