"""What a sale earns and what refunds take back, without tables (R1, R2, R9, invariants 9-11)."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.commissions.plan_credits import plan_credits
from chalicelib.commissions.rules import (
    CapScope,
    CapTerm,
    Commission,
    Grant,
    Payee,
    RefundedLine,
    Sale,
    SaleLine,
    Terms,
)
from chalicelib.commissions.take_back import take_back
from chalicelib.kernel.money import Fen, share
from tests.commissions import support
from tests.support.world import START


def amounts(sale: Sale) -> list[int]:
    return [credit.amount_fen for credit in plan_credits(sale)]


def commissions(sale: Sale) -> list[Commission]:
    return [
        Commission(
            order_id=sale.order_id,
            payee_id=credit.payee.member_id,
            rule=credit.payee.rule,
            level=credit.payee.level,
            buyer_id=sale.buyer_id,
            state="PENDING",
            amount_fen=credit.amount_fen,
            created_at=START,
            plan_id="PL1",
            plan_version=1,
            plan_name="",
            cap_bps=sale.terms.cap_bps,
            parts=credit.parts,
        )
        for credit in plan_credits(sale)
    ]


def refunded(row: Commission, line: SaleLine, amount_fen: int) -> Commission:
    """The row after one refund of this much on this line."""
    taken = take_back(row, {line.line_no: RefundedLine(line.goods_paid_fen, Fen(0), Fen(amount_fen))})
    if taken is None:
        return row
    return replace(
        row,
        clawed_fen=Fen(row.clawed_fen + taken.taken_fen),
        refunded_fen=taken.refunded_fen,
        refunded_by_line=taken.refunded_by_line,
    )


class TestTheKnownFigure:
    """Issue: two levels of 10 % and 5 %; 3 × ¥33.33, 1 × ¥10.01; freight never counts."""

    def test_is_credited_so(self) -> None:
        assert amounts(support.sale()) == [999 + 100, 499 + 50]

    def test_is_taken_back_so(self) -> None:
        line = support.LINES[0]
        level_1 = refunded(commissions(support.sale())[0], line, 3333)
        assert level_1.clawed_fen == 333
        assert refunded(level_1, line, 6666).clawed_fen == 999

    @pytest.mark.parametrize("slices", [[3333, 3333, 3333], [1, 9998], [9998, 1], [6666, 3333], [9999]])
    def test_whatever_the_slices(self, slices: list[int]) -> None:
        row = commissions(support.sale())[0]
        for amount_fen in slices:
            row = refunded(row, support.LINES[0], amount_fen)
        assert row.clawed_fen == 999
        assert row.left_fen == 100


class TestCrediting:
    @given(support.sales())
    def test_a_line_never_pays_more_than_the_cap_nor_than_it_brought(self, sale: Sale) -> None:
        """Invariant 10, for ratios and fixed amounts alike."""
        credits = plan_credits(sale)
        for index, line in enumerate(sale.lines):
            paid = sum(credit.parts[index].amount_fen for credit in credits)
            assert paid <= share(line.goods_paid_fen, sale.terms.cap_bps) <= line.goods_paid_fen
            assert all(credit.parts[index].amount_fen >= 0 for credit in credits)

    @given(st.integers(0, 1_600), st.integers(0, 2_000), st.sampled_from(["ORDER", "LINE"]))
    def test_a_cap_holds_the_sum_of_all_it_covers(self, bps: int, fen: int, scope: CapScope) -> None:
        """Invariant 10: a cap is on the sum, not on each payee's part of it (10 % and 5 % here)."""
        sale = support.sale()
        capped = replace(sale.terms, caps=(CapTerm(scope, None, bps, Fen(fen)),))
        credits = plan_credits(replace(sale, terms=capped))
        groups = [[0, 1]] if scope == "ORDER" else [[0], [1]]
        for group in groups:
            earned = sum(credit.parts[index].amount_fen for credit in credits for index in group)
            paid = sum(sale.lines[index].goods_paid_fen for index in group)
            assert earned <= min(share(paid, bps), fen)

    @given(support.sales())
    def test_nobody_gets_more_than_its_own_grant_says(self, sale: Sale) -> None:
        assert all(part.amount_fen <= part.wanted_fen for one in plan_credits(sale) for part in one.parts)

    @given(support.sales())
    def test_below_the_cap_each_part_is_the_floor_of_its_own_grant(self, sale: Sale) -> None:
        credits = plan_credits(sale)
        for index, line in enumerate(sale.lines):
            parts = [credit.parts[index] for credit in credits]
            if sum(part.wanted_fen for part in parts) <= parts[0].cap_fen:
                for part in parts:
                    fixed = part.fixed_fen * line.quantity
                    assert part.amount_fen == (fixed or line.goods_paid_fen * part.rate_bps // 10_000)

    @given(support.sales(), st.integers(0, 10**6))
    def test_another_line_changes_no_other_figure(self, sale: Sale, goods_paid_fen: int) -> None:
        other = SaleLine(99, "别的商品", 1, Fen(goods_paid_fen))
        frozen = replace(sale.terms, lines=(*sale.terms.lines, replace(sale.terms.lines[0], line_no=99)))
        more = replace(sale, lines=(*sale.lines, other), terms=frozen)
        assert [one.parts for one in plan_credits(sale)] == [one.parts[:-1] for one in plan_credits(more)]

    @given(support.sales())
    def test_a_payee_who_earns_nothing_changes_no_other_figure(self, sale: Sale) -> None:
        """R12: an excluded upline's share stays with the shop, nobody moves up."""
        nobody = Payee("MBN", 3, "", "L3", "DISABLED")
        lines = tuple(replace(line, grants=(*line.grants, Grant("NONE"))) for line in sale.terms.lines)
        more = replace(sale, terms=replace(sale.terms, payees=(*sale.terms.payees, nobody), lines=lines))
        assert amounts(more) == [*amounts(sale), 0]

    def test_a_line_that_was_free_earns_nothing_even_by_a_fixed_amount(self) -> None:
        frozen = support.terms(*support.chain(1), grants={1: [Grant("SKU_FIXED", 0, Fen(500))]})
        assert amounts(support.sale(lines=(SaleLine(1, "赠品", 2, Fen(0)),), frozen=frozen)) == [0]

    def test_a_fixed_amount_counts_for_each_piece(self) -> None:
        frozen = support.terms(*support.chain(1), grants={1: [Grant("SKU_FIXED", 0, Fen(500))]})
        assert amounts(support.sale(lines=(SaleLine(1, "茶", 3, Fen(9000)),), frozen=frozen)) == [1500]

    def test_fixed_amounts_over_the_cap_are_scaled_down_to_it_exactly(self) -> None:
        grants = [Grant("SKU_FIXED", 0, Fen(600)), Grant("SKU_FIXED", 0, Fen(300))]
        frozen = support.terms(*support.chain(2), grants={1: grants}, cap_bps=3000)
        assert amounts(support.sale(lines=(SaleLine(1, "茶", 1, Fen(1000)),), frozen=frozen)) == [200, 100]

    def test_without_a_plan_nobody_is_paid(self) -> None:
        assert plan_credits(support.sale(frozen=Terms("", 0, "", 0, (), ()))) == ()


@st.composite
def refund_histories(draw: st.DrawFn) -> tuple[Sale, list[tuple[SaleLine, int]]]:
    """A sale whose lines are refunded whole, cut into slices, in any order over the lines."""
    sale = draw(support.sales())
    steps: list[tuple[SaleLine, int]] = []
    for line in sale.lines:
        if line.goods_paid_fen:
            cuts = draw(st.sets(st.integers(1, line.goods_paid_fen), max_size=8)) | {line.goods_paid_fen}
            sums = sorted(cuts)
            steps += [(line, after - before) for before, after in zip([0, *sums], sums, strict=False)]
    return sale, draw(st.permutations(steps))


class TestTakingBack:
    @given(refund_histories())
    def test_any_order_and_slicing_takes_back_exactly_everything(
        self, history: tuple[Sale, list[tuple[SaleLine, int]]]
    ) -> None:
        """Invariant 11, for every payee; 0 <= clawed <= credited at every step."""
        sale, steps = history
        for row in commissions(sale):
            for line, amount_fen in steps:
                before = row.clawed_fen
                row = refunded(row, line, amount_fen)
                assert before <= row.clawed_fen <= row.amount_fen
                floors = (
                    part.amount_fen * row.refunded_by_line.get(str(part.line_no), 0) // max(part.base_fen, 1)
                    for part in row.parts
                )
                assert row.clawed_fen == sum(floors)
            assert row.left_fen == 0

    @given(refund_histories(), st.randoms())
    def test_the_same_refunds_in_another_order_end_equal(
        self, history: tuple[Sale, list[tuple[SaleLine, int]]], chance: object
    ) -> None:
        sale, steps = history
        some = steps[: len(steps) // 2 + 1]
        for row in commissions(sale):
            one = other = row
            for line, amount_fen in some:
                one = refunded(one, line, amount_fen)
            for line, amount_fen in reversed(some):
                other = refunded(other, line, amount_fen)
            assert one == other

    def test_a_line_that_earned_nothing_takes_nothing(self) -> None:
        frozen = support.terms(*support.chain(1), grants={1: [Grant("OFF")], 2: [Grant("PLAN", 1000)]})
        (row,) = commissions(support.sale(frozen=frozen))
        assert take_back(row, {1: RefundedLine(Fen(9999), Fen(0), Fen(9999))}) is None

    def test_more_than_was_paid_cannot_be_refunded(self) -> None:
        row = refunded(commissions(support.sale())[0], support.LINES[0], 9999)
        with pytest.raises(ValueError):
            refunded(row, support.LINES[0], 1)
