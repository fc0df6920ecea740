"""The last pieces, and one tap that comes sixteen times (O1, invariants 21, 22)."""

import json
from typing import Any

import pytest

from chalicelib.distributors import store as distributors
from chalicelib.inventory import store as inventory
from chalicelib.inventory.set_stock import Count, set_stock
from chalicelib.members.rules import Address
from chalicelib.members.save_address import save_address
from chalicelib.members.sign_in import sign_in
from chalicelib.orders import store as orders
from chalicelib.orders.cancel import cancel
from chalicelib.wechat.login import Identity
from tests.orders.shop import HOME, Shop, open_shop
from tests.orders.test_first_order import publish as publish_a_rule_for_first_orders
from tests.payments.fakes import WeChatPay
from tests.race.harness import MANY, Together
from tests.support import api
from tests.support.api import Answer
from tests.support.world import dump

LEFT = 5


@pytest.fixture
def shop(peer: WeChatPay) -> Shop:
    made = open_shop(peer)
    distributors.forget_levels()
    return made


def body(shop: Shop, quantity: int = 1) -> dict[str, Any]:
    """An order of tea, at the price that its buyer saw."""
    line = {"product_id": shop.tea.product_id, "sku_id": shop.tea.skus[0].sku_id, "quantity": quantity}
    return {"lines": [line], "address_id": HOME, "expected_total_fen": quantity * 3_333 + 1_200}


def place(member_id: str, what: dict[str, Any], key: str = "order-0001") -> Answer:
    return api.post("/shop/orders", what, token=api.member_token(member_id), key=key)


def buyers(count: int, name: str = "buyer") -> list[str]:
    """So many people with an address."""
    found = []
    for number in range(count):
        member_id = sign_in(Identity("wx0000000000000001", f"o-{name}-{number}", None)).member.member_id
        address = Address(HOME, "李雷", "13800138000", "广东省", "深圳市", "南山区", "某路 1 号")
        save_address(member_id, address, is_new=True)
        found.append(member_id)
    return found


def leave(shop: Shop, quantity: int) -> None:
    """Count the shelf: so many are left."""
    sku_id = shop.tea.skus[0].sku_id
    before = inventory.load(sku_id)
    count = Count(shop.tea.product_id, sku_id, quantity, 0, version=before.version, by="ST1", reason="盘点")
    set_stock(count)


def test_the_last_five_and_sixteen_buyers(together: Together, shop: Shop) -> None:
    """Invariant 21: five get one, eleven are told, nothing is oversold."""
    leave(shop, LEFT)
    told = together(*[lambda one=one: place(one, body(shop)) for one in buyers(MANY)])  # type: ignore[misc]
    sold_out = sum(told[f"409 {code}"] for code in ("OUT_OF_STOCK", "CANNOT_BUY"))
    assert (told["201"], sold_out) == (LEFT, MANY - LEFT), told
    assert shop.left(shop.tea) == 0
    assert len(dump("orders")) == LEFT


def test_one_of_sixteen_orders_is_the_first(together: Together, shop: Shop) -> None:
    """R6: what only the first order earns is earned once, however many are placed at once."""
    publish_a_rule_for_first_orders()
    leave(shop, MANY)
    told = together(
        *[lambda one=one: place(shop.c, body(shop), f"order-{one:04}") for one in range(MANY)]  # type: ignore[misc]
    )
    assert set(told) <= {"201", "429 CROWDED"} and told["201"] > 1, told
    placed = [orders.load(json.loads(one)["order_id"]["S"]) for one in dump("orders")]
    assert sum(order.terms.claims_first_order for order in placed) == 1


def test_one_key_sixteen_times(together: Together, shop: Shop) -> None:
    """Invariant 22: one order, its stock reserved once, and everybody is shown it."""
    shown: list[str] = []

    def buy() -> Answer:
        answer = place(shop.c, body(shop, 2))
        shown.append(answer.json["order_id"])
        return answer

    assert together(*[buy] * MANY) == {"201": MANY}
    assert len(set(shown)) == len(dump("orders")) == 1
    assert shop.left(shop.tea) == 8


def test_one_key_with_two_contents(together: Together, shop: Shop) -> None:
    """Design §5: whichever was first is the order; the other content is refused, however often."""
    told = together(
        *[lambda: place(shop.c, body(shop, 1)), lambda: place(shop.c, body(shop, 3))] * (MANY // 2)
    )
    assert told == {"201": MANY // 2, "409 KEY_REUSED": MANY // 2}
    (order,) = orders.of_buyer(shop.c, None, limit=10, cursor=None).items
    assert shop.left(shop.tea) == 10 - order.lines[0].quantity


def test_buying_while_others_give_up(together: Together, shop: Shop) -> None:
    """Invariant 21: what a cancelled order gives back is given back once, and may be bought at once."""
    before = [shop.place(shop.wanted(shop.tea, 0, 5), key=f"before-{number}") for number in range(2)]
    people = buyers(4)
    told = together(
        *[lambda one=one: cancel(one, reason="BUYER") for one in before for _ in range(3)],  # type: ignore[misc]
        *[lambda one=one: place(one, body(shop)) for one in people],  # type: ignore[misc]
    )
    assert told.keys() <= {"done", "ORDER_MOVED", "201", "409 OUT_OF_STOCK", "409 CANNOT_BUY"}
    assert {orders.load(one.order_id).status for one in before} == {"CLOSED"}
    assert shop.left(shop.tea) == 10 - told["201"]
