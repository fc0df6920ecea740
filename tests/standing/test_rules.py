"""Figures from events, as pure arithmetic: who counts what, in which period, and back again (D2, R5, R8)."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.standing.rules import (
    ALL,
    Buyer,
    Fact,
    Metrics,
    SaleEvent,
    buyers_of,
    facts_of,
    fold,
    scopes_of,
    with_order,
)

NOVEMBER = datetime(2026, 11, 30, 15, 59, tzinfo=UTC)
"""The last minute of November in China."""
DECEMBER = datetime(2026, 11, 30, 16, 0, tzinfo=UTC)


def event(goods_fen: int = 1_000, orders: int = 1, **more: object) -> SaleEvent:
    given = {"buyer_id": "MBX", "chain": ("MBA", "MBB", "MBC"), "at": NOVEMBER, "event_id": "E1", **more}
    return SaleEvent(order_id="OR1", goods_fen=goods_fen, orders=orders, **given)  # type: ignore[arg-type]


def figures(*events: SaleEvent, of: str) -> dict[str, Metrics]:
    facts = [fact for one in events for fact in facts_of(one) if fact.member_id == of]
    return fold(of, facts)


class TestFacts:
    def test_the_buyer_spends_and_sells_to_itself_the_uplines_sell_or_their_teams_do(self) -> None:
        """Own sales: the buyer and the direct upline; team sales: the three above; spend: the buyer."""
        assert [
            (one.member_id, one.level, one.own_sales_fen, one.team_sales_fen, one.orders, one.own_spend_fen)
            for one in facts_of(event())
        ] == [
            ("MBX", 0, 1_000, 0, 1, 1_000),
            ("MBA", 1, 1_000, 1_000, 1, 0),
            ("MBB", 2, 0, 1_000, 0, 0),
            ("MBC", 3, 0, 1_000, 0, 0),
        ]

    def test_nobody_stands_in_a_chain_twice_and_no_chain_is_longer_than_three(self) -> None:
        chain = ("MBA", "MBX", "MBA", "MBB", "MBC", "MBD")
        assert [one.member_id for one in facts_of(event(chain=chain))] == ["MBX", "MBA", "MBB", "MBC"]

    def test_a_month_ends_at_midnight_in_china(self) -> None:
        assert [facts_of(event(at=at))[0].month for at in (NOVEMBER, DECEMBER)] == ["M2026-11", "M2026-12"]
        assert facts_of(event())[0].key == "M2026-11#E1"

    def test_a_month_counts_for_its_quarter_and_its_year(self) -> None:
        assert scopes_of("M2026-11") == (ALL, "M2026-11", "Q2026-4", "Y2026")


class TestFolding:
    def test_each_scope_is_the_sum_of_its_facts(self) -> None:
        """¥10 in November, ¥7 in December, of which ¥3 go back in December."""
        told = figures(
            event(),
            event(700, at=DECEMBER, event_id="E2"),
            event(-300, 0, at=DECEMBER, event_id="E3"),
            of="MBA",
        )
        assert {scope: (one.own_sales_fen, one.orders, one.facts) for scope, one in told.items()} == {
            ALL: (1_400, 2, 3),
            "M2026-11": (1_000, 1, 1),
            "M2026-12": (400, 1, 2),
            "Q2026-4": (1_400, 2, 3),
            "Y2026": (1_400, 2, 3),
        }
        assert told[ALL].of("own_sales_fen") == 1_400 and told[ALL].of("direct_buyers") == 1

    def test_a_direct_buyer_counts_once_and_no_longer_when_all_went_back(self) -> None:
        """Counted where orders stand: bought in November, all of it back in December (R6, R12)."""
        back = event(-1_000, -1, at=DECEMBER, event_id="E3")
        twice = figures(event(), event(event_id="E2"), of="MBA")
        assert twice["M2026-11"].direct_buyers == twice[ALL].direct_buyers == 1
        gone = figures(event(), back, of="MBA")
        assert (gone["M2026-11"].direct_buyers, gone["M2026-12"].direct_buyers, gone[ALL].direct_buyers) == (
            1,
            0,
            0,
        )

    def test_only_ones_own_direct_downlines_are_direct_buyers(self) -> None:
        assert figures(event(), of="MBB")[ALL].direct_buyers == 0
        assert figures(event(), of="MBX")[ALL].direct_buyers == 0
        assert buyers_of("MBA", facts_of(event(-300, 0))) == (), "a refund of a part tells of no order"

    def test_a_buyers_orders_are_kept_by_month(self) -> None:
        first, second = (fact for one in (event(), event(at=DECEMBER)) for fact in facts_of(one)[1:2])
        buyer = with_order(with_order(Buyer("MBA", "MBX"), first), second)
        assert (buyer.months, buyer.version) == ({"M2026-11": 1, "M2026-12": 1}, 2)
        assert buyer.scopes == {ALL, "M2026-11", "M2026-12", "Q2026-4", "Y2026"}
        assert with_order(buyer, first).months["M2026-11"] == 2

    @given(st.lists(st.tuples(st.integers(-500, 1_000), st.sampled_from([-1, 0, 1])), max_size=8))
    def test_the_order_of_events_decides_nothing(self, told: list[tuple[int, int]]) -> None:
        events = [event(fen, orders, event_id=f"E{n}") for n, (fen, orders) in enumerate(told)]
        assert figures(*events, of="MBA") == figures(*reversed(events), of="MBA")


@pytest.mark.parametrize("level", [0, 1, 2, 3])
def test_a_fact_knows_whose_it_is(level: int) -> None:
    fact: Fact = facts_of(event())[level]
    assert (fact.level, fact.buyer_id, fact.order_id, fact.at) == (level, "MBX", "OR1", NOVEMBER)
