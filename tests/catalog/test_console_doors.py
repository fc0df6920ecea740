"""Staff's doors of the catalogue (P1, P2)."""

from typing import Any

from tests.catalog.shop import PICTURE, category, on_shelf, template
from tests.support import api
from tests.support.world import Clock, dump_all

SKU: dict[str, Any] = {"name": "红 M", "price_fen": 19_900, "cost_fen": 9_000, "weight_g": 500}
RATE = {"first_units": 1, "first_fee_fen": 1_000, "next_units": 1, "next_fee_fen": 200}


def body(category_id: str, **more: Any) -> dict[str, Any]:
    return {"title": "羽绒服", "category_id": category_id, "picture_urls": [PICTURE], "skus": [SKU], **more}


def test_staff_make_edit_show_find_and_delete_a_product(world: Clock) -> None:
    token = api.staff_token("catalog.read", "catalog.edit")
    place = category().category_id
    made = api.post(
        "/console/products",
        body(
            place,
            description=[{"text": "白鸭绒"}, {"picture_url": PICTURE}],
            promotion={"rates_bps": [1_000, 500]},
            skus=[{**SKU, "member_prices_fen": {"gold": 17_900}, "promotion": {"fixed_fen": [300]}}],
            limit_per_order=2,
        ),
        token=token,
    )
    assert made.status == 201 and made.json["version"] == 1 and made.json["is_on_shelf"] is False
    path = f"/console/products/{made.json['product_id']}"
    read = api.get(path, token=token).json
    assert read == made.json
    assert read["promotion"] == {"takes_part": True, "rates_bps": [1_000, 500], "fixed_fen": []}
    (sku,) = read["skus"]
    assert (sku["cost_fen"], sku["member_prices_fen"]) == (9_000, {"gold": 17_900})
    assert sku["promotion"] == {"takes_part": True, "rates_bps": [], "fixed_fen": [300]}

    edit = body(place, title="羽绒马甲", skus=[{**SKU, "sku_id": sku["sku_id"]}], version=1)
    edited = api.put(path, edit, token=token).json
    assert (edited["title"], edited["version"], edited["limit_per_order"]) == ("羽绒马甲", 2, None)
    assert edited["promotion"] == {"takes_part": True, "rates_bps": [], "fixed_fen": []}
    late = api.put(path, edit, token=token)
    assert (late.status, late.json["code"]) == (409, "PRODUCT_EDITED")

    shelf = {"is_on_shelf": True, "version": 2}
    assert api.post(f"{path}/shelf", shelf, token=token).json["is_on_shelf"] is True
    for query in ("", "?shelf=ON&sort=price_down", f"?category_id={place}", "?q=%E9%A9%AC%E7%94%B2"):
        (card,) = api.get(f"/console/products{query}", token=token).json["items"]
        assert (card["title"], card["is_on_shelf"], card["version"]) == ("羽绒马甲", True, 3)
    assert api.get("/console/products?shelf=OFF", token=token).json["items"] == []
    assert api.delete(path, token=token).json["code"] == "PRODUCT_ON_SHELF"
    api.post(f"{path}/shelf", {"is_on_shelf": False, "version": 3}, token=token)
    assert api.delete(path, token=token).status == 204
    assert api.get(path, token=token).status == 404


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"title": ""}, "title"),
    ({"title": "长" * 61}, "title"),
    ({"skus": []}, "skus"),
    ({"skus": [{**SKU, "price_fen": 0}]}, "skus.0.price_fen"),
    ({"skus": [{**SKU, "price_fen": 1.0}]}, "skus.0.price_fen"),
    ({"skus": [{**SKU, "price_fen": "1"}]}, "skus.0.price_fen"),
    ({"skus": [{**SKU, "cost_fen": -1}]}, "skus.0.cost_fen"),
    ({"skus": [{**SKU, "member_prices_fen": {"gold": 20_000}}]}, "skus.member_prices_fen"),
    ({"skus": [SKU, SKU]}, "skus.name"),
    ({"promotion": {"rates_bps": [9_000, 2_000]}}, "promotion.rates_bps"),
    ({"promotion": {"rates_bps": [1], "fixed_fen": [1]}}, "promotion"),
    ({"picture_urls": ["https://elsewhere.example/x.jpg"]}, "picture_urls"),
    ({"description": [{}]}, "description.0"),
    ({"description": [{"text": "字", "picture_url": PICTURE}]}, "description.0"),
    ({"limit_per_order": 0}, "limit_per_order"),
    ({"is_on_shelf": True}, "is_on_shelf"),
    ({"version": 1}, "version"),
]


def test_a_wrong_field_is_named_and_nothing_is_written(world: Clock) -> None:
    """Invariant 17: a refused request changes nothing."""
    token = api.staff_token("catalog.edit")
    place = category().category_id
    before = dump_all()
    for change, field in WRONG:
        answer = api.post("/console/products", {**body(place), **change}, token=token)
        assert answer.status == 422, change
        assert field in answer.json["fields"], change
    assert dump_all() == before


def test_a_product_of_no_category_template_or_article_is_refused(world: Clock) -> None:
    token = api.staff_token("catalog.edit")
    place = category().category_id
    for change, code in (
        ({"category_id": "CANONE"}, "CATEGORY_UNKNOWN"),
        ({"freight_template_id": "FTNONE"}, "TEMPLATE_UNKNOWN"),
        ({"skus": [{**SKU, "sku_id": "SKFOREIGN"}]}, "SKU_FOREIGN"),
    ):
        assert api.post("/console/products", {**body(place), **change}, token=token).json["code"] == code
    missing = api.put("/console/products/PRNONE", body(place, version=1), token=token)
    assert missing.status == 404


def test_every_change_carries_an_audit_row_even_the_largest(world: Clock) -> None:
    """G2: the row rides in the same transaction, within DynamoDB's 100 items."""
    token = api.staff_token("catalog.edit", "catalog.read")
    first, second = ("".join(chr(0x4E00 + start + n) for n in range(60)) for start in (0, 500))
    old, new = category("甲").category_id, category("乙").category_id
    made = api.post(
        "/console/products", body(old, title=first, freight_template_id=template().template_id), token=token
    ).json
    sku_id = made["skus"][0]["sku_id"]
    edit = body(
        new,
        title=second,
        freight_template_id=template().template_id,
        skus=[{**SKU, "sku_id": sku_id}],
        version=1,
    )
    assert api.put(f"/console/products/{made['product_id']}", edit, token=token).status == 200
    assert len(dump_all()["audit"]) == 2


def test_staff_keep_categories(world: Clock) -> None:
    token = api.staff_token("catalog.read", "catalog.edit")
    main = api.post("/console/categories", {"name": "服饰", "sort": 1}, token=token).json
    sub = api.post(
        "/console/categories", {"name": "外套", "parent_id": main["category_id"]}, token=token
    ).json
    deep = api.post("/console/categories", {"name": "深", "parent_id": sub["category_id"]}, token=token)
    assert (deep.status, deep.json["code"]) == (422, "CATEGORY_TOO_DEEP")
    edited = api.put(
        f"/console/categories/{sub['category_id']}", {"name": "大衣", "is_shown": False}, token=token
    )
    assert edited.json["parent_id"] == main["category_id"] and edited.json["is_shown"] is False
    listed = api.get("/console/categories", token=token).json["items"]
    assert [(one["name"], one["uses"]) for one in listed] == [("大衣", 0), ("服饰", 1)]
    in_use = api.delete(f"/console/categories/{main['category_id']}", token=token)
    assert (in_use.status, in_use.json["code"]) == (409, "CATEGORY_IN_USE")
    for one in (sub, main):
        assert api.delete(f"/console/categories/{one['category_id']}", token=token).status == 204
    assert api.delete(f"/console/categories/{main['category_id']}", token=token).status == 404
    assert api.put("/console/categories/CANONE", {"name": "无"}, token=token).status == 404


def test_staff_keep_freight_templates(world: Clock) -> None:
    token = api.staff_token("catalog.read", "catalog.edit")
    given = {
        "name": "快递",
        "basis": "WEIGHT",
        "rate": RATE,
        "regions": [{"provinces": ["西藏自治区"], "rate": {**RATE, "free_over_fen": 9_900}}],
        "no_delivery": ["台湾省"],
    }
    made = api.post("/console/freight-templates", given, token=token).json
    path = f"/console/freight-templates/{made['template_id']}"
    edited = api.put(path, {**given, "name": "慢递", "version": 1}, token=token).json
    assert (edited["name"], edited["version"]) == ("慢递", 2)
    assert api.get("/console/freight-templates", token=token).json["items"] == [edited]
    late = api.put(path, {**given, "version": 1}, token=token)
    assert (late.status, late.json["code"]) == (409, "TEMPLATE_EDITED")
    twice = api.post("/console/freight-templates", {**given, "no_delivery": ["西藏自治区"]}, token=token)
    assert twice.status == 422 and "regions" in twice.json["fields"]
    nowhere = api.post("/console/freight-templates", {**given, "no_delivery": ["火星"]}, token=token)
    assert nowhere.status == 422

    product = on_shelf(category().category_id, freight_template_id=made["template_id"])
    assert product.freight_template_id is not None
    assert api.delete(path, token=token).json["code"] == "TEMPLATE_IN_USE"
    free = template()
    assert api.delete(f"/console/freight-templates/{free.template_id}", token=token).status == 204
    assert api.delete(f"/console/freight-templates/{free.template_id}", token=token).status == 404


DOORS = [
    ("GET", "/console/products"),
    ("GET", "/console/products/PR1"),
    ("POST", "/console/products"),
    ("PUT", "/console/products/PR1"),
    ("POST", "/console/products/PR1/shelf"),
    ("DELETE", "/console/products/PR1"),
    ("POST", "/console/pictures"),
    ("GET", "/console/categories"),
    ("POST", "/console/categories"),
    ("PUT", "/console/categories/CA1"),
    ("DELETE", "/console/categories/CA1"),
    ("GET", "/console/freight-templates"),
    ("POST", "/console/freight-templates"),
    ("PUT", "/console/freight-templates/FT1"),
    ("DELETE", "/console/freight-templates/FT1"),
]


def test_the_catalogue_is_kept_by_staff_who_may(world: Clock) -> None:
    reader, editor = api.staff_token("catalog.read"), api.staff_token("catalog.edit", staff_id="STEDIT")
    shopper = api.member_token("ME1")
    for method, path in DOORS:
        assert api.call(method, path).status == 401, path
        assert api.call(method, path, token=shopper).status == 403, path
        other = editor if method == "GET" else reader
        assert api.call(method, path, token=other).status == 403, path
