"""Wallets and journal entries, without tables (W1, invariants 2, 3, 13)."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.kernel.errors import Invalid
from chalicelib.kernel.money import Fen
from chalicelib.wallet.rules import (
    ALL,
    Entry,
    Line,
    Posting,
    Wallet,
    account_of,
    balanced,
    balanced_points,
    fold,
    lines_of,
    month_bounds,
    month_of,
    postings_between,
    scopes_in,
    scopes_of,
    settle_debt,
    take_from,
    title_of,
    turned,
)

AT = datetime(2026, 11, 23, 2, tzinfo=UTC)
amounts = st.integers(0, 10**9)


class TestSplitting:
    @given(debt=amounts, amount=amounts)
    def test_incoming_money_pays_the_debt_first_and_nothing_is_lost(self, debt: int, amount: int) -> None:
        to_available, to_debt = settle_debt(Wallet("M", debt_fen=Fen(debt)), amount)
        assert to_available + to_debt == amount
        assert to_debt == min(debt, amount)

    @given(available=amounts, amount=amounts)
    def test_a_late_clawback_takes_what_is_there_and_leaves_a_debt(self, available: int, amount: int) -> None:
        taken, debt = take_from(Wallet("M", available_fen=Fen(available)), amount)
        assert taken + debt == amount
        assert taken == min(available, amount)


class TestEntries:
    def test_one_account_is_named_once_and_zeros_are_left_out(self) -> None:
        kept = balanced([("a", 5), ("b", -3), ("a", -2), ("c", 0)])
        assert kept == (Posting("a", Fen(3)), Posting("b", Fen(-3)))

    @pytest.mark.parametrize(
        "wrong", [[("a", 1), ("b", -2)], [("a", 0), ("b", 0)], [("a", 1), ("a", -1)], []]
    )
    def test_what_does_not_balance_is_our_own_bug(self, wrong: list[tuple[str, int]]) -> None:
        """Invariant 2."""
        with pytest.raises(AssertionError):
            balanced(wrong)

    def test_each_member_gets_one_line_of_an_entry(self) -> None:
        postings = balanced(
            [("shop:commission", 9), ("m:A:available", -4), ("m:A:debt", -3), ("m:B:pending", -2)]
        )
        lines = lines_of(Entry("REFUND:R", "REFUND", AT, postings, {"order_id": "O"}))
        assert [(line.member_id, line.available_fen, line.debt_fen, line.pending_fen) for line in lines] == [
            ("A", -4, -3, 0),
            ("B", 0, 0, -2),
        ]
        assert lines[0].key == "2026-11-23T02:00:00.000Z#REFUND:R"


class TestTotals:
    def test_what_was_earned_is_where_it_is_now(self) -> None:
        """W1: the figures a member sees add up."""
        lines = [
            Line("A", "1", "PAID", AT, {}, pending_fen=Fen(100)),
            Line("A", "2", "REFUND", AT, {}, pending_fen=Fen(-30)),
            Line("A", "3", "MATURE", AT, {}, pending_fen=Fen(-70), available_fen=Fen(70)),
            Line("A", "4", "RESERVE", AT, {}, available_fen=Fen(-50), frozen_fen=Fen(50)),
            Line("A", "5", "PAYOUT", AT, {}, frozen_fen=Fen(-50)),
            Line("A", "6", "REFUND", AT, {}, available_fen=Fen(-20), debt_fen=Fen(-15)),
        ]
        total = fold("A", ALL, lines)
        assert (total.pending_fen, total.available_fen, total.frozen_fen, total.debt_fen) == (0, 0, 0, -15)
        assert (total.earned_fen, total.withdrawn_fen, total.lines) == (35, 50, 6)
        assert (total.credited_fen, total.taken_fen, total.matured_fen) == (100, 65, 70)
        assert total.earned_fen == (
            total.pending_fen + total.available_fen + total.frozen_fen + total.debt_fen + total.withdrawn_fen
        )

    def test_only_earnings_count_for_a_day(self) -> None:
        earned = Line("A", "1", "PAID", datetime(2026, 11, 23, 16, tzinfo=UTC), {})
        moved = Line("A", "2", "MATURE", AT, {})
        assert scopes_of(earned) == (ALL, "M#2026-11", "D#2026-11-24")
        assert scopes_of(moved) == (ALL, "M#2026-11")

    def test_a_set_off_debt_has_matured_too(self) -> None:
        line = Line("A", "1", "MATURE", AT, {}, pending_fen=Fen(-70), available_fen=Fen(50), debt_fen=Fen(20))
        assert fold("A", ALL, [line]).matured_fen == 70
        assert fold("A", ALL, [line]).taken_fen == 0

    def test_a_chart_ends_today_in_china(self) -> None:
        late = datetime(2026, 12, 31, 16, tzinfo=UTC)
        assert scopes_in("WEEK", late)[0] == "D#2026-12-26"
        assert scopes_in("WEEK", late)[-1] == "D#2027-01-01"
        assert len(scopes_in("MONTH", late)) == 30
        assert (scopes_in("MONTH", late)[0], len(set(scopes_in("MONTH", late)))) == ("D#2026-12-03", 30)
        months = scopes_in("YEAR", late)
        assert (months[0], months[10], months[11], len(months)) == ("M#2026-02", "M#2026-12", "M#2027-01", 12)


class TestMonths:
    def test_a_month_is_counted_in_china(self) -> None:
        assert month_of(datetime(2026, 11, 30, 16, tzinfo=UTC)) == "2026-12"

    @pytest.mark.parametrize(("month", "end"), [("2026-11", "2026-12-01"), ("2026-12", "2027-01-01")])
    def test_a_month_ends_where_the_next_begins(self, month: str, end: str) -> None:
        bounds = month_bounds(month)
        assert [f"{one:%Y-%m-%d}" for one in bounds] == [f"{month}-01", end]

    @pytest.mark.parametrize(
        "wrong", ["2026-13", "2026", "x", "2026-00", "9999-12", "0001-01", "1999-12", "2100-01"]
    )
    def test_what_is_no_month_is_refused(self, wrong: str) -> None:
        with pytest.raises(Invalid):
            month_bounds(wrong)


def test_every_kind_of_entry_has_a_title_of_its_own() -> None:
    kinds = ("PAID", "REFUND", "MATURE", "RESERVE", "PAYOUT", "RELEASE", "ADJUST")
    titles = {title_of(Line("A", "1", kind, AT, {}, pending_fen=Fen(-1))) for kind in kinds}
    assert len(titles) == len(kinds)
    pending = Line("A", "1", "REFUND", AT, {}, pending_fen=Fen(-1))
    assert "已结算" not in title_of(pending)
    assert "已结算" in title_of(Line("A", "1", "REFUND", AT, {}, available_fen=Fen(-1)))
    assert (
        title_of(Line("A", "1", "ADJUST", AT, {"reason": "补差"}, available_fen=Fen(1))) == "人工调整：补差"
    )


@given(st.integers(0, 300), st.integers(0, 300), st.integers(0, 300), st.integers(0, 300))
def test_money_that_comes_back_and_a_clawback_make_one_turn(
    available: int, debt: int, back: int, taken: int
) -> None:
    """W1, invariant 13: a debt is paid off first, nothing is below zero, no money stands beside a debt."""
    before = Wallet("A", available_fen=Fen(0 if debt else available), debt_fen=Fen(debt))
    full, left = turned(before, back_fen=back, taken_fen=taken)
    worth = [one.available_fen - one.debt_fen for one in (before, full, left)]
    assert (worth[1] - worth[0], worth[2] - worth[1]) == (back, -taken)
    for one in (full, left):
        assert min(one.available_fen, one.debt_fen) == 0 <= max(one.available_fen, one.debt_fen)
    assert sum(fen for _, fen in postings_between(before, left)) == back - taken
    assert all(fen for _, fen in postings_between(before, left))


def test_points_balance_as_money_does() -> None:
    """Invariants 2 and 19: one posting for each account, a sum of zero."""
    given_out = balanced_points([("p:ME1:available", 5), ("shop:points", -3), ("shop:points", -2)])
    assert {one.account: one.points for one in given_out} == {"p:ME1:available": 5, "shop:points": -5}
    with pytest.raises(AssertionError):
        balanced_points([("p:ME1:available", 5), ("shop:points", -4)])
    assert account_of("ME1", "debt") == "m:ME1:debt"
