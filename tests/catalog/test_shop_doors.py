"""Shoppers' doors of the catalogue (P1)."""

import pytest

from chalicelib.catalog.rules import Promotion, Sku
from chalicelib.catalog.set_shelf import set_shelf
from chalicelib.distributors import store as distributors
from chalicelib.distributors.rules import Distributor
from chalicelib.kernel import clock
from chalicelib.kernel.dynamo import commit
from chalicelib.kernel.money import Fen
from tests.catalog.shop import PICTURE, category, on_shelf, template
from tests.support import api
from tests.support.world import Clock

ME = "ME0000000000000000000000SHOP"
SECRET = Sku(
    "",
    "红",
    Fen(10_000),
    Fen(12_000),
    {"gold": Fen(9_000)},
    Fen(4_444),
    500,
    Promotion(rates_bps=(777,)),
)


def make_distributor(level_id: str, status: str = "APPROVED") -> None:
    at = clock.now()
    standing = Distributor(ME, status, level_id, at, at)
    commit(distributors.change(None, standing, "ASSIGNED", by="STTEST", at=at, reason="测试"))


def test_anyone_may_look_without_signing_in(world: Clock) -> None:
    main = category("服饰", picture_url=PICTURE)
    sub = category("外套", main)
    category("内部", is_shown=False)
    product = on_shelf(sub.category_id, "羽绒服", subtitle="轻暖")

    shown = api.get("/shop/categories").json["items"]
    assert [(one["name"], [child["name"] for child in one["children"]]) for one in shown] == [
        ("服饰", ["外套"])
    ]
    for path in (
        "/shop/products",
        f"/shop/products?category_id={main.category_id}&sort=price_up",
        "/shop/search?q=%E7%BE%BD%E7%BB%92",
    ):
        answer = api.get(path)
        assert answer.status == 200
        (card,) = answer.json["items"]
        assert (card["title"], card["price_fen"], card["picture_url"]) == ("羽绒服", 10_000, PICTURE)
        assert card["your_price_fen"] is None
    detail = api.get(f"/shop/products/{product.product_id}").json
    assert detail["has_free_delivery"] is True and detail["is_favourite"] is False
    assert [sku["price_fen"] for sku in detail["skus"]] == [10_000]


def test_a_category_that_is_gone_lists_nothing(world: Clock) -> None:
    assert api.get("/shop/products?category_id=CANONE").json == {"items": [], "next": None}


def test_off_the_shelf_is_not_there_for_shoppers(world: Clock) -> None:
    product = on_shelf(category().category_id)
    set_shelf(product.product_id, is_on_shelf=False, version=product.version)
    for path in (f"/shop/products/{product.product_id}", "/shop/products/PRNONE"):
        answer = api.get(path)
        assert (answer.status, answer.json["code"]) == (404, "PRODUCT_UNKNOWN")
    assert api.get("/shop/products").json["items"] == []


def test_cost_and_promotion_never_leave_through_shop_doors(world: Clock) -> None:
    """P1, trust A6.3: not as a field and not as a figure."""
    place = category()
    product = on_shelf(
        place.category_id, "羽绒服", skus=(SECRET,), freight_template_id=template().template_id
    )
    token = api.member_token(ME)
    api.put(f"/shop/favourites/{product.product_id}", token=token)
    for path in (
        "/shop/products",
        "/shop/search?q=%E7%BE%BD%E7%BB%92",
        "/shop/favourites",
        f"/shop/products/{product.product_id}",
    ):
        answer = api.get(path, token=token)
        assert answer.status == 200 and "羽绒服" in answer.body.decode()
        for secret in ("4444", "777", "cost", "promotion", "9000", "gold"):
            assert secret not in answer.body.decode(), path


@pytest.mark.parametrize(
    ("level_id", "status", "price_fen"),
    [("gold", "APPROVED", 9_000), ("silver", "APPROVED", None), ("gold", "DISABLED", None)],
)
def test_a_distributor_sees_the_price_of_its_own_level_where_there_is_one(
    world: Clock, level_id: str, status: str, price_fen: int | None
) -> None:
    """P1: member price by level, shown only where it applies, and never another level's."""
    product = on_shelf(category().category_id, "羽绒服", skus=(SECRET,))
    make_distributor(level_id, status)
    token = api.member_token(ME)
    (card,) = api.get("/shop/products", token=token).json["items"]
    (sku,) = api.get(f"/shop/products/{product.product_id}", token=token).json["skus"]
    for shown in (card, sku):
        assert (shown["price_fen"], shown["your_price_fen"]) == (10_000, price_fen)


def test_favourites_are_marked_once_listed_last_first_and_taken_away(world: Clock) -> None:
    place, token = category().category_id, api.member_token(ME)
    tea, cup = on_shelf(place, "茶"), on_shelf(place, "杯")
    for product in (tea, cup, tea):
        world.advance(minutes=1)
        assert api.put(f"/shop/favourites/{product.product_id}", token=token).status == 204
    first = api.get("/shop/favourites?limit=1", token=token).json
    second = api.get(f"/shop/favourites?limit=1&next={first['next']}", token=token).json
    assert [one["title"] for page in (first, second) for one in page["items"]] == ["茶", "杯"]
    assert api.get(f"/shop/products/{tea.product_id}", token=token).json["is_favourite"] is True
    assert api.get("/shop/favourites", token=api.member_token("MEOTHER")).json["items"] == []

    for _ in range(2):
        assert api.delete(f"/shop/favourites/{tea.product_id}", token=token).status == 204
    assert [one["title"] for one in api.get("/shop/favourites", token=token).json["items"]] == ["杯"]
    set_shelf(cup.product_id, is_on_shelf=False, version=cup.version)
    assert api.get("/shop/favourites", token=token).json["items"] == []
    assert api.put(f"/shop/favourites/{cup.product_id}", token=token).status == 404
    assert api.put("/shop/favourites/PRNONE", token=token).status == 404


def test_favourites_are_of_members(world: Clock) -> None:
    for call in (
        api.get("/shop/favourites"),
        api.put("/shop/favourites/PR1"),
        api.delete("/shop/favourites/PR1"),
    ):
        assert call.status == 401


def test_what_a_list_does_not_take_is_refused(world: Clock) -> None:
    for query in ("sort=cheapest", "limit=x", "level_id=gold", "next=forged", "is_on_shelf=false"):
        assert api.get(f"/shop/products?{query}").status in (400, 422), query


def test_a_search_needs_a_word(world: Clock) -> None:
    assert api.get("/shop/search").status == 422
    assert api.get("/shop/search?q=%EF%BC%81").json == {"items": [], "next": None}
    assert api.get("/shop/search?q=a&next=forged").status == 400
