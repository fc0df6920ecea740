"""What a basket costs: exact, from the shop's data alone (O1; invariants 4, 20)."""

from hypothesis import given
from hypothesis import strategies as st

from chalicelib.catalog.rules import FreightRate, FreightTemplate, Product, Sku
from chalicelib.kernel.money import Fen
from chalicelib.orders import rules
from chalicelib.orders.price import Wanted, merged, price

RATE = FreightRate(first_units=1, first_fee_fen=1_200, next_units=2, next_fee_fen=300)
TEMPLATE = FreightTemplate("T1", "标准", "PIECE", RATE)


def product(number: int, price_fen: int, *, is_free: bool) -> Product:
    return Product(
        product_id=f"PR{number}",
        title=f"商品{number}",
        subtitle="",
        category_id="CA1",
        picture_urls=(),
        description=(),
        is_on_shelf=True,
        freight_template_id=None if is_free else "T1",
        skus=(Sku(f"SK{number}", "标准", Fen(price_fen)),),
    )


@given(
    st.lists(
        st.tuples(st.integers(1, 10**6), st.integers(1, 99), st.booleans()),
        min_size=1,
        max_size=rules.MAX_LINES,
    )
)
def test_the_total_is_exactly_lines_and_freight(goods: list[tuple[int, int, bool]]) -> None:
    """Invariant 4: Σ lines + freight, in whole fen, whatever the basket."""
    products = {
        f"PR{number}": product(number, price_fen, is_free=is_free)
        for number, (price_fen, _, is_free) in enumerate(goods)
    }
    basket = [Wanted(f"PR{number}", f"SK{number}", units) for number, (_, units, _) in enumerate(goods)]
    left = {one.sku_id: 100 for one in basket}
    quoted = price(basket, products, left, level_id=None, templates={"T1": TEMPLATE}, province="广东省")
    assert quoted.can_place
    assert [line.goods_fen for line in quoted.lines] == [price_fen * units for price_fen, units, _ in goods]
    charged = sum(units for _, units, is_free in goods if not is_free)
    freight_fen = 1_200 + -(-(charged - 1) // 2) * 300 if charged else 0
    assert quoted.freight_fen == freight_fen
    assert quoted.total_fen == quoted.goods_fen + freight_fen


def test_a_line_that_cannot_be_bought_costs_nothing() -> None:
    products = {"PR1": product(1, 500, is_free=False), "PR2": product(2, 700, is_free=True)}
    basket = [Wanted("PR1", "SK1", 2), Wanted("PR2", "SK2", 1), Wanted("PR3", "SK3", 1)]
    quoted = price(
        basket, products, {"SK1": 1, "SK2": 9}, level_id=None, templates={"T1": TEMPLATE}, province="广东省"
    )
    assert [line.problem for line in quoted.lines] == ["TOO_FEW_LEFT", None, "GONE"]
    assert (quoted.goods_fen, quoted.freight_fen, quoted.can_place) == (700, 0, False)


@given(st.lists(st.tuples(st.sampled_from(["A", "B", "C"]), st.integers(1, 9))))
def test_merging_a_basket_keeps_every_unit(goods: list[tuple[str, int]]) -> None:
    basket = [Wanted("P", sku_id, units) for sku_id, units in goods]
    once = merged(basket)
    assert len({one.sku_id for one in once}) == len(once)
    assert sum(one.quantity for one in once) == sum(units for _, units in goods)
