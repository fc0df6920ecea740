"""A day's figures are a function of the set of its events (B4, invariant 22)."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from chalicelib.distributors.rules import Change, Step
from chalicelib.kernel.clock import business_day
from chalicelib.kernel.money import Fen
from chalicelib.reports.day_figures import (
    DayFigures,
    Tally,
    day_figures,
    tallies_of,
    tallies_of_entries,
    tally_of_change,
)
from chalicelib.wallet.rules import Entry, Posting

AT = datetime(2026, 11, 5, 3, tzinfo=UTC)
DAY = business_day(AT)


def sale(order_id: str, fen: int, rebate: int = 0) -> Entry:
    sums = {"wx:cash": -fen, "shop:sales": fen, "shop:commission": -rebate, "m:M-9:pending": rebate}
    return _entry(f"PAID:{order_id}", sums, {"order_id": order_id})


def back(kind: str, refund_id: str, fen: int, taken: int = 0) -> Entry:
    sums = {"shop:sales": -fen, "wx:cash": fen, "shop:commission": taken, "m:M-9:pending": -taken}
    return _entry(f"{kind}:{refund_id}", sums, {"order_id": "O-1", "refund_id": refund_id})


def _entry(entry_id: str, sums: dict[str, int], refs: dict[str, str]) -> Entry:
    postings = tuple(Posting(account, Fen(fen)) for account, fen in sums.items() if fen)
    return Entry(entry_id, entry_id.partition(":")[0], AT, postings, refs)


ENTRIES = [
    sale("O-1", 5_000, rebate=500),
    sale("O-2", 700),
    sale("O-3", 300, rebate=30),
    back("REPAY", "R-1", 900),
    back("REFUND", "R-1", 0, taken=90),
    back("REFUND", "R-2", 100),
    _entry("MATURE:O-1:1", {"m:M-9:pending": -500, "m:M-9:available": 500}, {"order_id": "O-1"}),
]
BUYERS = {"O-1": "M-1", "O-2": "M-1", "O-3": "M-2"}
EXPECTED = DayFigures(
    orders=3,
    buyers=2,
    sales_fen=Fen(6_000),
    refunds=2,
    refunded_fen=Fen(1_000),
    rebates_fen=Fen(440),
)


def test_a_day_is_the_sum_of_its_entries() -> None:
    """B4: a member who paid twice is one buyer; a refund of two entries is one refund."""
    assert day_figures(tallies_of_entries(ENTRIES, BUYERS)) == EXPECTED


@given(again=st.lists(st.sampled_from(ENTRIES), max_size=9), mixed=st.randoms(use_true_random=False))
def test_replays_and_any_order_end_in_the_same_figures(again: list[Entry], mixed: object) -> None:
    """Invariant 22."""
    told = [*ENTRIES, *again]
    mixed.shuffle(told)  # type: ignore[attr-defined]
    assert day_figures(tallies_of_entries(told, BUYERS)) == EXPECTED


def test_late_money_counts_nowhere() -> None:
    """wechat.md §6.7: what came too late and went back is neither a sale nor a refund."""
    came = _entry("PAID:O-9", {"wx:cash": -100, "shop:sales": 100}, {"order_id": "O-9", "late": "1"})
    went = _entry(
        "REFUND:R-9",
        {"wx:cash": 100, "shop:sales": -100},
        {"order_id": "O-9", "refund_id": "R-9", "late": "1"},
    )
    assert tallies_of(came, None) == () == tallies_of(went, None)


def test_who_became_a_distributor_counts_once_a_day() -> None:
    """B2: approved or assigned; an application, a new level or being enabled again is not."""

    def made(step: Step, hours: int = 0) -> Tally | None:
        at = AT + timedelta(hours=hours)
        return tally_of_change(Change("M-1", f"DC-{step}", at, step, "APPROVED", "base", "member"))

    first, second = made("APPROVED"), made("ASSIGNED", hours=2)
    assert first is not None and second is not None
    assert (first.mark, first.day) == (second.mark, DAY)
    assert day_figures([first, second]) == DayFigures(new_distributors=1)
    later = made("ASSIGNED", hours=24)
    assert later is not None and (later.day, later.mark == first.mark) == (DAY + timedelta(days=1), False)
    assert [made("APPLIED"), made("ENABLED"), made("LEVEL")] == [None, None, None]
