"""What coupons fit and take off, exactly (A1, invariant 20)."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.kernel.money import Fen
from chalicelib.marketing.rules import (
    STOCK_SHARDS,
    BadOffer,
    Coupon,
    Goods,
    Terms,
    Validity,
    check_offer,
    covers,
    deepest,
    discounts,
    misfit,
    pick_shards,
    scope_text,
    terms_text,
)

AT = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
DAYS = Validity(days=7)


def goods(amount_fen: int, product_id: str = "PR1", *category_ids: str) -> Goods:
    return Goods(product_id, frozenset(category_ids or ("CA1",)), Fen(amount_fen))


def fixed(off_fen: int, threshold_fen: int = 0, **more: object) -> Terms:
    return Terms("券", "FIXED", Fen(off_fen), threshold_fen=Fen(threshold_fen), **more)  # type: ignore[arg-type]


def percent(off_bps: int, **more: object) -> Terms:
    return Terms("券", "PERCENT", off_bps=off_bps, **more)  # type: ignore[arg-type]


class TestFit:
    def test_a_coupon_for_everything_fits_everything(self) -> None:
        assert misfit(fixed(100), [goods(500)], None) is None

    def test_a_threshold_counts_only_the_goods_it_is_for(self) -> None:
        """100 yuan of tea are needed; 60 of tea and 60 of cups leave 40."""
        terms = fixed(2_000, 10_000, category_ids=("CA-TEA",))
        basket = [goods(6_000, "PR1", "CA-TEA"), goods(6_000, "PR2", "CA-CUPS")]
        assert misfit(terms, basket, None) == "还差 ¥40.00 可用"
        assert misfit(terms, [goods(10_000, "PR1", "CA-TEA")], None) is None

    def test_other_goods_and_other_levels(self) -> None:
        assert misfit(fixed(100, product_ids=("PR9",)), [goods(500)], None) == "没有可用这张券的商品"
        terms = fixed(100, level_ids=("gold",))
        assert misfit(terms, [goods(500)], "silver") == misfit(terms, [goods(500)], None) != None  # noqa: E711
        assert misfit(terms, [goods(500)], "gold") is None

    def test_a_category_covers_what_is_below_it(self) -> None:
        terms = fixed(100, category_ids=("CA-TOP",))
        assert covers(terms, goods(1, "PR1", "CA-SUB", "CA-TOP"))
        assert not covers(terms, goods(1, "PR1", "CA-SUB"))


class TestDiscount:
    def test_worked_by_hand(self) -> None:
        """20 yuan off 99.99 + 10.01: shares 18.18 and 1.82."""
        assert discounts(fixed(2_000), [goods(9_999), goods(1_001)]) == (1_818, 182)
        assert discounts(percent(2_000), [goods(9_999), goods(1_001)]) == (2_000, 200)
        assert discounts(percent(5_000, max_off_fen=Fen(300)), [goods(1_000)]) == (300,)
        assert discounts(fixed(2_000), [goods(500), goods(0)]) == (500, 0)

    @given(
        st.lists(st.tuples(st.integers(0, 10**7), st.booleans()), min_size=1, max_size=37),
        st.one_of(
            st.builds(fixed, st.integers(1, 10**7)),
            st.builds(percent, st.integers(1, 10_000)),
            st.builds(
                lambda bps, most: percent(bps, max_off_fen=Fen(most)),
                st.integers(1, 10_000),
                st.integers(1, 10**5),
            ),
        ),
    )
    def test_the_parts_sum_exactly_and_no_line_falls_below_zero(
        self, lines: list[tuple[int, bool]], terms: Terms
    ) -> None:
        """Invariant 20, and only the goods it is for bear it."""
        scoped = Terms(**{**vars(terms), "product_ids": ("PR-IN",)})
        basket = [goods(amount, "PR-IN" if inside else "PR-OUT") for amount, inside in lines]
        if misfit(scoped, basket, None) is not None:
            return
        parts = discounts(scoped, basket)
        base = sum(amount for amount, inside in lines if inside)
        most = scoped.off_fen if scoped.kind == "FIXED" else base * scoped.off_bps // 10_000
        assert sum(parts) == min(
            base, most, *([scoped.max_off_fen] if scoped.max_off_fen is not None else [])
        )
        for part, (amount, inside) in zip(parts, lines, strict=True):
            assert 0 <= part <= (amount if inside else 0)


class TestDeepest:
    def test_worked_by_hand(self) -> None:
        """A cup of 45 yuan: 立减 10 takes 10; 满 100 减 20 takes a fifth, 9; 打八折 takes 9."""
        cup = goods(4_500)
        assert deepest([fixed(1_000)], cup) == 1_000
        assert deepest([fixed(2_000, 10_000)], cup) == 900
        assert deepest([percent(2_000)], cup) == 900
        assert deepest([fixed(2_000, 3_000)], cup) == 2_000
        assert deepest([fixed(9_900), percent(100)], cup) == 4_500
        assert deepest([percent(5_000, max_off_fen=Fen(300))], cup) == 300
        assert deepest([fixed(1_000, product_ids=("PR9",))], cup) == deepest([], cup) == 0

    def test_the_odd_fen_may_fall_on_this_piece(self) -> None:
        """满 3 分减 2 分 on three pieces of one fen: the first bears a whole fen, not two thirds."""
        assert discounts(fixed(2, 3), [goods(1)] * 3) == (1, 1, 0)
        assert deepest([fixed(2, 3)], goods(1)) == 1

    @given(
        st.integers(1, 100_000),
        st.integers(1, 5),
        st.lists(st.integers(1, 100_000), max_size=4),
        st.one_of(
            st.builds(percent, st.integers(1, 10_000)),
            st.builds(
                lambda off, more: fixed(off, off + more), st.integers(1, 50_000), st.integers(0, 50_000)
            ),
        ),
    )
    def test_no_basket_takes_more_off_a_piece(
        self, price: int, quantity: int, others: list[int], terms: Terms
    ) -> None:
        """The guards may trust it: whatever lies beside the article, a piece bears no more."""
        basket = [goods(price * quantity), *(goods(one) for one in others)]
        if misfit(terms, basket, None) is None:
            assert discounts(terms, basket)[0] <= deepest([terms], goods(price)) * quantity


class TestOffers:
    @pytest.mark.parametrize(
        ("terms", "validity", "field"),
        [
            (fixed(0), DAYS, "off_fen"),
            (fixed(200, 100), DAYS, "off_fen"),
            (percent(0), DAYS, "off_bps"),
            (percent(10_001), DAYS, "off_bps"),
            (fixed(100), Validity(), "validity"),
            (fixed(100), Validity(None, AT, AT), "validity"),
        ],
    )
    def test_an_offer_that_makes_no_sense_is_refused_with_its_field(
        self, terms: Terms, validity: Validity, field: str
    ) -> None:
        with pytest.raises(BadOffer) as refused:
            check_offer(terms, validity)
        assert set(refused.value.fields) == {field}

    def test_good_ones_pass(self) -> None:
        check_offer(fixed(100, 100), DAYS)
        check_offer(percent(10_000), Validity(None, AT, AT + timedelta(days=1)))

    def test_days_end_at_midnight_in_china(self) -> None:
        starts_at, ends_at = Validity(days=0).window(AT)
        assert starts_at == AT and ends_at - AT == timedelta(hours=14)
        both = Validity(days=30, starts_at=AT + timedelta(days=1), ends_at=AT + timedelta(days=2))
        assert both.window(AT) == (AT + timedelta(days=1), AT + timedelta(days=2))

    def test_in_words(self) -> None:
        assert terms_text(fixed(2_000, 10_000)) == "满 ¥100.00 减 ¥20.00"
        assert terms_text(fixed(500)) == "立减 ¥5.00"
        assert terms_text(percent(2_000, max_off_fen=Fen(3_000))) == "减 20%，最多减 ¥30.00"
        assert scope_text(fixed(1)) == "全场商品可用"
        assert scope_text(fixed(1, category_ids=("C",))) == "限指定商品"
        assert scope_text(fixed(1, product_ids=("P",), level_ids=("gold",))) == "限指定商品，限指定等级"


@given(
    st.dictionaries(st.integers(0, STOCK_SHARDS - 1), st.integers(0, 20)),
    st.integers(0, STOCK_SHARDS - 1),
    st.integers(1, 60),
)
def test_stock_is_found_wherever_it_lies(left: dict[int, int], start: int, count: int) -> None:
    """Sold out means that nothing is left anywhere, not that one counter is empty."""
    taken = pick_shards(left, start, count)
    if sum(left.values()) < count:
        assert taken is None
    else:
        assert taken is not None and sum(taken.values()) == count
        assert all(0 < some <= left[shard] for shard, some in taken.items())


def test_stock_is_taken_from_where_one_begins_so_that_not_all_meet_at_one_counter() -> None:
    assert pick_shards({0: 5, 3: 5}, 3, 2) == {3: 2}
    assert pick_shards({0: 5, 3: 1}, 3, 2) == {3: 1, 0: 1}


def test_a_coupon_is_usable_from_its_first_moment_until_its_last() -> None:
    """The first moment counts, the last does not; used or revoked it never is."""
    coupon = Coupon(
        "MBA", "CP1", "CT1", Terms("减", "FIXED", Fen(1)), "UNUSED", "CLAIM", AT, AT, AT + timedelta(days=1)
    )
    moments = [AT - timedelta(seconds=1), AT, AT + timedelta(days=1, seconds=-1), AT + timedelta(days=1)]
    assert [coupon.is_usable(at) for at in moments] == [False, True, True, False]
    assert not replace(coupon, status="USED").is_usable(AT)


def test_a_coupon_may_begin_later_and_end_at_a_moment_alone() -> None:
    begins, ends = AT + timedelta(days=1), AT + timedelta(days=2)
    assert Validity(starts_at=begins, ends_at=ends).window(AT) == (begins, ends)
    assert Validity(starts_at=begins, ends_at=ends).window(ends) == (ends, ends)
