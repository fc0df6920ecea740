"""What a greedy member tries: with money, numbers, cursors, keys and uplines (A6.1, A6.4, A6.6, D2, I3, W1).

Each has its own refusal, its own code, a metric of that code, and no change in any table.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from chalicelib.commissions import store as commissions
from chalicelib.kernel import auth
from chalicelib.kernel.auth import Entrant
from chalicelib.members import store as members
from chalicelib.orders import store as orders
from chalicelib.payments.prepay import prepay
from chalicelib.payments.settle import settle
from chalicelib.reports.audit import audit
from chalicelib.withdrawals import store as withdrawals
from tests.orders import shop as shops
from tests.support import api
from tests.support import town as towns
from tests.support.town import Town


def of(member_id: str) -> str:
    return auth.access_token(Entrant("member", member_id, "SETEST", "mp"))


@contextmanager
def refused(capsys: pytest.CaptureFixture[str], status: int, code: str) -> Iterator[list[api.Answer]]:
    """Every answer given inside is this refusal, counted, and the tables stay as they are."""
    before, answers = towns.snapshot(), list[api.Answer]()
    capsys.readouterr()
    yield answers
    said = capsys.readouterr().out
    assert answers
    for answer in answers:
        assert (answer.status, answer.json["code"]) == (status, code), answer.json
    assert said.count(f'"refused": 1, "refusal": "{code}"') == len(answers)
    assert towns.snapshot() == before


def basket(town: Town, quantity: Any = 1, **more: Any) -> dict[str, Any]:
    goods = town.shop.samples
    line = {"product_id": goods.product_id, "sku_id": goods.skus[0].sku_id, "quantity": quantity}
    return {"lines": [line], "address_id": shops.HOME, "expected_total_fen": 2201} | more


NUMBERS = [0, -1, 10**9, 10**30, 1.0, 1.5, "1", True, None, [1]]


def test_quantities_that_are_none(town: Town, capsys: pytest.CaptureFixture[str]) -> None:
    with refused(capsys, 422, "INVALID") as answers:
        for number, quantity in enumerate(NUMBERS):
            wanted = basket(town, quantity)
            answers.append(api.post("/shop/orders", wanted, token=of(town.c), key=f"bad-quantity-{number}"))


def test_amounts_that_are_none(town: Town, capsys: pytest.CaptureFixture[str]) -> None:
    with refused(capsys, 422, "INVALID") as answers:
        for number, amount in enumerate(one for one in NUMBERS if one != 10**9):
            asked = {"amount_fen": amount}
            answers.append(
                api.post("/distributor/withdrawals", asked, token=of(town.d), key=f"bad-{number}-key")
            )
            wrong = basket(town, expected_total_fen=amount) if amount not in (0, 1) else {"lines": []}
            answers.append(api.post("/shop/orders", wrong, token=of(town.c), key=f"bad-total-{number}"))


def test_a_price_of_ones_own_making(town: Town, capsys: pytest.CaptureFixture[str]) -> None:
    """The total that the buyer names decides nothing but a refusal."""
    with refused(capsys, 409, "PRICE_CHANGED") as answers:
        for total in (0, 1, 2200, 10**12):
            wanted = basket(town, expected_total_fen=total)
            answers.append(api.post("/shop/orders", wanted, token=of(town.c), key=f"own-price-{total}"))


def test_more_back_than_was_paid(town: Town, capsys: pytest.CaptureFixture[str]) -> None:
    """Invariant 8."""
    path = f"/shop/orders/{town.paid.order_id}/refunds"
    attempts = (
        ("INVALID", {"line_no": 1, "quantity": 99}),
        ("INVALID", {"line_no": 1, "quantity": 1, "amount_fen": 10**9}),
        ("LINE_UNKNOWN", {"line_no": 9, "quantity": 1}),
    )
    for code, line in attempts:
        asked = {"kind": "REFUND_ONLY", "reason": "OTHER", "lines": [line]}
        with refused(capsys, 422, code) as answers:
            answers.append(api.post(path, asked, token=of(town.c), key=f"too-much-{line['quantity']}"))


def test_a_withdrawal_goes_to_ones_own_identity_only(town: Town, capsys: pytest.CaptureFixture[str]) -> None:
    """A6.1, W1: no field says to whom; what a thief adds is refused, what was frozen stays."""
    with refused(capsys, 422, "INVALID") as answers:
        for number, field in enumerate(("openid", "payee", "member_id", "appid", "receiver")):
            asked = {"amount_fen": 15_000, field: "o-thief"}
            answers.append(
                api.post("/distributor/withdrawals", asked, token=of(town.d), key=f"to-thief-{number}")
            )
    asked = {"amount_fen": 15_000}
    made = api.post("/distributor/withdrawals", asked, token=of(town.d), key="to-myself-1").json
    mine = members.load(town.d).openids
    frozen = withdrawals.load(made["withdrawal_id"])
    assert frozen.openid == mine[frozen.appid]
    assert town.b not in str(made) and frozen.openid not in str(made)


def test_other_content_under_a_used_key(town: Town, capsys: pytest.CaptureFixture[str]) -> None:
    """Design §5; and a key is its member's own: another's is another request."""
    token = of(town.c)
    assert api.post("/shop/orders", basket(town), token=token, key="my-key-0001").status == 201
    first = api.post("/shop/orders", basket(town), token=token, key="my-key-0001").json
    with refused(capsys, 409, "KEY_REUSED") as answers:
        wanted = basket(town, 2, expected_total_fen=3202)
        answers.append(api.post("/shop/orders", wanted, token=token, key="my-key-0001"))
    other = api.post("/shop/orders", basket(town), token=of(town.d), key="my-key-0001")
    assert other.status == 201 and other.json["order_id"] != first["order_id"]


@pytest.mark.parametrize(
    "key", ["", "short", "x" * 65, "with blank 1", "ключ-ключ-ключ", "../../../etc", "a\tb-----"]
)
def test_keys_that_are_none(town: Town, key: str, capsys: pytest.CaptureFixture[str]) -> None:
    with refused(capsys, 400, "BAD_REQUEST") as answers:
        answers.append(api.post("/shop/orders", basket(town), token=of(town.c), key=key))


def test_cursors_of_others_and_cut_ones(town: Town, capsys: pytest.CaptureFixture[str]) -> None:
    cursor = api.get("/shop/orders?limit=1", token=of(town.c)).json["next"]
    assert cursor
    with refused(capsys, 400, "BAD_CURSOR") as answers:
        for wrong in (cursor[:-3], cursor + "A", "x", "k1.e30.AAAA", cursor.replace(".", "..", 1)):
            answers.append(api.get(f"/shop/orders?next={wrong}", token=of(town.c)))
        answers.append(api.get(f"/shop/orders?next={cursor}", token=of(town.d)))
        answers.append(api.get(f"/shop/inbox?next={cursor}", token=of(town.c)))


def scan(member_id: str, code: str) -> dict[str, Any]:
    answer = api.post("/shop/scans", {"code": code, "source": "LINK"}, token=of(member_id))
    assert answer.status == 200, answer.json
    found: dict[str, Any] = answer.json
    return found


def test_nobody_stands_below_themselves(town: Town) -> None:
    """I3, peers §1.6: one's own code, the code of somebody below, a loop over two: evidence only."""
    (code_b,) = town.known["code"]
    before = {one: members.load(one).path for one in (town.a, town.b, town.c, town.d)}
    assert scan(town.b, code_b)["decision"] != "BOUND"
    assert scan(town.a, code_b)["decision"] != "BOUND"
    assert {one: members.load(one).path for one in before} == before


def test_staff_make_no_loop_either(town: Town, capsys: pytest.CaptureFixture[str]) -> None:
    with refused(capsys, 409, "WOULD_MAKE_LOOP") as answers:
        for below in (town.b, town.c):
            moved = {"inviter_id": below, "reason": "测试一下环"}
            answers.append(api.post(f"/console/members/{town.a}/move", moved, token=town.token("staff")))


def test_buying_from_oneself_earns_nothing_by_default(town: Town) -> None:
    """R5: A buys; above A is nobody, and A is not A's own upline."""
    order = town.shop.place(town.shop.wanted(town.shop.samples, 0, 1), buyer_id=town.a, key="self-order-1")
    prepay(town.a, order.order_id, via="mp")
    settle(town.peer.buy(order.order_id))
    assert commissions.of_order(order.order_id) == []


def test_orders_of_one_fen_pay_no_commission_and_balance(town: Town) -> None:
    """A6.6: 10 % of a fen is nothing, and the books are right to the fen."""
    from chalicelib.catalog.rules import Sku
    from chalicelib.kernel.money import Fen

    (template_id,), (category_id,) = town.known["template_id"], town.known["category_id"]
    cheap = shops.add_to_shelf("一分钱", category_id, template_id, Sku("", "一件", Fen(1), cost_fen=Fen(1)))
    order = town.shop.pay(town.shop.place(town.shop.wanted(cheap, 0, 1), key="one-fen-1"))
    assert (order.goods_fen, order.status) == (1, "PAID")
    assert sum(row.amount_fen for row in commissions.of_order(order.order_id)) == 0
    found = audit(is_full=True)
    assert [one for one in found.findings if order.order_id in str(one)] == []
    assert orders.load(order.order_id).total_fen == 1 + order.freight_fen


def test_scans_have_a_measure(town: Town, capsys: pytest.CaptureFixture[str]) -> None:
    """A6.4: sixty in ten minutes, each member's own."""
    for number in range(60):
        api.post("/shop/scans", {"code": f"NOCODE{number:02}", "source": "LINK"}, token=of(town.c))
    with refused(capsys, 429, "TOO_OFTEN") as answers:
        answers.append(api.post("/shop/scans", {"code": "NOCODE", "source": "LINK"}, token=of(town.c)))
    assert api.post("/shop/scans", {"code": "NOCODE", "source": "LINK"}, token=of(town.d)).status == 200


def test_drawing_codes_has_a_measure_and_showing_them_has_none(
    town: Town, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from chalicelib.invites import draw
    from chalicelib.kernel.limits import Limit

    monkeypatch.setattr(draw, "_PER_MEMBER", Limit("code-picture", times=1, minutes=60))
    (code,) = town.known["code"]
    for _ in range(3):
        assert api.get(f"/distributor/codes/{code}/picture?kind=h5", token=of(town.b)).status == 200
    with refused(capsys, 429, "TOO_OFTEN") as answers:
        answers.append(api.get(f"/distributor/codes/{code}/picture?kind=mini", token=of(town.b)))


def test_what_was_given_up_is_of_no_more_use(town: Town) -> None:
    """Use after free: a revoked code, a removed address, goods taken away, a person who left."""
    (code,) = town.known["code"]
    assert api.delete(f"/distributor/codes/{code}", token=of(town.b)).status == 204
    assert api.get(f"/shop/invites/{code}").json["is_good"] is False
    assert api.get(f"/distributor/codes/{code}/picture?kind=h5", token=of(town.b)).status == 409
    assert api.delete("/shop/me/addresses/AD-C", token=of(town.c)).status == 204
    assert api.put("/shop/me/addresses/AD-C", _ADDRESS, token=of(town.c)).status == 404
    assert api.delete("/shop/me/addresses/AD-C", token=of(town.c)).status == 404
    wanted = basket(town, address_id="AD-C")
    assert api.post("/shop/orders", wanted, token=of(town.c), key="gone-address").status == 404
    goods, staff = town.shop.samples, town.token("staff")
    off = {"is_on_shelf": False, "version": goods.version}
    shelf = api.post(f"/console/products/{goods.product_id}/shelf", off, token=staff)
    assert shelf.status == 200, shelf.json
    assert api.delete(f"/console/products/{goods.product_id}", token=staff).status == 204
    assert api.get(f"/shop/products/{goods.product_id}").status == 404
    assert api.get(f"/console/products/{goods.product_id}", token=staff).status == 404
    assert api.post("/shop/orders", basket(town), token=of(town.c), key="gone-goods-1").status == 409


_ADDRESS = {"receiver": "李", "phone": "13800138000", "province": "广东", "city": "深圳", "street": "一路"}
