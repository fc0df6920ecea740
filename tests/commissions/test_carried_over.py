"""What comes late, and what refunds took beyond zero, weighs on the next period that closes (R8)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.commissions import store
from chalicelib.commissions.close_period import close_period
from chalicelib.commissions.decide_period import PeriodClose, carried_over, to_date
from chalicelib.standing.period_of import period_named
from tests.commissions.periods import china, close_all, give_back, publish, sell, sellers
from tests.commissions.test_close_period import rows
from tests.support import quick
from tests.support import world as support
from tests.support.world import Clock

pytestmark = pytest.mark.usefixtures("world")


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    quick.one_scope_shard(monkeypatch)


def test_a_late_refund_weighs_on_the_next_period(world: Clock) -> None:
    """R8: November was paid on 150,000; 60,000 come back in December, in which 80,000 are sold."""
    publish()
    sellers("MBA")
    sold = sell("MBA", 15_000_000)
    world.moment = china(12, 5)
    close_period()
    give_back(sold, 6_000_000, at=china(12, 8))
    sell("MBA", 8_000_000, number=2, at=china(12, 10))
    world.moment = china(1, 5, 2027)
    close_all()
    assert {row.period_id: row.amount_fen for row in rows()} == {"M2026-11": 450_000, "M2026-12": 40_000}


def test_what_a_period_owes_beyond_zero_is_carried_on(world: Clock) -> None:
    """Nothing is paid below zero, nothing is forgiven: −60,000 in December, 100,000 in January pay 40,000."""
    publish()
    sellers("MBA")
    sold = sell("MBA", 15_000_000)
    world.moment = china(12, 5)
    close_period()
    give_back(sold, 6_000_000, at=china(12, 8))
    world.moment = china(1, 5, 2027)
    close_all()
    sell("MBA", 10_000_000, number=2, at=china(1, 10, 2027))
    world.moment = china(2, 5, 2027)
    close_all()
    assert {row.period_id: row.amount_fen for row in rows()} == {
        "M2026-11": 450_000,
        "M2026-12": 0,
        "M2027-01": 80_000,
    }


def test_what_is_counted_after_closing_comes_with_the_next_period(world: Clock) -> None:
    """A payment that the stream brought late is neither lost nor paid twice."""
    publish()
    sellers("MBA")
    sell("MBA", 1_000_000)
    world.moment = china(12, 5)
    close_period()
    sell("MBA", 500_000, number=2)  # of November, only now
    sell("MBA", 1_000_000, number=3, at=china(12, 10))
    world.moment = china(1, 5, 2027)
    close_all()
    assert {row.period_id: row.amount_fen for row in rows()} == {"M2026-11": 20_000, "M2026-12": 30_000}
    made = store.closed(period_named("M2026-12"), ["MBA"])["MBA"]
    assert (made.counted["OWN_SALES"], made.carried["OWN_SALES"]) == (1_000_000, 500_000)


def test_what_comes_for_a_period_long_closed_comes_with_the_next_as_well(world: Clock) -> None:
    """A payment of November that is found in January, when December is closed too, is paid with January,
    once; it was lost, since only the last closed period was looked at."""
    publish()
    sellers("MBA")
    sell("MBA", 1_000_000)
    world.moment = china(12, 5)
    close_period()
    sell("MBA", 1_000_000, number=2, at=china(12, 10))
    world.moment = china(1, 5, 2027)
    close_all()
    sell("MBA", 500_000, number=3)  # of November, only now
    sell("MBA", 1_000_000, number=4, at=china(1, 10, 2027))
    world.moment = china(2, 5, 2027)
    close_all()
    sell("MBA", 1_000_000, number=5, at=china(2, 10, 2027))
    world.moment = china(3, 5, 2027)
    close_all()
    assert {row.period_id: row.amount_fen for row in rows()} == {
        "M2026-11": 20_000,
        "M2026-12": 20_000,
        "M2027-01": 30_000,
        "M2027-02": 20_000,
    }
    made = store.closed(period_named("M2027-01"), ["MBA"])["MBA"]
    assert (made.carried["OWN_SALES"], made.to_date["OWN_SALES"]) == (500_000, 3_500_000)


amounts = st.integers(-(10**9), 10**9)


@given(st.lists(st.tuples(amounts, st.lists(amounts, max_size=4)), min_size=1, max_size=8))
def test_over_all_periods_the_bases_are_what_was_counted(periods: list[tuple[int, list[int]]]) -> None:
    """Σ of the bases = Σ of all that was counted, late or not, for whichever earlier period, but for what
    is still owed at the end."""
    names = ("OWN_SALES", "TEAM_SALES", "OWN_SPEND", "ORDERS")
    last: PeriodClose | None = None
    before = bases = 0
    for on_time, late in periods:
        carried = carried_over(last, dict.fromkeys(names, before))["OWN_SALES"]
        bases += max(0, on_time + carried)
        all_now, running = before + on_time + 7, [dict.fromkeys(names, 7)]
        last = PeriodClose(
            "MBA",
            "M",
            support.START,
            "PL1",
            1,
            dict.fromkeys(names, on_time),
            dict.fromkeys(names, carried),
            to_date=to_date(dict.fromkeys(names, all_now), running),
        )
        before += on_time + sum(late)
    left = carried_over(last, dict.fromkeys(names, before))["OWN_SALES"]
    assert bases + left == before
