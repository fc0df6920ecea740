"""Coupon and points at checkout, on paper: exact, bounded, path-independent (invariants 19, 20)."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from chalicelib.catalog.rules import Product, Sku
from chalicelib.kernel.money import Fen, Points
from chalicelib.marketing.rules import Coupon, Terms
from chalicelib.orders.move_refund import points_of_units
from chalicelib.orders.price import Quote, QuoteLine, Wanted
from chalicelib.orders.redeem import Purse, Redeem, redeem
from chalicelib.wallet.move_points import PointsRules
from tests.orders.build import line

AT = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)


def quoted(*amounts: int, freight_fen: int = 1_200) -> Quote:
    lines = []
    for number, amount in enumerate(amounts):
        sku = Sku(f"SK{number}", "标准", Fen(amount))
        product = Product(f"PR{number}", "茶", "", "CA1", (), (), True, None, (sku,))
        lines.append(
            QuoteLine(Wanted(product.product_id, sku.sku_id, 1), product, sku, Fen(amount), Fen(amount), 9)
        )
    goods = sum(amounts)
    return Quote(tuple(lines), Fen(goods), Fen(freight_fen), Fen(goods + freight_fen))


def coupon(off_fen: int, threshold_fen: int = 0, coupon_id: str = "CP1", **more: object) -> Coupon:
    terms = Terms("券", "FIXED", Fen(off_fen), threshold_fen=Fen(threshold_fen))
    made = Coupon("MB1", coupon_id, "CT1", terms, "UNUSED", "CLAIM", AT, AT, AT + timedelta(days=7))
    return replace(made, **more)  # type: ignore[arg-type]


def purse(*coupons: Coupon, points: int = 0, max_share_bps: int = 10_000, fen_per_point: int = 100) -> Purse:
    rules = PointsRules(fen_per_point=fen_per_point, max_share_bps=max_share_bps)
    return Purse(coupons, Points(points), rules, None, {}, AT)


def test_worked_by_hand() -> None:
    """99.99 + 10.01: the coupon takes 18.18 + 1.82, thirty points take 27.27 + 2.73, freight stays."""
    made = redeem(quoted(9_999, 1_001), Redeem("CP1", 30), purse(coupon(2_000), points=100))
    lines = made.quote.lines
    assert [(one.coupon_fen, one.points_fen, one.points) for one in lines] == [
        (1_818, 2_727, 27),
        (182, 273, 3),
    ]
    assert [one.net_fen for one in lines] == [5_454, 546]
    assert (made.quote.coupon_fen, made.quote.points, made.quote.points_fen) == (2_000, 30, 3_000)
    assert made.quote.total_fen == 5_454 + 546 + 1_200


@given(
    st.lists(st.integers(0, 10**7), min_size=1, max_size=37),
    st.integers(1, 10**7),
    st.integers(0, 10**5),
    st.integers(0, 10**5),
    st.integers(0, 10_000),
    st.integers(1, 1_000),
)
def test_the_lines_sum_to_the_order_whatever_is_redeemed(
    amounts: list[int], off_fen: int, wanted: int, have: int, max_share_bps: int, fen_per_point: int
) -> None:
    """Invariant 20: Σ net + freight = total; coupon and points exactly spread; nothing below zero."""
    whole = purse(coupon(off_fen), points=have, max_share_bps=max_share_bps, fen_per_point=fen_per_point)
    before = quoted(*amounts)
    made = redeem(before, Redeem("CP1", wanted), whole)
    after, lines = made.quote, made.quote.lines
    assert sum(one.coupon_fen for one in lines) == after.coupon_fen
    assert sum(one.points_fen for one in lines) == after.points_fen == after.points * fen_per_point
    assert sum(one.points for one in lines) == after.points == min(wanted, made.max_points)
    assert all(one.net_fen >= 0 and one.points >= 0 for one in lines)
    assert sum(one.net_fen for one in lines) + 1_200 == after.total_fen
    assert after.points <= have
    assert after.points_fen * 10_000 <= (before.goods_fen - after.coupon_fen) * max_share_bps


@given(st.integers(0, 10**6), st.lists(st.integers(1, 5), min_size=1, max_size=12))
def test_any_slices_of_refunds_give_back_exactly_all_points(points: int, slices: list[int]) -> None:
    """Invariants 8 and 11 in points: never more than was spent, and in the end all of it."""
    part = replace(line(1, quantity=sum(slices)), points=Points(points))
    given_back = 0
    for units in slices:
        given_back += points_of_units(part, units)
        part = replace(part, refunded_quantity=part.refunded_quantity + units)
        assert given_back == points * part.refunded_quantity // part.quantity
    assert given_back == points


def test_the_best_coupon_is_the_one_that_takes_off_most_then_the_one_that_runs_out_first() -> None:
    small, big = coupon(500), coupon(2_000, coupon_id="CP2")
    soon = coupon(2_000, coupon_id="CP3", expires_at=AT + timedelta(days=1))
    made = redeem(quoted(9_999), Redeem(), purse(small, big, soon))
    assert made.best_coupon_id == "CP3"
    assert made.quote.coupon_fen == 0, "nothing is taken off that was not asked"


def test_what_does_not_fit_says_why() -> None:
    cases = {
        "还差 ¥100.01 可用": coupon(2_000, 20_000),
        "这张券已经用过或失效了": coupon(2_000, status="USED"),
        "这张券已经过期了": coupon(2_000, expires_at=AT),
        "还没到使用时间": coupon(2_000, starts_at=AT + timedelta(days=1)),
    }
    for words, one in cases.items():
        made = redeem(quoted(9_999), Redeem("CP1"), purse(one))
        assert (made.coupon, made.coupon_problem, made.quote.coupon_fen) == (None, words, 0)
        assert made.best_coupon_id is None
    assert redeem(quoted(9_999), Redeem("CP9"), purse()).coupon_problem == "没有找到这张优惠券"


def test_the_most_points_in_words() -> None:
    assert redeem(quoted(9_999), Redeem(), purse()).points_says == "暂时没有可用的积分。"
    assert "用不上积分" in redeem(quoted(99), Redeem(), purse(points=5)).points_says
    half = redeem(quoted(10_000), Redeem(None, 80), purse(points=100, max_share_bps=5_000))
    assert half.points_says == "您有 100 积分，本单最多可用 50 积分，抵 ¥50.00（积分最多抵商品金额的 50%）。"
    assert (half.quote.points, half.points_problem) == (50, "本单最多可用 50 积分")
    assert redeem(quoted(10_000), Redeem(None, 7), purse(points=7)).points_says.endswith("抵 ¥7.00。")


def test_coupon_and_points_may_pay_everything_but_the_freight() -> None:
    made = redeem(quoted(5_000, 2_000, freight_fen=0), Redeem("CP1", 50), purse(coupon(2_000), points=50))
    assert made.quote.total_fen == 0
