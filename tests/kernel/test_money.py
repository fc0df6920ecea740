"""The three functions that hold all arithmetic of money (invariants 1, 11, 20)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.kernel.money import BPS_WHOLE, MAX_FEN, allocate, clawback, percent, share, yuan

amounts = st.integers(0, MAX_FEN)
rates = st.integers(0, BPS_WHOLE)
weights = st.lists(st.integers(0, 10**9), min_size=1, max_size=60)


class TestShare:
    @given(amounts, rates)
    def test_is_the_floor_of_the_exact_part(self, total: int, rate_bps: int) -> None:
        part = share(total, rate_bps)
        assert part * BPS_WHOLE <= total * rate_bps < (part + 1) * BPS_WHOLE

    @given(amounts, rates)
    def test_never_exceeds_the_total(self, total: int, rate_bps: int) -> None:
        assert 0 <= share(total, rate_bps) <= total

    @given(amounts, rates, rates)
    def test_shares_together_never_exceed_the_share_of_the_sum(
        self, total: int, one: int, other: int
    ) -> None:
        assert share(total, one) + share(total, other) <= share(total, one + other)

    @pytest.mark.parametrize(("total", "rate_bps"), [(-1, 100), (100, -1)])
    def test_refuses_what_is_below_zero(self, total: int, rate_bps: int) -> None:
        with pytest.raises(ValueError):
            share(total, rate_bps)

    def test_the_known_figures(self) -> None:
        assert (share(9999, 1000), share(1001, 1000), share(9999, 500), share(1001, 500)) == (
            999,
            100,
            499,
            50,
        )


class TestAllocate:
    @given(amounts, weights)
    def test_sums_exactly_and_nothing_is_below_zero(self, total: int, parts: list[int]) -> None:
        """Invariant 20."""
        split = allocate(total, parts)
        assert sum(split) == total
        assert min(split) >= 0

    @given(amounts, weights)
    def test_each_part_is_the_exact_one_rounded_down_or_up(self, total: int, parts: list[int]) -> None:
        if (whole := sum(parts)) == 0:
            return
        for amount, weight in zip(allocate(total, parts), parts, strict=True):
            assert total * weight // whole <= amount <= -(-total * weight // whole)

    @given(amounts, weights)
    def test_the_larger_weight_never_gets_less(self, total: int, parts: list[int]) -> None:
        ordered = sorted(parts)
        split = allocate(total, ordered)
        if len(set(ordered)) == len(ordered):
            assert list(split) == sorted(split)

    def test_ties_go_to_the_lower_index(self) -> None:
        assert allocate(2, [1, 1, 1]) == (1, 1, 0)

    def test_weights_of_nothing_count_as_equal(self) -> None:
        assert allocate(5, [0, 0]) == (3, 2)

    @pytest.mark.parametrize(("total", "parts"), [(1, []), (-1, [1]), (1, [1, -1])])
    def test_refuses_no_weights_and_what_is_below_zero(self, total: int, parts: list[int]) -> None:
        with pytest.raises(ValueError):
            allocate(total, parts)


@st.composite
def refunded_lines(draw: st.DrawFn) -> tuple[int, int, list[int]]:
    """Credited, paid, and the running sums of refunds that end with everything refunded."""
    paid = draw(st.integers(1, 10**7))
    credited = draw(st.integers(0, paid))
    sums = sorted(draw(st.sets(st.integers(1, paid), max_size=49)) | {paid})
    return credited, paid, sums


class TestClawback:
    @given(refunded_lines())
    def test_any_slicing_takes_back_exactly_everything(self, line: tuple[int, int, list[int]]) -> None:
        """Invariant 11: no residue, where floors of single slices leave one in 99.7 % of cases."""
        credited, paid, sums = line
        slices = zip([0, *sums], sums, strict=False)
        assert sum(clawback(credited, paid, before, after) for before, after in slices) == credited

    @given(refunded_lines())
    def test_at_every_moment_it_is_the_floor_of_the_whole(self, line: tuple[int, int, list[int]]) -> None:
        credited, paid, sums = line
        taken = 0
        for before, after in zip([0, *sums], sums, strict=False):
            slice_fen = clawback(credited, paid, before, after)
            taken += slice_fen
            assert slice_fen >= 0
            assert taken == credited * after // paid <= credited

    def test_the_known_figures(self) -> None:
        assert [clawback(999, 9999, *step) for step in ((0, 3333), (3333, 6666), (6666, 9999))] == [
            333,
            333,
            333,
        ]

    def test_a_free_line_gives_nothing_back(self) -> None:
        assert clawback(0, 0, 0, 0) == 0

    @pytest.mark.parametrize("wrong", [(1, 10, 5, 4), (1, 10, 0, 11), (1, 10, -1, 4), (-1, 10, 0, 4)])
    def test_refuses_sums_that_cannot_be(self, wrong: tuple[int, int, int, int]) -> None:
        with pytest.raises(ValueError):
            clawback(*wrong)


@pytest.mark.parametrize(
    ("fen", "text"),
    [(0, "¥0.00"), (1, "¥0.01"), (123450, "¥1,234.50"), (-7, "-¥0.07"), (-123456789, "-¥1,234,567.89")],
)
def test_money_as_people_read_it(fen: int, text: str) -> None:
    assert yuan(fen) == text


@pytest.mark.parametrize(
    ("bps", "text"), [(1000, "10%"), (250, "2.5%"), (5, "0.05%"), (0, "0%"), (10_000, "100%"), (1, "0.01%")]
)
def test_rates_as_people_read_them(bps: int, text: str) -> None:
    assert percent(bps) == text
