"""The doors of stock (S2)."""

from chalicelib.catalog.set_shelf import set_shelf
from chalicelib.inventory import jobs, store
from chalicelib.kernel.dynamo import commit
from chalicelib.kernel.jobs import Change
from tests.catalog.shop import category, on_shelf
from tests.support import api
from tests.support.world import Clock


def test_shoppers_see_what_is_left_of_each_article_on_the_shelf(world: Clock) -> None:
    product = on_shelf(category().category_id)
    path, sku_id = f"/shop/products/{product.product_id}/stock", product.skus[0].sku_id
    assert api.get(path).json["items"] == [{"sku_id": sku_id, "available": 0}]
    token = api.staff_token("stock.edit")
    count = {"product_id": product.product_id, "available": 7, "version": 0, "reason": "入库"}
    api.put(f"/console/stock/{sku_id}", count, token=token)
    assert api.get(path).json["items"] == [{"sku_id": sku_id, "available": 7}]
    set_shelf(product.product_id, is_on_shelf=False, version=product.version)
    assert api.get(path).status == 404
    assert api.get("/shop/products/PRNONE/stock").status == 404


def test_staff_count_adjust_and_read_stock(world: Clock) -> None:
    token = api.staff_token("stock.edit", "catalog.read")
    product = on_shelf(category().category_id, "羽绒服")
    sku_id = product.skus[0].sku_id
    path = f"/console/stock/{sku_id}"
    (empty,) = api.get(f"/console/stock?product_id={product.product_id}", token=token).json["items"]
    assert (empty["available"], empty["version"], empty["title"], empty["sku_name"]) == (
        0,
        0,
        "羽绒服",
        "默认",
    )

    count = {"product_id": product.product_id, "available": 7, "low_at": 9, "version": 0, "reason": "入库"}
    early = api.post(f"{path}/adjustments", {"change": 1, "reason": "到货"}, token=token, key="adjust-01")
    assert (early.status, early.json["code"]) == (409, "NEVER_STOCKED")
    assert api.put(path, count, token=token).json["version"] == 1
    late = api.put(path, count, token=token)
    assert (late.status, late.json["code"]) == (409, "STOCK_MOVED")
    commit(store.reserve("OR1", sku_id, 2))
    for _ in range(2):
        booked = api.post(
            f"{path}/adjustments", {"change": 3, "reason": "到货"}, token=token, key="adjust-01"
        )
        assert booked.status == 201 and (booked.json["available"], booked.json["stocked"]) == (8, 10)
    other = api.post(f"{path}/adjustments", {"change": 4, "reason": "到货"}, token=token, key="adjust-01")
    assert (other.status, other.json["code"]) == (409, "KEY_REUSED")
    much = api.post(f"{path}/adjustments", {"change": -9, "reason": "盘亏"}, token=token, key="adjust-02")
    assert (much.status, much.json["code"]) == (409, "STOCK_OUT_OF_RANGE")
    (shown,) = api.get(f"/console/stock?product_id={product.product_id}", token=token).json["items"]
    assert (shown["available"], shown["held"], shown["stocked"], shown["low_at"]) == (8, 2, 10, 9)

    moves = api.get(f"{path}/movements?limit=1", token=token).json
    more = api.get(f"{path}/movements?limit=5&next={moves['next']}", token=token).json
    told = [(one["kind"], one["change"], one["by"]) for one in moves["items"] + more["items"]]
    assert sorted(told) == [("ADJUSTED", 3, "STTEST"), ("SET", 7, "STTEST")]


def test_staff_see_what_runs_low_by_name(world: Clock) -> None:
    token = api.staff_token("stock.edit", "catalog.read")
    product = on_shelf(category().category_id, "羽绒服")
    sku_id = product.skus[0].sku_id
    count = {"product_id": product.product_id, "available": 1, "low_at": 2, "version": 0, "reason": "入库"}
    api.put(f"/console/stock/{sku_id}", count, token=token)
    image = {
        "sku_id": {"S": sku_id},
        "location": {"S": "main"},
        "product_id": {"S": product.product_id},
        "available": {"N": "1"},
        "stocked": {"N": "1"},
        "low_at": {"N": "2"},
        "version": {"N": "1"},
    }
    jobs.keep_low_list(Change("stock", "1", None, image))
    answer = api.get("/console/low-stock", token=token).json
    assert [(one["title"], one["sku_id"], one["available"]) for one in answer["items"]] == [
        ("羽绒服", sku_id, 1)
    ]
    assert answer["next"] is None


def test_what_cannot_be_counted_is_refused(world: Clock) -> None:
    token = api.staff_token("stock.edit", "catalog.read")
    product = on_shelf(category().category_id)
    count = {"product_id": product.product_id, "available": 7, "version": 0, "reason": "入库"}
    unknown = api.put("/console/stock/SKNONE", count, token=token)
    assert (unknown.status, unknown.json["code"]) == (404, "SKU_UNKNOWN")
    path = f"/console/stock/{product.skus[0].sku_id}"
    assert api.put(path, {**count, "product_id": "PRNONE"}, token=token).status == 404
    for wrong in ({"available": -1}, {"available": 1.0}, {"reason": ""}, {"version": -1}, {"stocked": 1}):
        assert api.put(path, {**count, **wrong}, token=token).status == 422, wrong
    for wrong in ({"change": 0}, {"change": "1"}, {"change": 10_000_001}, {}):
        sent = {"reason": "到货", **wrong}
        assert api.post(f"{path}/adjustments", sent, token=token, key="adjust-01").status == 422, wrong
    keyless = api.post(f"{path}/adjustments", {"change": 1, "reason": "到货"}, token=token)
    assert keyless.status == 400
    assert api.get("/console/stock?product_id=PRNONE", token=token).status == 404
    assert api.get("/console/low-stock?next=forged", token=token).status == 400


def test_stock_is_kept_by_staff_who_may(world: Clock) -> None:
    reader, keeper = api.staff_token("catalog.read"), api.staff_token("stock.edit", staff_id="STKEEP")
    for method, path in (
        ("GET", "/console/stock"),
        ("GET", "/console/low-stock"),
        ("GET", "/console/stock/SK1/movements"),
        ("PUT", "/console/stock/SK1"),
        ("POST", "/console/stock/SK1/adjustments"),
    ):
        assert api.call(method, path).status == 401, path
        assert api.call(method, path, token=api.member_token("ME1")).status == 403, path
        assert api.call(method, path, token=keeper if method == "GET" else reader).status == 403, path
