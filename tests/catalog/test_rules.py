"""Prices, promotion, freight and what a product may be (P1, P2, O1)."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.catalog.check_product import check_product, is_ours
from chalicelib.catalog.rules import (
    Block,
    FreightRate,
    FreightTemplate,
    NoDelivery,
    Product,
    Promotion,
    RegionRate,
    Sku,
    SkuForeign,
    check_template,
    freight,
    is_in,
    price_of,
    promotion_of,
    with_sku_ids,
)
from chalicelib.kernel.errors import Invalid
from chalicelib.kernel.money import Fen
from tests.catalog.shop import PICTURE, draft

HOST = "https://shop.example.com"
RATE = FreightRate(first_units=2, first_fee_fen=1_000, next_units=3, next_fee_fen=200)
BY_PIECE = FreightTemplate("FT1", "按件", "PIECE", RATE)
BY_WEIGHT = FreightTemplate("FT2", "按重量", "WEIGHT", FreightRate(1_000, 800, 500, 150))
SKU = Sku("SK1", "红", Fen(1_000), member_prices_fen={"gold": Fen(900)})


# -- prices and promotion -----------------------------------------------------------------------


def test_a_level_pays_its_own_price_and_all_others_retail() -> None:
    """P1: member price by level."""
    assert price_of(SKU, "gold") == 900
    assert price_of(SKU, "silver") == 1_000
    assert price_of(SKU, None) == 1_000


def test_lists_show_the_lowest_price_of_each_level_over_all_articles() -> None:
    dear = Sku("SK2", "蓝", Fen(950))
    product = replace(draft("CA1"), skus=(SKU, dear))
    assert product.price_fen == 950
    assert product.member_prices_fen == {"gold": 900}


def test_an_articles_own_promotion_overrides_the_products_as_a_whole() -> None:
    """P2: the first set decides; off for one is off."""
    product = replace(draft("CA1"), promotion=Promotion(rates_bps=(1_000, 500)))
    assert promotion_of(product, SKU) == product.promotion
    off = replace(SKU, promotion=Promotion(takes_part=False))
    assert promotion_of(product, off).takes_part is False
    fixed = replace(SKU, promotion=Promotion(fixed_fen=(88,)))
    assert promotion_of(product, fixed) == Promotion(fixed_fen=(88,))


# -- freight ------------------------------------------------------------------------------------


def parcel(template: FreightTemplate | None, quantity: int, weight_g: int = 0, goods_fen: int = 0):
    return (template.template_id if template else None, quantity, weight_g, goods_fen)


def charged(*parcels, province: str = "广东省", templates=(BY_PIECE, BY_WEIGHT)) -> Fen:
    return freight({one.template_id: one for one in templates}, parcels, province)


@pytest.mark.parametrize(
    ("quantity", "fee_fen"), [(1, 1_000), (2, 1_000), (3, 1_200), (5, 1_200), (6, 1_400)]
)
def test_by_piece_each_started_step_beyond_the_first_counts(quantity: int, fee_fen: int) -> None:
    assert charged(parcel(BY_PIECE, quantity)) == fee_fen


@pytest.mark.parametrize(("quantity", "fee_fen"), [(1, 800), (2, 800), (3, 950), (4, 1_100)])
def test_by_weight_counts_grams_of_all_pieces(quantity: int, fee_fen: int) -> None:
    assert charged(parcel(BY_WEIGHT, quantity, weight_g=500)) == fee_fen


def test_lines_under_one_template_are_weighed_together() -> None:
    apart = charged(parcel(BY_PIECE, 1)) * 2
    assert charged(parcel(BY_PIECE, 1), parcel(BY_PIECE, 1)) == 1_000 < apart


def test_several_templates_in_one_order_are_summed() -> None:
    assert charged(parcel(BY_PIECE, 1), parcel(BY_WEIGHT, 3, 500)) == 1_950


def test_goods_without_a_template_travel_free() -> None:
    assert charged(parcel(None, 9, 9_000, 1)) == 0


def test_free_from_an_amount_of_goods_under_the_template_on() -> None:
    free = replace(BY_PIECE, rate=replace(RATE, free_over_fen=9_900))
    assert charged(parcel(free, 5, goods_fen=9_899), templates=(free,)) == 1_200
    assert charged(parcel(free, 5, goods_fen=9_900), templates=(free,)) == 0
    other = parcel(BY_WEIGHT, 1, 500, 50_000)
    assert charged(parcel(free, 5, goods_fen=1), other, templates=(free, BY_WEIGHT)) == 1_200 + 800


def test_a_province_has_its_own_rate() -> None:
    far = replace(
        BY_PIECE, regions=(RegionRate(("新疆维吾尔自治区", "西藏自治区"), FreightRate(1, 2_500, 1, 1_500)),)
    )
    assert charged(parcel(far, 2), province="西藏自治区", templates=(far,)) == 4_000
    assert charged(parcel(far, 2), province="广东省", templates=(far,)) == 1_000


def test_a_province_without_delivery_is_refused_by_name_even_when_it_would_be_free() -> None:
    never = replace(BY_PIECE, rate=replace(RATE, free_over_fen=1), no_delivery=("台湾省",))
    with pytest.raises(NoDelivery) as refusal:
        charged(
            parcel(never, 1, goods_fen=100),
            parcel(BY_WEIGHT, 1),
            province="台湾省",
            templates=(never, BY_WEIGHT),
        )
    assert "台湾省" in refusal.value.detail
    assert refusal.value.facts == {"province": "台湾省", "template_ids": ["FT1"]}


@pytest.mark.parametrize(
    ("written", "named"),
    [("内蒙古", "内蒙古自治区"), ("北京", "北京市"), ("黑龙江省", "黑龙江省"), ("陕西", "陕西省")],
)
def test_provinces_are_the_same_with_and_without_their_rank(written: str, named: str) -> None:
    assert is_in(written, [named])
    assert not is_in(written, ["山西省"])


def test_a_province_may_stand_only_once_in_a_template() -> None:
    region = RegionRate(("广东省",), RATE)
    check_template(replace(BY_PIECE, regions=(region,), no_delivery=("台湾省",)))
    with pytest.raises(Invalid):
        check_template(replace(BY_PIECE, regions=(region, region)))
    with pytest.raises(Invalid):
        check_template(replace(BY_PIECE, regions=(region,), no_delivery=("广东省",)))


rates = st.builds(
    FreightRate,
    first_units=st.integers(1, 5_000),
    first_fee_fen=st.integers(0, 10_000),
    next_units=st.integers(1, 5_000),
    next_fee_fen=st.integers(0, 10_000),
    free_over_fen=st.none() | st.integers(1, 100_000),
)
templates = st.builds(
    FreightTemplate,
    template_id=st.sampled_from(["FT1", "FT2", "FT3"]),
    name=st.just("模板"),
    basis=st.sampled_from(["PIECE", "WEIGHT"]),
    rate=rates,
)
parcels = st.tuples(
    st.sampled_from(["FT1", "FT2", "FT3", None]),
    st.integers(1, 999),
    st.integers(0, 20_000),
    st.integers(0, 50_000),
)


def by_hand(template: FreightTemplate, group: list[tuple[str | None, int, int, int]]) -> int:
    """What a shop assistant adds up step by step."""
    if (
        template.rate.free_over_fen is not None
        and sum(one[3] for one in group) >= template.rate.free_over_fen
    ):
        return 0
    units = sum(one[1] * one[2] if template.basis == "WEIGHT" else one[1] for one in group)
    fee_fen, left = template.rate.first_fee_fen, units - template.rate.first_units
    steps, rest = divmod(max(left, 0), template.rate.next_units)
    return fee_fen + (steps + (rest > 0)) * template.rate.next_fee_fen


@given(
    st.lists(templates, min_size=3, max_size=3),
    st.lists(parcels, max_size=12),
    st.randoms(use_true_random=False),
)
def test_freight_is_what_each_template_charges_by_hand_in_any_order(made, basket, chance) -> None:
    known = {f"FT{place}": replace(one, template_id=f"FT{place}") for place, one in enumerate(made, 1)}
    expected = sum(
        by_hand(template, group)
        for template_id, template in known.items()
        if (group := [one for one in basket if one[0] == template_id])
    )
    shuffled = list(basket)
    chance.shuffle(shuffled)
    charge = freight(known, basket, "广东省")
    assert type(charge) is int
    assert charge == expected == freight(known, shuffled, "广东省")


@given(rates, st.integers(1, 998), st.integers(0, 5_000))
def test_more_pieces_never_cost_less_freight_unless_they_make_it_free(
    rate: FreightRate, count: int, weight_g: int
) -> None:
    template = FreightTemplate("FT1", "模板", "WEIGHT", replace(rate, free_over_fen=None))
    fewer, more = (
        freight({"FT1": template}, [("FT1", one, weight_g, 0)], "广东省") for one in (count, count + 1)
    )
    assert rate.first_fee_fen <= fewer <= more


# -- what a product may be ----------------------------------------------------------------------


def checked(product: Product) -> None:
    check_product(product, public_url=HOST)


def test_a_plain_product_is_fine() -> None:
    checked(draft("CA1"))


def with_sku(**more: object) -> Product:
    return replace(draft("CA1"), skus=(replace(SKU, **more),))


@pytest.mark.parametrize(
    ("product", "field"),
    [
        (replace(draft("CA1"), skus=()), "skus"),
        (replace(draft("CA1"), skus=tuple(Sku(f"SK{n}", f"{n}", Fen(1)) for n in range(51))), "skus"),
        (replace(draft("CA1"), skus=(SKU, replace(SKU, sku_id="SK2"))), "skus.name"),
        (with_sku(price_fen=0), "skus.price_fen"),
        (with_sku(member_prices_fen={"gold": 1_001}), "skus.member_prices_fen"),
        (with_sku(member_prices_fen={"gold": 0}), "skus.member_prices_fen"),
        (with_sku(market_price_fen=999), "skus.market_price_fen"),
        (with_sku(promotion=Promotion(rates_bps=(6_000, 4_001))), "promotion.rates_bps"),
        (with_sku(promotion=Promotion(rates_bps=(1, 1, 1, 1))), "promotion.rates_bps"),
        (with_sku(promotion=Promotion(fixed_fen=(500, 401))), "promotion.fixed_fen"),
        (with_sku(promotion=Promotion(rates_bps=(1,), fixed_fen=(1,))), "promotion"),
        (replace(draft("CA1"), promotion=Promotion(rates_bps=(-1,))), "promotion.rates_bps"),
        (replace(draft("CA1"), picture_urls=(PICTURE,) * 13), "picture_urls"),
        (replace(draft("CA1"), description=(Block(text="长" * 8_001),)), "description"),
        (replace(draft("CA1"), description=(Block(text="短"),) * 61), "description"),
        (replace(draft("CA1"), picture_urls=(), is_on_shelf=True), "picture_urls"),
        (replace(draft("CA1"), picture_urls=("https://elsewhere.example/x.jpg",)), "picture_urls"),
        (
            replace(draft("CA1"), description=(Block(picture_url="https://elsewhere.example/x.jpg"),)),
            "picture_urls",
        ),
    ],
)
def test_what_no_product_may_be_is_refused_by_field(product: Product, field: str) -> None:
    with pytest.raises(Invalid) as refusal:
        checked(product)
    assert field in refusal.value.fields


def test_off_the_shelf_a_product_may_wait_for_its_pictures() -> None:
    checked(replace(draft("CA1"), picture_urls=()))


@pytest.mark.parametrize(
    "url",
    [
        f"https://evil.example/?{PICTURE}",
        PICTURE.replace("media/pictures", "media/../secret"),
        PICTURE.replace(".jpg", ".svg"),
        PICTURE + "?x=1",
        "media/pictures/PC01234567890123456789ABCDEF.jpg",
        "",
    ],
)
def test_only_uploaded_pictures_are_ours(url: str) -> None:
    """Trust A6.7: no page of the shop loads anything from elsewhere."""
    assert is_ours(PICTURE, public_url=HOST)
    assert not is_ours(url, public_url=HOST)


def test_articles_keep_their_ids_and_new_ones_get_one() -> None:
    new = Sku("", "新", Fen(1))
    given = with_sku_ids((SKU, new), {"SK1"}, lambda: "SK9")
    assert [one.sku_id for one in given] == ["SK1", "SK9"]
    with pytest.raises(SkuForeign):
        with_sku_ids((SKU,), {"SK2"}, lambda: "SK9")
    with pytest.raises(SkuForeign):
        with_sku_ids((SKU, SKU), {"SK1"}, lambda: "SK9")
