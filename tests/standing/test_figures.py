"""Figures are the sum of their facts, whatever is replayed, split or reordered (D2, R5, invariant 22)."""

import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chalicelib.kernel.dynamo import commit
from chalicelib.kernel.errors import Crowded
from chalicelib.standing import store
from chalicelib.standing.count_sale import count_sale
from chalicelib.standing.rebuild import rebuild
from chalicelib.standing.rules import ALL, Metrics, SaleEvent, StandingMoved, facts_of, fold
from tests.support import nightly
from tests.support import world as support
from tests.support.world import Clock

NOVEMBER = datetime(2026, 11, 20, tzinfo=UTC)
DECEMBER = NOVEMBER + timedelta(days=20)
LATER = timedelta(days=9)


def paid(number: int, goods_fen: int, *, buyer: str = "MBX", at: datetime = NOVEMBER) -> SaleEvent:
    return SaleEvent(f"PAID:OR{number}", f"OR{number}", buyer, ("MBA", "MBB", "MBC"), at, goods_fen, 1)


def refunded(number: int, goods_fen: int, *, buyer: str = "MBX", at: datetime = NOVEMBER) -> SaleEvent:
    one = paid(number, -goods_fen, buyer=buyer, at=at)
    return replace(one, event_id=f"REFUND:RF{number}:{goods_fen}", orders=0)


def returned(number: int, *, buyer: str = "MBX", at: datetime = NOVEMBER) -> SaleEvent:
    return replace(paid(number, 0, buyer=buyer, at=at), event_id=f"RETURNED:OR{number}", orders=-1)


def figures(member_id: str, scope: str = ALL) -> tuple[int, int, int, int, int]:
    one = store.metrics(member_id, scope)
    return one.own_sales_fen, one.team_sales_fen, one.direct_buyers, one.orders, one.own_spend_fen


def test_an_order_counts_once_for_each_place_in_the_chain(world: Clock) -> None:
    """Own sales are level 1 and own purchases, team sales the three levels below, each order once."""
    count_sale(paid(1, 10_000))
    assert figures("MBX") == (10_000, 0, 0, 1, 10_000)
    assert figures("MBA") == (10_000, 10_000, 1, 1, 0)
    assert figures("MBB") == figures("MBC") == (0, 10_000, 0, 0, 0)
    for scope in ("M2026-11", "Q2026-4", "Y2026"):
        assert figures("MBA", scope) == (10_000, 10_000, 1, 1, 0)
    assert figures("MBA", "M2026-12") == (0, 0, 0, 0, 0)


def test_a_refund_leaves_in_the_period_in_which_it_is_posted(world: Clock) -> None:
    """R8: what is over moves no more; the late refund weighs on the month it comes in."""
    count_sale(paid(1, 10_000))
    count_sale(refunded(1, 4_000, at=DECEMBER))
    assert figures("MBA", "M2026-11") == (10_000, 10_000, 1, 1, 0)
    assert figures("MBA", "M2026-12") == (-4_000, -4_000, 0, 0, 0)
    assert figures("MBA", "Q2026-4") == figures("MBA") == (6_000, 6_000, 1, 1, 0)


def test_a_buyer_counts_once_and_only_while_an_order_stands(world: Clock) -> None:
    """R6: direct downlines who have bought, distinct, refunds netted."""
    count_sale(paid(1, 100))
    count_sale(paid(2, 100))
    count_sale(paid(3, 100, buyer="MBY"))
    assert store.metrics("MBA").direct_buyers == 2
    count_sale(returned(1))
    assert store.metrics("MBA").direct_buyers == 2
    count_sale(returned(2, at=DECEMBER))
    assert store.metrics("MBA").direct_buyers == 1
    assert store.metrics("MBA", "M2026-11").direct_buyers == 2
    assert store.metrics("MBA", "M2026-12").direct_buyers == 0
    assert store.metrics("MBB").direct_buyers == 0


def test_nobody_stands_in_a_chain_twice(world: Clock) -> None:
    """Invariant 9: a buyer among its own uplines, or one named twice, counts once."""
    event = replace(paid(1, 100), chain=("MBX", "MBA", "MBA", "MBB"))
    assert [(one.member_id, one.level) for one in facts_of(event)] == [("MBX", 0), ("MBA", 1), ("MBB", 2)]


events = st.lists(
    st.tuples(
        st.integers(1, 4),
        st.sampled_from(["MBX", "MBY", "MBA"]),
        st.integers(0, 10**6),
        st.sampled_from([NOVEMBER, DECEMBER, NOVEMBER + timedelta(days=60)]),
        st.sampled_from(["refund", "return", "keep"]),
    ),
    min_size=1,
    max_size=nightly.pick(2, 5),
    unique_by=lambda one: one[0],
)


@settings(
    max_examples=nightly.pick(6, 60),
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(events, st.integers(0, 10**6))
def test_any_delivery_ends_in_the_fold_of_the_facts(
    orders: list[tuple[int, str, int, datetime, str]], seed: int
) -> None:
    """Invariant 22: twice over and shuffled is once; a rebuild writes what stood there."""
    told: list[SaleEvent] = []
    for number, buyer, goods_fen, at, fate in orders:
        told.append(replace(paid(number, goods_fen, buyer=buyer, at=at), chain=("MBA", "MBB")))
        if fate != "keep":
            told.append(
                replace(
                    told[-1], event_id=f"REFUND:RF{number}", at=at + LATER, goods_fen=-goods_fen, orders=0
                )
            )
        if fate == "return":
            told.append(replace(told[-1], event_id=f"RETURNED:OR{number}", goods_fen=0, orders=-1))
    given_out = told * 2
    random.Random(seed).shuffle(given_out)
    with support.small_world():
        for event in given_out:
            count_sale(event)
        for member_id in ("MBA", "MBB", "MBX", "MBY"):
            expected = fold(member_id, [one for event in told for one in _of(event, member_id)])
            assert {one.scope: one for one in store.all_metrics(member_id)} == expected
        before = support.dump("metrics"), support.dump("metric-buyers")
        for member_id in ("MBA", "MBB", "MBX", "MBY"):
            rebuild(member_id)
        assert (support.dump("metrics"), support.dump("metric-buyers")) == before


def _of(event: SaleEvent, member_id: str) -> list[object]:
    return [one for one in facts_of(event) if one.member_id == member_id]


def test_a_rebuild_mends_what_went_wrong(world: Clock) -> None:
    """Totals equal the rows they come from, after the rebuild at the latest."""
    count_sale(paid(1, 10_000))
    expected = support.dump("metrics")
    commit(store.put_metrics(Metrics("MBA", "M2026-11", direct_buyers=7, facts=1)))
    commit(store.put_metrics(Metrics("MBA", "M2025-01", orders=7)))
    rebuild("MBA")
    kept = [one for one in support.dump("metrics") if "M2025-01" not in one]
    assert kept == expected
    assert store.metrics("MBA", "M2025-01") == Metrics("MBA", "M2025-01")


def test_a_rebuild_starts_again_when_a_fact_comes_in_between(
    world: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    count_sale(paid(1, 10_000))
    real, late = store.all_facts, [paid(2, 500), paid(3, 500)]

    def read_then_count(member_id: str) -> list[object]:
        found = real(member_id)
        if late:
            count_sale(late.pop())
        return list(found)

    monkeypatch.setattr(store, "all_facts", read_then_count)
    assert rebuild("MBA")[ALL].own_sales_fen == 11_000
    commit(store.put_metrics(Metrics("MBA", "M2026-11", orders=9)))
    monkeypatch.setattr(store, "unchanged", lambda seen: _never())
    with pytest.raises(Crowded):
        rebuild("MBA")


def _never() -> None:
    raise StandingMoved()


def test_a_buyer_that_keeps_moving_is_left_to_the_stream(
    world: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is lost: the follower fails, the stream brings the event again."""
    real = store.buyer
    count_sale(paid(1, 100))
    stale = real("MBA", "MBX")
    count_sale(paid(2, 100))
    monkeypatch.setattr(store, "buyer", lambda *_: stale)
    with pytest.raises(Crowded):
        count_sale(paid(3, 100))
    monkeypatch.undo()
    count_sale(paid(3, 100))
    assert figures("MBA") == (300, 300, 1, 3, 0)


def test_who_has_figures_in_a_period_is_found_without_a_scan(world: Clock) -> None:
    """N5: closing walks the index, shard by shard."""
    for number in range(5):
        count_sale(replace(paid(number, 100, buyer=f"MBX{number}"), chain=()))
    found: list[str] = []
    for shard in range(store.SCOPE_SHARDS):
        after = None
        while True:
            page = store.members_with_figures("M2026-11", shard, limit=2, after=after)
            found += page.items
            after = page.next
            if after is None:
                break
    assert sorted(found) == [f"MBX{number}" for number in range(5)]
