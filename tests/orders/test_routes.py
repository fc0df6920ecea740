"""Every buyers' door as a client meets it: what it gives, and its main refusals (O1, O3, O4)."""

from typing import Any

import pytest

from chalicelib.orders import store
from chalicelib.orders.approve_return import approve_return
from chalicelib.orders.move_refund import Slice
from chalicelib.orders.receive import receive
from chalicelib.orders.rules import ParcelLine
from tests.orders.shop import HOME, NOWHERE, Shop
from tests.support import api
from tests.support.world import Clock, upload


def token(member_id: str) -> str:
    return api.member_token(member_id)


def body(shop: Shop, **changes: Any) -> dict[str, Any]:
    lines = [
        {"product_id": one.product_id, "sku_id": one.sku_id, "quantity": one.quantity} for one in shop.basket
    ]
    return {"lines": lines, "address_id": HOME, "expected_total_fen": 12_200, **changes}


def place(shop: Shop, key: str = "client-key-1", **changes: Any) -> api.Answer:
    return api.post("/shop/orders", body(shop, **changes), token=token(shop.c), key=key)


# -- cart and quote -----------------------------------------------------------------------------


def test_the_cart(shop: Shop) -> None:
    """O1: at today's prices, with what is wrong in words."""
    sku_id, mine = shop.tea.skus[0].sku_id, token(shop.c)
    given = {"product_id": shop.tea.product_id, "quantity": 2}
    filled = api.put(f"/shop/cart/{sku_id}", given, token=mine)
    assert filled.status == 200, filled.body
    assert [(one["sku_id"], one["quantity"], one["goods_fen"]) for one in filled.json["lines"]] == [
        (sku_id, 2, 6_666)
    ]
    assert (filled.json["freight_fen"], filled.json["total_fen"], filled.json["can_place"]) == (
        None,
        6_666,
        False,
    )
    api.put(f"/shop/cart/{sku_id}", {**given, "quantity": 5}, token=mine)
    read = api.get("/shop/cart", token=mine).json
    assert [one["quantity"] for one in read["lines"]] == [5]
    assert api.get("/shop/cart", token=token(shop.b)).json["lines"] == []
    emptied = api.delete(f"/shop/cart/{sku_id}", token=mine)
    assert emptied.json["lines"] == []
    assert api.delete(f"/shop/cart/{sku_id}", token=mine).status == 200


def test_the_cart_takes_only_what_is_sold(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    given = {"product_id": shop.tea.product_id, "quantity": 1}
    mine = token(shop.c)
    assert api.put("/shop/cart/SK-NO", given, token=mine).json["code"] == "GOODS_GONE"
    none = {"product_id": "PR-NO", "quantity": 1}
    assert api.put(f"/shop/cart/{shop.tea.skus[0].sku_id}", none, token=mine).json["code"] == "GOODS_GONE"
    monkeypatch.setattr("chalicelib.orders.fill_cart.MAX_CART_LINES", 1)
    assert api.put(f"/shop/cart/{shop.tea.skus[0].sku_id}", given, token=mine).status == 200
    full = api.put(f"/shop/cart/{shop.tea.skus[1].sku_id}", given, token=mine)
    assert (full.status, full.json["code"]) == (409, "CART_FULL")


@pytest.mark.parametrize("quantity", [0, 1_000, 1.5, "1", None, True])
def test_a_quantity_is_a_whole_number_in_reason(shop: Shop, quantity: Any) -> None:
    given = {"product_id": shop.tea.product_id, "quantity": quantity}
    answer = api.put(f"/shop/cart/{shop.tea.skus[0].sku_id}", given, token=token(shop.c))
    assert answer.status == 422 and "quantity" in answer.json["fields"]


def test_a_quote_with_and_without_an_address(shop: Shop) -> None:
    asked = {"lines": body(shop)["lines"]}
    without = api.post("/shop/quote", asked, token=token(shop.c)).json
    assert (without["freight_fen"], without["total_fen"], without["can_place"]) == (None, 11_000, False)
    whole = api.post("/shop/quote", {**asked, "address_id": HOME}, token=token(shop.c)).json
    assert (whole["freight_fen"], whole["total_fen"], whole["can_place"]) == (1_200, 12_200, True)
    there = api.post("/shop/quote", {**asked, "address_id": NOWHERE}, token=token(shop.c))
    assert (there.status, there.json["code"]) == (409, "NO_DELIVERY")
    other = api.post("/shop/quote", {**asked, "address_id": "AD-OTHER"}, token=token(shop.c))
    assert other.status == 404


def test_a_quote_says_what_cannot_be_bought(shop: Shop) -> None:
    many = [{**body(shop)["lines"][1], "quantity": 11}]
    quoted = api.post("/shop/quote", {"lines": many, "address_id": HOME}, token=token(shop.c)).json
    assert (quoted["lines"][0]["problem"], quoted["lines"][0]["problem_text"]) == (
        "OVER_LIMIT",
        "每单限购 5 件",
    )
    assert (quoted["can_place"], quoted["goods_fen"]) == (False, 0)


# -- orders -------------------------------------------------------------------------------------


def test_placing_reading_and_listing(shop: Shop) -> None:
    placed = place(shop)
    assert placed.status == 201, placed.body
    order = placed.json
    assert (order["status"], order["status_text"], order["total_fen"]) == ("UNPAID", "待付款", 12_200)
    assert order["says"] == "请在 11月23日 10:30 前付款，过时订单会自动关闭。"
    assert (order["can_pay"], order["can_cancel"], order["can_receive"]) == (True, True, False)
    assert order["receiver"]["phone"] == "13800138000"
    assert [one["event"] for one in order["timeline"]] == ["PLACED"]
    assert "cost_fen" not in placed.body.decode() and "terms" not in order
    read = api.get(f"/shop/orders/{order['order_id']}", token=token(shop.c))
    assert read.json == order
    listed = api.get("/shop/orders", token=token(shop.c)).json
    assert [one["order_id"] for one in listed["items"]] == [order["order_id"]]
    assert "receiver" not in listed["items"][0]
    assert api.get("/shop/order-counts", token=token(shop.c)).json == {"unpaid": 1, "paid": 0, "shipped": 0}


def test_the_same_key_again(shop: Shop) -> None:
    """Design §5: same content the same order, other content 409, no key 400."""
    first, again = place(shop), place(shop)
    assert (again.status, again.json["order_id"]) == (201, first.json["order_id"])
    other = place(shop, note="快一点")
    assert (other.status, other.json["code"]) == (409, "KEY_REUSED")
    assert api.post("/shop/orders", body(shop), token=token(shop.c)).status == 400


def test_a_changed_price_answers_the_new_quote(shop: Shop) -> None:
    answer = place(shop, expected_total_fen=1)
    assert (answer.status, answer.json["code"]) == (409, "PRICE_CHANGED")
    assert answer.headers["content-type"].startswith("application/problem+json")
    assert answer.json["detail"] == "金额已变为 ¥122.00，请确认后再提交。"
    assert answer.json["quote"]["total_fen"] == 12_200
    assert place(shop).status == 201, "a refusal uses no key up"


@pytest.mark.parametrize("extra", ["price_fen", "status", "level_id", "inviter_id", "rate_bps", "member_id"])
def test_a_client_says_no_more_than_it_may(shop: Shop, extra: str) -> None:
    """Trust A6.3."""
    answer = place(shop, **{extra: 1})
    assert answer.status == 422 and extra in answer.json["fields"]
    line = {**body(shop)["lines"][0], extra: 1}
    assert place(shop, lines=[line]).status == 422


@pytest.mark.parametrize(
    "wrong",
    [
        {"lines": []},
        {"lines": [{"product_id": "P", "sku_id": "S", "quantity": 1}] * 41},
        {"expected_total_fen": -1},
        {"expected_total_fen": 12_200.0},
        {"note": "长" * 201},
        {"address_id": "../x"},
    ],
)
def test_bad_input_is_refused_with_a_sentence(shop: Shop, wrong: dict[str, Any]) -> None:
    answer = place(shop, **wrong)
    assert answer.status == 422
    assert any("一" <= letter <= "鿿" for letter in answer.json["detail"])


def test_lists_by_state_page_and_search(shop: Shop, world: Clock) -> None:
    ids = []
    for number in range(3):
        ids.append(shop.place(shop.wanted(shop.tea, 0, 1), key=f"order-000{number}").order_id)
        world.advance(minutes=1)
    shop.place(shop.wanted(shop.samples, 0, 1), key="order-0009")
    mine = token(shop.c)
    api.post(f"/shop/orders/{ids[0]}/cancel", token=mine)
    unpaid = api.get("/shop/orders?status=UNPAID&limit=2", token=mine).json
    rest = api.get(f"/shop/orders?status=UNPAID&limit=2&next={unpaid['next']}", token=mine).json
    assert [one["order_id"] for one in unpaid["items"] + rest["items"]][1:] == [ids[2], ids[1]]
    assert len(api.get("/shop/orders?status=CLOSED", token=mine).json["items"]) == 1
    found = api.get("/shop/orders?q=绿茶", token=mine).json["items"]
    assert [one["order_id"] for one in found] == ids[::-1]
    assert [one["order_id"] for one in api.get(f"/shop/orders?q={ids[1]}", token=mine).json["items"]] == [
        ids[1]
    ]
    assert api.get(f"/shop/orders?q={ids[1]}", token=token(shop.b)).json["items"] == []
    assert api.get("/shop/orders?status=LOST", token=mine).status == 422


def test_cancelling(shop: Shop) -> None:
    order_id = place(shop).json["order_id"]
    cancelled = api.post(f"/shop/orders/{order_id}/cancel", token=token(shop.c))
    assert (cancelled.status, cancelled.json["status"], cancelled.json["says"]) == (
        200,
        "CLOSED",
        "您取消了订单",
    )
    paid = shop.paid()
    refused = api.post(f"/shop/orders/{paid.order_id}/cancel", token=token(shop.c))
    assert (refused.status, refused.json["code"]) == (409, "ORDER_ALREADY_PAID")


def test_an_order_of_the_web_says_where_to_pay(shop: Shop) -> None:
    """Every disabled button says why (design §7)."""
    seen = api.get(f"/shop/orders/{shop.place(via='web').order_id}", token=token(shop.c)).json
    assert (seen["can_pay"], seen["says"]) == (
        False,
        "网页里不能用微信支付：可以用余额付款，或在微信小程序、公众号里重新下单。",
    )


def test_receiving(shop: Shop) -> None:
    order = shop.paid()
    early = api.post(f"/shop/orders/{order.order_id}/receive", token=token(shop.c))
    assert (early.status, early.json["code"]) == (409, "ORDER_MOVED")
    shop.shipped(order)
    there = api.post(f"/shop/orders/{order.order_id}/receive", token=token(shop.c))
    assert (there.status, there.json["status"]) == (200, "RECEIVED")
    assert there.json["says"] == "如商品有问题，可在 11月30日 10:00 前申请售后。"
    assert [one["event"] for one in there.json["timeline"]][-1] == "PLACED"
    assert {"PAID", "SHIPPED", "RECEIVED"} <= {one["event"] for one in there.json["timeline"]}


def test_the_parcels_are_seen(shop: Shop) -> None:
    order = shop.paid()
    shop.shipped(order, ParcelLine(1, 1))
    seen = api.get(f"/shop/orders/{order.order_id}", token=token(shop.c)).json
    assert seen["says"] == "已发出 1 个包裹，其余商品会尽快发出。"
    assert (seen["parcels"][0]["express_name"], seen["parcels"][0]["tracking_number"]) == (
        "顺丰速运",
        "SF10000001",
    )
    assert seen["lines"][0]["shipped_quantity"] == 1


# -- after-sales --------------------------------------------------------------------------------


def ask(shop: Shop, order_id: str, key: str = "refund-key-1", **changes: Any) -> api.Answer:
    given = {
        "kind": "REFUND_ONLY",
        "lines": [{"line_no": 1, "quantity": 1}],
        "reason": "QUALITY",
        "note": "有破损",
        **changes,
    }
    return api.post(f"/shop/orders/{order_id}/refunds", given, token=token(shop.c), key=key)


def test_asking_for_a_refund(shop: Shop) -> None:
    order = shop.paid()
    asked = ask(shop, order.order_id)
    assert asked.status == 201, asked.body
    refund = asked.json
    assert (refund["status"], refund["status_text"], refund["amount_fen"]) == ("ASKED", "等待商家处理", 3_333)
    assert refund["lines"][0]["title"] == "高山绿茶" and refund["can_cancel"]
    assert ask(shop, order.order_id).json["refund_id"] == refund["refund_id"]
    assert ask(shop, order.order_id, reason="OTHER").json["code"] == "KEY_REUSED"
    taken = ask(shop, order.order_id, key="refund-key-2")
    assert (taken.status, taken.json["code"]) == (409, "LINE_IN_REFUND")
    seen = api.get(f"/shop/orders/{order.order_id}", token=token(shop.c)).json
    assert seen["lines"][0]["after_sale_text"] == "等待商家处理"
    assert (
        seen["lines"][0]["open_refund_id"] == refund["refund_id"] and not seen["lines"][0]["can_ask_refund"]
    )
    assert seen["lines"][1]["can_ask_refund"] and seen["lines"][1]["refundable_fen"] == 1_001
    read = api.get(f"/shop/refunds/{refund['refund_id']}", token=token(shop.c))
    assert read.json == refund
    of_order = api.get(f"/shop/orders/{order.order_id}/refunds", token=token(shop.c)).json
    mine = api.get("/shop/refunds", token=token(shop.c)).json
    assert of_order["items"] == mine["items"] == [refund]
    assert api.get("/shop/refunds", token=token(shop.b)).json["items"] == []


def test_refusals_of_an_ask(shop: Shop) -> None:
    unpaid = shop.place(key="order-0009")
    assert ask(shop, unpaid.order_id).json["code"] == "NOT_REFUNDABLE"
    order = shop.paid()
    assert ask(shop, order.order_id, kind="RETURN").json["code"] == "NOTHING_TO_RETURN"
    assert ask(shop, order.order_id, lines=[{"line_no": 9, "quantity": 1}]).status == 422
    assert (
        ask(shop, order.order_id, lines=[{"line_no": 1, "quantity": 4}])
        .json["detail"]
        .endswith("最多可退 3 件。")
    )
    assert ask(shop, order.order_id, freight_fen=1_200).status == 422, "freight is not the buyer's to name"
    assert ask(shop, order.order_id, picture_keys=["evidence/ME-OTHER/x.jpg"]).status == 422


def test_evidence_pictures(shop: Shop) -> None:
    """O4: straight to the media bucket under the member's own folder, seen by a short-lived link."""
    offer = api.post("/shop/evidence", {"content_type": "image/png"}, token=token(shop.c))
    assert offer.status == 201, offer.body
    key = offer.json["picture_key"]
    assert key.startswith(f"evidence/{shop.c}/") and key.endswith(".png")
    assert offer.json["fields"]["key"] == key and "policy" in offer.json["fields"]
    order_id = shop.paid().order_id
    assert ask(shop, order_id, picture_keys=[key]).status == 422, "not uploaded yet"
    upload(key, b"<svg onload=alert(1)>")
    assert ask(shop, order_id, picture_keys=[key]).status == 422, "no picture, whatever it says"
    upload(key)
    refund = ask(shop, order_id, picture_keys=[key])
    assert refund.status == 201, refund.body
    (link,) = refund.json["picture_urls"]
    assert key in link and "Expires" in link
    stolen = api.post(
        f"/shop/orders/{shop.paid(key='order-0002').order_id}/refunds",
        {
            "kind": "REFUND_ONLY",
            "lines": [{"line_no": 1, "quantity": 1}],
            "reason": "OTHER",
            "picture_keys": [key.replace(shop.c, shop.b)],
        },
        token=token(shop.c),
        key="refund-key-9",
    )
    assert stolen.status == 422
    assert api.post("/shop/evidence", {"content_type": "image/svg+xml"}, token=token(shop.c)).status == 422


def test_giving_a_refund_up(shop: Shop) -> None:
    refund_id = ask(shop, shop.paid().order_id).json["refund_id"]
    for _ in range(2):
        given_up = api.post(f"/shop/refunds/{refund_id}/cancel", token=token(shop.c))
        assert (given_up.status, given_up.json["status"]) == (200, "CANCELLED")


def test_sending_goods_back(shop: Shop) -> None:
    order = receive(shop.shipped(shop.paid()))
    refund = shop.ask(order, Slice(1, 1), kind="RETURN")
    path, parcel = (
        f"/shop/refunds/{refund.refund_id}/return",
        {"company": "顺丰", "tracking_number": "SF20000001"},
    )
    early = api.post(path, parcel, token=token(shop.c))
    assert (early.status, early.json["code"]) == (409, "REFUND_MOVED")
    approve_return(refund.refund_id)
    waiting = api.get(f"/shop/refunds/{refund.refund_id}", token=token(shop.c)).json
    assert waiting["can_send_return"] and waiting["next_at"] == "2026-11-30T02:00:00Z"
    sent = api.post(path, parcel, token=token(shop.c))
    assert (sent.status, sent.json["status"]) == (200, "RETURN_SENT")
    assert api.post(path, {"company": "", "tracking_number": "1"}, token=token(shop.c)).status == 422


# -- who may enter ------------------------------------------------------------------------------


def test_nobody_reads_or_moves_what_is_anothers(shop: Shop) -> None:
    """Trust A6.1, invariant 25: a wrong owner gets 404, whatever the door, and nothing changes."""
    order = shop.paid()
    refund = shop.ask(order, Slice(1, 1))
    stranger = token(shop.b)
    paths = [
        ("GET", f"/shop/orders/{order.order_id}", None),
        ("POST", f"/shop/orders/{order.order_id}/cancel", None),
        ("POST", f"/shop/orders/{order.order_id}/receive", None),
        ("GET", f"/shop/orders/{order.order_id}/refunds", None),
        (
            "POST",
            f"/shop/orders/{order.order_id}/refunds",
            {"kind": "REFUND_ONLY", "lines": [{"line_no": 2, "quantity": 1}], "reason": "OTHER"},
        ),
        ("GET", f"/shop/refunds/{refund.refund_id}", None),
        ("POST", f"/shop/refunds/{refund.refund_id}/cancel", None),
        (
            "POST",
            f"/shop/refunds/{refund.refund_id}/return",
            {"company": "顺丰", "tracking_number": "SF20000001"},
        ),
    ]
    for method, path, given in paths:
        answer = api.call(method, path, json=given, token=stranger, key="stranger-key")
        assert answer.status == 404, (path, answer.body)
    assert store.load(order.order_id).refund_ids == (refund.refund_id,)
    assert store.load_refund(refund.refund_id) == refund


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/shop/cart"),
        ("PUT", "/shop/cart/SK1"),
        ("DELETE", "/shop/cart/SK1"),
        ("POST", "/shop/quote"),
        ("POST", "/shop/orders"),
        ("GET", "/shop/orders"),
        ("GET", "/shop/order-counts"),
        ("GET", "/shop/refunds"),
        ("POST", "/shop/evidence"),
    ],
)
def test_one_signs_in_first(world: Clock, method: str, path: str) -> None:
    assert api.call(method, path, json={} if method in ("PUT", "POST") else None).status == 401
