"""Every answer and notice fits WeChat Pay's OpenAPI files; what they call invalid is refused."""

import copy
from collections.abc import Iterator
from typing import Any

import pytest

from tests.contract.openapi import problems, request_schema, response_schema
from tests.contract.peers import Merchant, Shop, Simulator, wait_until

PREPAY = "v3_pay_transactions_jsapi.yaml"
BY_NUMBER = "v3_pay_transactions_out-trade-no__out_trade_no_.yaml"
BY_ID = "v3_pay_transactions_id__transaction_id_.yaml"
REFUND = "v3_refund_domestic_refunds.yaml"
REFUND_QUERY = "v3_refund_domestic_refunds__out_refund_no_.yaml"
TRANSFERS = "v3_fund-app_mch-transfer_transfer-bills"

PATHS = {
    PREPAY: "/v3/pay/transactions/jsapi",
    REFUND: "/v3/refund/domestic/refunds",
    f"{TRANSFERS}.yaml": "/v3/fund-app/mch-transfer/transfer-bills",
}


def trade_schema(file: str, *, is_paid: bool) -> dict[str, Any]:
    """The query schema, mended where the vendored file and WeChat's documents differ (wechat.md §2.3, §4.9).

    The file reuses the request's definitions, so that it demands ``description`` and ``notify_url``,
    which answers never carry, and forgets ``promotion_detail`` and, by id, the payer.
    """
    schema = copy.deepcopy(response_schema(file, "get"))
    schema["required"] = [name for name in schema["required"] if name not in ("description", "notify_url")]
    schema["properties"]["promotion_detail"] = {"type": "array"}
    schema["properties"].setdefault("payer", {"type": "object", "required": ["openid"]})
    amount = schema["properties"]["amount"]
    amount["properties"].update(payer_total={"type": "integer"}, payer_currency={"enum": ["CNY"]})
    if is_paid:
        schema["required"] += [
            "transaction_id",
            "trade_type",
            "bank_type",
            "success_time",
            "payer",
            "trade_state",
        ]
    else:
        amount["required"] = ["total"]
    return schema


def test_prepay_and_queries_answer_as_documented(simulator: Simulator, merchant: Merchant) -> None:
    person = simulator.person()
    body = merchant.order(person)
    answer = merchant.call("POST", PATHS[PREPAY], body)
    assert problems(answer.json(), response_schema(PREPAY, "post")) == []
    number = f"/v3/pay/transactions/out-trade-no/{body['out_trade_no']}?mchid={simulator.keys['mch_id']}"
    assert problems(merchant.call("GET", number).json(), trade_schema(BY_NUMBER, is_paid=False)) == []
    params = merchant.params(answer.json()["prepay_id"])
    transaction_id = simulator.sim(f"/phones/{person['id']}/pay", {"params": params})["transaction_id"]
    assert problems(merchant.call("GET", number).json(), trade_schema(BY_NUMBER, is_paid=True)) == []
    by_id = f"/v3/pay/transactions/id/{transaction_id}?mchid={simulator.keys['mch_id']}"
    assert problems(merchant.call("GET", by_id).json(), trade_schema(BY_ID, is_paid=True)) == []
    assert merchant.call("GET", by_id).json() == merchant.call("GET", number).json()


def test_paid_notice_carries_what_the_query_answers(
    simulator: Simulator, merchant: Merchant, shop: Shop
) -> None:
    order = merchant.paid(simulator.person())
    envelope, resource = merchant.open(wait_until(lambda: shop.got)[0])
    assert problems(resource, trade_schema(BY_NUMBER, is_paid=True)) == []
    assert resource["out_trade_no"] == order["out_trade_no"]
    assert set(envelope) == {"id", "create_time", "resource_type", "event_type", "summary", "resource"}
    assert envelope["resource"]["original_type"] == envelope["resource"]["associated_data"] == "transaction"


def test_refund_answers_as_documented(simulator: Simulator, merchant: Merchant, shop: Shop) -> None:
    body = merchant.refund_body(merchant.paid(simulator.person()), 4_000)
    first = merchant.call("POST", PATHS[REFUND], body)
    assert problems(first.json(), response_schema(REFUND, "post")) == []
    assert first.json()["status"] == "PROCESSING"
    simulator.advance(5)
    notice = wait_until(lambda: next((item for item in shop.got if item.path == "/refunded"), None))
    query = merchant.call("GET", f"{PATHS[REFUND]}/{body['out_refund_no']}")
    assert problems(query.json(), response_schema(REFUND_QUERY, "get")) == []
    envelope, resource = merchant.open(notice)
    assert (envelope["event_type"], envelope["resource"]["original_type"]) == ("REFUND.SUCCESS", "refund")
    assert resource["success_time"] == query.json()["success_time"]
    assert set(resource["amount"]) == {"total", "refund", "payer_total", "payer_refund"}


def test_transfer_answers_as_documented(simulator: Simulator, merchant: Merchant, shop: Shop) -> None:
    person = simulator.person()
    body = merchant.transfer_body(person)
    first = merchant.call("POST", PATHS[f"{TRANSFERS}.yaml"], body).json()
    assert problems(first, response_schema(f"{TRANSFERS}.yaml", "post")) == []
    confirm = f"/phones/{person['id']}/transfers/{body['out_bill_no']}/confirm"
    simulator.sim(confirm, {"package": first["package_info"]})
    simulator.advance(5)
    _, resource = merchant.open(wait_until(lambda: shop.got)[0])
    for file, number in (
        (f"{TRANSFERS}_out-bill-no__out_bill_no_.yaml", f"out-bill-no/{body['out_bill_no']}"),
        (
            f"{TRANSFERS}_transfer-bill-no__transfer_bill_no_.yaml",
            f"transfer-bill-no/{first['transfer_bill_no']}",
        ),
    ):
        facts = merchant.call("GET", f"{PATHS[f'{TRANSFERS}.yaml']}/{number}").json()
        assert problems(facts, response_schema(file, "get")) == []
        assert resource.items() <= facts.items()


def test_cancelled_transfer_answers_as_documented(simulator: Simulator, merchant: Merchant) -> None:
    body = merchant.transfer_body(simulator.person())
    merchant.call("POST", PATHS[f"{TRANSFERS}.yaml"], body)
    path = f"{PATHS[f'{TRANSFERS}.yaml']}/out-bill-no/{body['out_bill_no']}/cancel"
    schema = response_schema(f"{TRANSFERS}_out-bill-no__out_bill_no__cancel.yaml", "post")
    assert problems(merchant.call("POST", path).json(), schema) == []


def test_bills_and_certificates_answer_as_documented(simulator: Simulator, merchant: Merchant) -> None:
    merchant.paid(simulator.person())
    day = simulator.sim("/clock")["shown"][:10]
    simulator.advance(2 * 86_400)
    for name in ("tradebill", "fundflowbill"):
        answer = merchant.call("GET", f"/v3/bill/{name}?bill_date={day}").json()
        assert problems(answer, response_schema(f"v3_bill_{name}.yaml", "get")) == []
    assert merchant.call("GET", "/v3/certificates").status_code == 404
    simulator.sim("/settings", {"mode": "certificate"})
    answer = merchant.call("GET", "/v3/certificates").json()
    assert problems(answer, response_schema("v3_certificates.yaml", "get")) == []


def invalid_variants(body: dict[str, Any], schema: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every body that differs from a good one in one place that the schema calls wrong."""
    for path, node, part in places(body, schema):
        yield f"{path}: unknown field", replaced(body, [*path, "not_documented"], "x")
        for name in part.get("required", []):
            yield f"{path}: without {name}", replaced(body, [*path, name], None, is_removed=True)
        for name, child in part["properties"].items():
            yield f"{path}: {name} null", replaced(body, [*path, name], None)
            wrong = 7 if child.get("type") in ("string", "array", "object", "boolean") else "7"
            yield f"{path}: {name} of a wrong type", replaced(body, [*path, name], wrong)
            if "enum" in child:
                yield f"{path}: {name} not listed", replaced(body, [*path, name], "NOT_LISTED")
        assert node is not None


def places(
    value: Any, schema: dict[str, Any], path: tuple[Any, ...] = ()
) -> Iterator[tuple[Any, Any, dict[str, Any]]]:
    """Every object inside a body with its path and schema."""
    if isinstance(value, list):
        for index, entry in enumerate(value):
            yield from places(entry, schema["items"], (*path, index))
    if isinstance(value, dict):
        yield path, value, schema
        for name, entry in value.items():
            yield from places(entry, schema["properties"].get(name, {}), (*path, name))


def replaced(
    body: dict[str, Any], path: list[Any], value: object, *, is_removed: bool = False
) -> dict[str, Any]:
    changed: Any = copy.deepcopy(body)
    node = changed
    for name in path[:-1]:
        node = node[name]
    if is_removed:
        node.pop(path[-1], None)
    else:
        node[path[-1]] = value
    return dict(changed)


def full_order(merchant: Merchant, person: dict[str, Any]) -> dict[str, Any]:
    return merchant.order(
        person,
        attach="门店一",
        time_expire="2099-01-01T00:00:00+08:00",
        detail={"goods_detail": [{"merchant_goods_id": "A1", "quantity": 1, "unit_price": 100}]},
        scene_info={"payer_client_ip": "14.23.150.211"},
        settle_info={"profit_sharing": False},
    )


@pytest.mark.parametrize("file", PATHS)
def test_bodies_the_documents_call_invalid_are_refused(
    simulator: Simulator, merchant: Merchant, file: str
) -> None:
    person = simulator.person()
    make = {
        PREPAY: lambda: full_order(merchant, person),
        REFUND: lambda: merchant.refund_body(merchant.order(person), 1, reason="不想要了"),
        f"{TRANSFERS}.yaml": lambda: merchant.transfer_body(person, user_recv_style={"type": "CONFIRM_PAGE"}),
    }
    body, schema = make[file](), request_schema(file, "post")
    assert problems(body, schema) == []
    seen = 0
    for name, variant in invalid_variants(body, schema):
        assert problems(variant, schema) != [], name
        answer = merchant.call("POST", PATHS[file], variant)
        assert answer.status_code == 400, (name, answer.text)
        assert answer.json()["code"] in ("PARAM_ERROR", "INVALID_REQUEST"), (name, answer.text)
        seen += 1
    assert seen > 20
