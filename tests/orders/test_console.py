"""Every staff door of orders and after-sales: what it gives, who may enter, what it refuses (O3, O4, G1)."""

from typing import Any

import pytest

from chalicelib.orders import store
from chalicelib.orders.close import close
from chalicelib.orders.move_refund import Slice
from chalicelib.orders.receive import receive
from chalicelib.orders.tell_wechat import tell_wechat
from chalicelib.payments.prepay import prepay
from chalicelib.wechat.transport import WeChatRefused
from tests.orders.conftest import Desk
from tests.orders.shop import Shop
from tests.support import api, world
from tests.support.world import Clock

PARCEL = {"express_company": "ZTO", "tracking_number": "ZT10000001"}


def staff(*permissions: str) -> str:
    return api.staff_token(*(permissions or ("orders.read", "orders.ship", "refunds.read", "refunds.audit")))


def test_finding_orders(shop: Shop, world: Clock) -> None:
    """By number, by buyer, by day and state, newest first."""
    first = shop.place(key="order-0001")
    world.advance(days=1)
    second = shop.paid(key="order-0002")
    token = staff()

    def found(query: str) -> list[str]:
        answer = api.get(f"/console/orders{query}", token=token)
        assert answer.status == 200, answer.body
        return [one["order_id"] for one in answer.json["items"]]

    assert found("") == [second.order_id, first.order_id]
    assert found(f"?order_id={first.order_id}") == [first.order_id]
    assert found("?order_id=ORNOTTHERE") == []
    assert found(f"?buyer_id={shop.c}&status=PAID") == [second.order_id]
    assert found(f"?buyer_id={shop.b}") == []
    assert found("?status=UNPAID") == [first.order_id]
    assert found("?newest=2026-11-23") == [first.order_id]
    assert found("?oldest=2026-11-24") == [second.order_id]
    assert api.get("/console/orders?newest=2026-11-01&oldest=2026-11-02", token=token).status == 422
    page = api.get("/console/orders?limit=1", token=token).json
    rest = api.get(f"/console/orders?limit=1&next={page['next']}", token=token).json
    assert [one["order_id"] for one in page["items"] + rest["items"]] == [second.order_id, first.order_id]


def test_one_order_in_full(shop: Shop) -> None:
    order = shop.paid()
    answer = api.get(f"/console/orders/{order.order_id}", token=staff())
    assert answer.status == 200, answer.body
    seen = answer.json
    assert (seen["titles"], seen["receiver"]["receiver"]) == ("高山绿茶×3；试饮小样×1", "李雷")
    assert [(one["cost_fen"], one["shippable_quantity"]) for one in seen["lines"]] == [(1_500, 3), (400, 1)]
    assert seen["transaction_id"] == order.transaction_id
    assert api.get("/console/orders/ORNOTTHERE", token=staff()).status == 404


def test_shipping_is_audited(shop: Shop, desk: Desk) -> None:
    """O3, G2: what staff did is in the audit, in the same commit."""
    order = shop.paid()
    path = f"/console/orders/{order.order_id}"
    some = {**PARCEL, "lines": [{"line_no": 1, "quantity": 1}]}
    part = api.post(f"{path}/ship", some, token=staff())
    assert part.status == 200, part.body
    assert (part.json["status"], part.json["lines"][0]["shippable_quantity"]) == ("PAID", 2)
    rest = api.post(f"{path}/ship", {**PARCEL, "tracking_number": "ZT10000002"}, token=staff())
    assert (rest.json["status"], rest.json["upload"]["state"]) == ("SHIPPED", "WAITING")
    assert len(world.dump("audit")) == 2
    again = api.post(f"{path}/ship", {**PARCEL, "tracking_number": "ZT10000003"}, token=staff())
    assert (again.status, again.json["code"]) == (409, "ORDER_MOVED")
    assert len(world.dump("audit")) == 2


@pytest.mark.parametrize(
    ("wrong", "status"),
    [
        ({"express_company": "ZTO"}, 422),
        ({"tracking_number": "ZT10000001"}, 422),
        ({**PARCEL, "express_company": "中通"}, 422),
        ({**PARCEL, "lines": [{"line_no": 9, "quantity": 1}]}, 422),
        ({**PARCEL, "lines": [{"line_no": 1, "quantity": 4}]}, 409),
        ({**PARCEL, "lines": [{"line_no": 1, "quantity": 1}] * 2}, 422),
        ({**PARCEL, "price_fen": 1}, 422),
    ],
)
def test_what_cannot_be_shipped(shop: Shop, wrong: dict[str, Any], status: int) -> None:
    order = shop.paid()
    answer = api.post(f"/console/orders/{order.order_id}/ship", wrong, token=staff())
    assert answer.status == status, answer.body
    assert store.load(order.order_id) == order


def test_putting_a_parcel_right(shop: Shop) -> None:
    order = shop.shipped(shop.paid())
    path = f"/console/orders/{order.order_id}/parcels"
    right = api.put(f"{path}/1", PARCEL, token=staff())
    assert (right.status, right.json["parcels"][0]["express_name"]) == (200, "中通快递")
    twice = api.put(f"{path}/1", {**PARCEL, "tracking_number": "ZT10000009"}, token=staff())
    assert (twice.status, twice.json["code"]) == (409, "ALREADY_RESHIPPED")
    assert api.put(f"{path}/2", PARCEL, token=staff()).status == 404
    assert api.put(f"{path}/one", PARCEL, token=staff()).status == 404


def test_telling_wechat_again(shop: Shop, desk: Desk) -> None:
    order = shop.shipped(shop.paid())
    desk.refusals = [WeChatRefused(10060004, "不可发货")]
    tell_wechat(order.order_id)
    refused = api.get(f"/console/orders/{order.order_id}", token=staff()).json
    assert (refused["upload_state"], "不可发货" in refused["upload"]["reason"]) == ("REFUSED", True)
    again = api.post(f"/console/orders/{order.order_id}/tell-wechat", token=staff())
    assert (again.status, again.json["upload"]["state"]) == (200, "WAITING")


def test_carriers_have_names(shop: Shop) -> None:
    items = api.get("/console/express-companies", token=staff()).json["items"]
    assert {"code": "SF", "name": "顺丰速运"} in items


def test_closing_an_unpaid_order(shop: Shop) -> None:
    order = shop.place()
    prepay(shop.c, order.order_id, via="mp")
    closed = api.post(f"/console/orders/{order.order_id}/close", token=staff())
    assert (closed.status, closed.json["close_reason"]) == (200, "STAFF")
    assert shop.peer.trades[order.order_id]["trade_state"] == "CLOSED"
    paid = shop.paid(key="order-0002")
    refused = api.post(f"/console/orders/{paid.order_id}/close", token=staff())
    assert (refused.status, refused.json["code"]) == (409, "ORDER_ALREADY_PAID")


# -- after-sales --------------------------------------------------------------------------------


def test_opening_a_refund_for_a_buyer(shop: Shop) -> None:
    """O4: staff may name the freight, also after the window."""
    order = shop.shipped(shop.paid())
    given = {
        "kind": "REFUND_ONLY",
        "lines": [{"line_no": 1, "quantity": 1, "amount_fen": 1_000}],
        "reason": "QUALITY",
        "freight_fen": 600,
    }
    path = f"/console/orders/{order.order_id}/refunds"
    opened = api.post(path, given, token=staff(), key="staff-key-1")
    assert opened.status == 201, opened.body
    assert (opened.json["amount_fen"], opened.json["asked_by"]) == (1_600, "STTEST")
    assert opened.json["can_pay_back"] and not opened.json["can_approve_return"]
    again = api.post(path, given, token=staff(), key="staff-key-1")
    assert again.json["refund_id"] == opened.json["refund_id"]
    busy = api.post(path, given, token=staff(), key="staff-key-2")
    assert (busy.status, busy.json["code"]) == (409, "LINE_IN_REFUND")


def test_lists_of_refunds(shop: Shop, world: Clock) -> None:
    one = shop.ask(shop.paid(key="order-0001"), Slice(1, 1))
    world.advance(days=1)
    two = shop.ask(shop.paid(key="order-0002"), Slice(2, 1))
    token = staff()

    def found(query: str) -> list[str]:
        answer = api.get(f"/console/refunds{query}", token=token)
        assert answer.status == 200, answer.body
        return [refund["refund_id"] for refund in answer.json["items"]]

    assert found("?status=ASKED") == [one.refund_id, two.refund_id]
    assert found("?status=RETURNING") == []
    assert found("") == [two.refund_id, one.refund_id]
    assert found("?newest=2026-11-23") == [one.refund_id]
    assert api.get("/console/refunds?status=POSTED", token=token).status == 422
    assert api.get(f"/console/refunds/{one.refund_id}", token=token).json["refund_id"] == one.refund_id
    assert api.get("/console/refunds/RFNOTTHERE", token=token).status == 404


def test_refusing_a_refund(shop: Shop) -> None:
    refund = shop.ask(shop.paid(), Slice(1, 1))
    path = f"/console/refunds/{refund.refund_id}/refuse"
    assert api.post(path, {"said": " "}, token=staff()).status == 422
    refused = api.post(path, {"said": "商品没有问题"}, token=staff())
    assert (refused.status, refused.json["status"], refused.json["says"]) == (200, "REFUSED", "商品没有问题")
    assert api.post(path, {"said": "再说一次"}, token=staff()).json["code"] == "REFUND_MOVED"
    assert len(world.dump("audit")) == 1


def test_a_return_through_the_console(shop: Shop) -> None:
    order = receive(shop.shipped(shop.paid()))
    refund = shop.ask(order, Slice(1, 2), kind="RETURN")
    path = f"/console/refunds/{refund.refund_id}"
    early = api.post(f"{path}/confirm-returned", {"is_sellable": True}, token=staff())
    assert (early.status, early.json["code"]) == (409, "REFUND_MOVED")
    agreed = api.post(f"{path}/approve-return", token=staff())
    assert (agreed.status, agreed.json["status"], agreed.json["can_pay_back"]) == (200, "RETURNING", False)
    back = api.post(f"{path}/confirm-returned", {"is_sellable": False}, token=staff())
    assert (back.json["status"], back.json["is_sellable"], back.json["can_pay_back"]) == (
        "RETURNED",
        False,
        True,
    )
    assert api.post(f"{path}/approve-return", token=staff()).json["code"] == "REFUND_MOVED"


# -- who may enter ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("permission", "method", "path"),
    [
        ("orders.read", "GET", "/console/orders"),
        ("orders.read", "GET", "/console/orders/ORNOTTHERE"),
        ("orders.read", "GET", "/console/express-companies"),
        ("orders.ship", "POST", "/console/orders/ORNOTTHERE/ship"),
        ("orders.ship", "PUT", "/console/orders/ORNOTTHERE/parcels/1"),
        ("orders.ship", "POST", "/console/orders/ORNOTTHERE/tell-wechat"),
        ("orders.ship", "POST", "/console/orders/ORNOTTHERE/close"),
        ("refunds.audit", "POST", "/console/orders/ORNOTTHERE/refunds"),
        ("refunds.read", "GET", "/console/refunds"),
        ("refunds.read", "GET", "/console/refunds/RFNOTTHERE"),
        ("refunds.audit", "POST", "/console/refunds/RFNOTTHERE/refuse"),
        ("refunds.audit", "POST", "/console/refunds/RFNOTTHERE/approve-return"),
        ("refunds.audit", "POST", "/console/refunds/RFNOTTHERE/confirm-returned"),
    ],
)
def test_staff_need_the_permission_and_members_never_enter(
    shop: Shop, permission: str, method: str, path: str
) -> None:
    """Trust A6.5."""
    given = {} if method != "GET" else None
    assert api.call(method, path, json=given).status == 401
    assert api.call(method, path, json=given, token=api.member_token(shop.c)).status == 403
    assert api.call(method, path, json=given, token=staff("catalog.read")).status == 403
    assert api.call(method, path, json=given, token=staff(permission), key="staff-key-1").status != 403


def test_a_closed_order_tells_why(shop: Shop) -> None:
    order = close(shop.place().order_id)
    seen = api.get(f"/console/orders/{order.order_id}", token=staff()).json
    assert seen["timeline"][0]["says"] == "超过付款时间，订单自动关闭"
