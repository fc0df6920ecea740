"""What WeChat Pay accepts and refuses: orders, payments, refunds (wechat.md §4.9)."""

import json
import time
from typing import Any

import pytest

from tests.contract.peers import Merchant, Shop, Simulator, wait_until

JSAPI = "/v3/pay/transactions/jsapi"
REFUNDS = "/v3/refund/domestic/refunds"


def refusal(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


def trade_path(simulator: Simulator, body: dict[str, Any], tail: str = "") -> str:
    query = "" if tail else f"?mchid={simulator.keys['mch_id']}"
    return f"/v3/pay/transactions/out-trade-no/{body['out_trade_no']}{tail}{query}"


def tap(simulator: Simulator, person: dict[str, Any], params: dict[str, str], *, status: int = 200) -> Any:
    return simulator.sim(f"/phones/{person['id']}/pay", {"params": params, "action": "pay"}, status=status)


class TestTheDoor:
    def test_a_request_must_be_signed_by_the_merchant(self, simulator: Simulator, merchant: Merchant) -> None:
        body = merchant.order(simulator.person())
        good = merchant.send("POST", JSAPI, body).request.headers["authorization"]
        forged = {
            "": "no authorization",
            good.replace("WECHATPAY2", "WECHATPAY1"): "other scheme",
            good.replace(simulator.keys["mch_id"], "1900000001"): "other merchant",
            good.replace(simulator.keys["mch_serial"], "00"): "other certificate",
            good.replace('timestamp="', 'timestamp="1'): "other time",
            good.replace('nonce_str="', 'nonce_str="x'): "other nonce",
        }
        for authorization, name in forged.items():
            answer = merchant.call("POST", JSAPI, body, Authorization=authorization)
            assert refusal(answer) == (401, "SIGN_ERROR"), name
        changed = {**body, "description": "别的"}
        assert refusal(merchant.call("POST", JSAPI, changed, Authorization=good)) == (401, "SIGN_ERROR")

    def test_an_old_signature_is_refused(
        self, simulator: Simulator, merchant: Merchant, monkeypatch: Any
    ) -> None:
        real = time.time
        monkeypatch.setattr("wechatpayv3.utils.time.time", lambda: real() - 400)
        answer = merchant.send("POST", JSAPI, merchant.order(simulator.person()))
        assert refusal(answer) == (401, "SIGN_ERROR")

    def test_prepay_and_transfer_need_the_public_keys_id(
        self, simulator: Simulator, merchant: Merchant
    ) -> None:
        person = simulator.person()
        for path, body in (
            (JSAPI, merchant.order(person)),
            ("/v3/fund-app/mch-transfer/transfer-bills", merchant.transfer_body(person)),
        ):
            answer = merchant.call("POST", path, body, Wechatpay_Serial="PUB_KEY_ID_UNKNOWN")
            assert refusal(answer) == (400, "PARAM_ERROR")

    def test_an_unknown_path_is_a_404(self, simulator: Simulator) -> None:
        assert simulator.http.get("/v3/no/such/path").status_code == 404


class TestPrepay:
    def test_the_same_order_again_is_the_same_and_a_changed_one_is_refused(
        self, simulator: Simulator, merchant: Merchant
    ) -> None:
        body = merchant.order(simulator.person())
        assert merchant.prepay(body) == merchant.prepay(body)
        dearer = {**body, "amount": {"total": 10_001, "currency": "CNY"}}
        assert refusal(merchant.call("POST", JSAPI, dearer)) == (400, "INVALID_REQUEST")

    @pytest.mark.parametrize(
        ("change", "code"),
        [
            ({"appid": "wx0000000000000000"}, "APPID_MCHID_NOT_MATCH"),
            ({"mchid": "1900000001"}, "PARAM_ERROR"),
            ({"payer": {"openid": "oUnknown"}}, "PARAM_ERROR"),
            ({"amount": {"total": 0, "currency": "CNY"}}, "PARAM_ERROR"),
            ({"amount": {"total": 10.5, "currency": "CNY"}}, "PARAM_ERROR"),
            ({"amount": {"total": 100, "currency": "USD"}}, "PARAM_ERROR"),
            ({"description": "长" * 128}, "PARAM_ERROR"),
            ({"out_trade_no": "short"}, "PARAM_ERROR"),
            ({"out_trade_no": "with space 1"}, "PARAM_ERROR"),
            ({"out_trade_no": "x" * 33}, "PARAM_ERROR"),
            ({"attach": "长" * 129}, "PARAM_ERROR"),
            ({"notify_url": "http://shop.example/paid"}, "PARAM_ERROR"),
            ({"notify_url": "https://shop.example/paid?a=1"}, "PARAM_ERROR"),
            ({"time_expire": "2020-01-01T00:00:00+08:00"}, "PARAM_ERROR"),
            ({"time_expire": "2020-01-01 00:00:00"}, "PARAM_ERROR"),
        ],
    )
    def test_what_wechat_refuses(
        self, simulator: Simulator, merchant: Merchant, change: Any, code: str
    ) -> None:
        body = merchant.order(simulator.person(), **change)
        assert refusal(merchant.call("POST", JSAPI, body)) == (400, code)

    def test_an_openid_of_the_other_app_is_refused(self, simulator: Simulator, merchant: Merchant) -> None:
        person = simulator.person()
        body = merchant.order(person, payer={"openid": person["oa_openid"]})
        assert refusal(merchant.call("POST", JSAPI, body)) == (400, "PARAM_ERROR")

    def test_the_order_closes_by_itself_at_its_end(self, simulator: Simulator, merchant: Merchant) -> None:
        person = simulator.person()
        body = merchant.order(person)
        params = merchant.params(merchant.prepay(body))
        simulator.advance(8 * 86_400)
        answer = wait_until(
            lambda: merchant.call("GET", trade_path(simulator, body)).json()["trade_state"] == "CLOSED"
        )
        assert answer
        tap(simulator, person, params, status=409)


class TestPayment:
    def test_only_rightly_signed_params_of_the_right_person_can_be_paid(
        self, simulator: Simulator, merchant: Merchant
    ) -> None:
        person, other = simulator.person("甲"), simulator.person("乙")
        params = merchant.params(merchant.prepay(merchant.order(person)))
        for name in params:
            tap(simulator, person, {**params, name: params[name] + "x"}, status=409)
            tap(simulator, person, {key: value for key, value in params.items() if key != name}, status=409)
        tap(simulator, other, params, status=409)
        assert simulator.sim(f"/phones/{person['id']}/sheet", {"params": params})["amount_fen"] == 10_000
        assert tap(simulator, person, params)["errMsg"] == "requestPayment:ok"
        tap(simulator, person, params, status=409)

    def test_a_cancelled_payment_leaves_the_order_open(
        self, simulator: Simulator, merchant: Merchant
    ) -> None:
        person = simulator.person()
        body = merchant.order(person)
        params = merchant.params(merchant.prepay(body))
        answer = simulator.sim(f"/phones/{person['id']}/pay", {"params": params, "action": "cancel"})
        assert answer["errMsg"] == "requestPayment:fail cancel"
        assert merchant.call("GET", trade_path(simulator, body)).json()["trade_state"] == "NOTPAY"

    def test_a_prepay_id_lives_two_hours(self, simulator: Simulator, merchant: Merchant) -> None:
        person = simulator.person()
        body = merchant.order(person)
        params = merchant.params(merchant.prepay(body))
        simulator.advance(7201)
        tap(simulator, person, params, status=409)
        tap(simulator, person, merchant.params(merchant.prepay(body)))


class TestClose:
    def test_closing_is_idempotent_and_ends_the_order(self, simulator: Simulator, merchant: Merchant) -> None:
        person = simulator.person()
        body = merchant.order(person)
        params = merchant.params(merchant.prepay(body))
        for _ in range(2):
            answer = merchant.call("POST", trade_path(simulator, body, "/close"), {"mchid": body["mchid"]})
            assert (answer.status_code, answer.content) == (204, b"")
        tap(simulator, person, params, status=409)
        assert refusal(merchant.call("POST", JSAPI, body)) == (400, "ORDER_CLOSED")

    def test_a_paid_order_cannot_be_closed_or_ordered_again(
        self, simulator: Simulator, merchant: Merchant
    ) -> None:
        order = merchant.paid(simulator.person())
        body = {name: value for name, value in order.items() if name != "transaction_id"}
        answer = merchant.call("POST", trade_path(simulator, body, "/close"), {"mchid": body["mchid"]})
        assert refusal(answer) == (400, "ORDER_PAID")
        assert refusal(merchant.call("POST", JSAPI, body)) == (400, "ORDERPAID")

    def test_an_unknown_order(self, simulator: Simulator, merchant: Merchant) -> None:
        body = {"out_trade_no": "UNKNOWN0001"}
        assert refusal(merchant.call("GET", trade_path(simulator, body))) == (404, "ORDER_NOT_EXIST")
        other = "/v3/pay/transactions/out-trade-no/UNKNOWN0001?mchid=1900000001"
        assert refusal(merchant.call("GET", other)) == (400, "PARAM_ERROR")


class TestRefund:
    def test_refunds_never_exceed_what_was_paid(self, simulator: Simulator, merchant: Merchant) -> None:
        simulator.sim("/settings", {"refund_gap_seconds": 0})
        order = merchant.paid(simulator.person())
        assert merchant.call("POST", REFUNDS, merchant.refund_body(order, 6_000)).status_code == 200
        too_much = merchant.call("POST", REFUNDS, merchant.refund_body(order, 4_001))
        assert refusal(too_much) == (400, "INVALID_REQUEST")
        assert merchant.call("POST", REFUNDS, merchant.refund_body(order, 4_000)).status_code == 200

    def test_one_number_is_one_refund(self, simulator: Simulator, merchant: Merchant) -> None:
        order = merchant.paid(simulator.person())
        body = merchant.refund_body(order, 100)
        first = merchant.call("POST", REFUNDS, body).json()
        assert merchant.call("POST", REFUNDS, body).json()["refund_id"] == first["refund_id"]
        changed = {**body, "amount": {**body["amount"], "refund": 101}}
        assert refusal(merchant.call("POST", REFUNDS, changed)) == (400, "INVALID_REQUEST")

    def test_at_most_fifty_and_a_minute_apart(self, simulator: Simulator, merchant: Merchant) -> None:
        order = merchant.paid(simulator.person())
        merchant.call("POST", REFUNDS, merchant.refund_body(order, 1))
        assert refusal(merchant.call("POST", REFUNDS, merchant.refund_body(order, 1))) == (
            429,
            "FREQUENCY_LIMITED",
        )
        simulator.sim("/settings", {"refund_gap_seconds": 0})
        for _ in range(49):
            assert merchant.send("POST", REFUNDS, merchant.refund_body(order, 1)).status_code == 200
        assert refusal(merchant.call("POST", REFUNDS, merchant.refund_body(order, 1))) == (403, "RULE_LIMIT")

    def test_what_else_is_refused(self, simulator: Simulator, merchant: Merchant) -> None:
        person = simulator.person()
        order, unpaid = merchant.paid(person), merchant.order(person)
        merchant.prepay(unpaid)
        wrong_total = merchant.refund_body(order, 1, amount={"refund": 1, "total": 9_999, "currency": "CNY"})
        both = merchant.refund_body(order, 1, transaction_id=order["transaction_id"])
        unknown = merchant.refund_body({**order, "out_trade_no": "UNKNOWN0001"}, 1)
        assert refusal(merchant.call("POST", REFUNDS, wrong_total)) == (400, "INVALID_REQUEST")
        assert refusal(merchant.call("POST", REFUNDS, both)) == (400, "PARAM_ERROR")
        assert refusal(merchant.call("POST", REFUNDS, unknown)) == (404, "RESOURCE_NOT_EXISTS")
        assert refusal(merchant.call("POST", REFUNDS, merchant.refund_body(unpaid, 1))) == (
            403,
            "TRADE_ERROR",
        )
        simulator.advance(366 * 86_400)
        assert refusal(merchant.call("POST", REFUNDS, merchant.refund_body(order, 1))) == (403, "TRADE_ERROR")
        assert refusal(merchant.call("GET", f"{REFUNDS}/UNKNOWN")) == (404, "RESOURCE_NOT_EXISTS")

    def test_a_settled_order_is_refunded_from_the_balance(
        self, simulator: Simulator, merchant: Merchant
    ) -> None:
        """Money frozen until receipt pays its own refund; later the balance must suffice."""
        person = simulator.person()
        order = merchant.order(
            person, appid=simulator.keys["oa_appid"], payer={"openid": person["oa_openid"]}
        )
        params = merchant.params(merchant.prepay(order))
        stamp = params["timeStamp"]
        words = [simulator.keys["oa_appid"], stamp, "nonce", params["package"]]
        signed = {**params, "appId": simulator.keys["oa_appid"], "paySign": merchant.client().sign(words)}
        tap(simulator, person, signed)
        simulator.sim("/settings", {"balance_fen": -10_000})
        assert refusal(merchant.call("POST", REFUNDS, merchant.refund_body(order, 1))) == (403, "NOT_ENOUGH")
        simulator.sim("/settings", {"balance_fen": 0})
        assert (
            merchant.call("POST", REFUNDS, merchant.refund_body(order, 1)).json()["funds_account"]
            == "AVAILABLE"
        )

    @pytest.mark.parametrize(
        ("fault", "event"), [("refund_abnormal", "REFUND.ABNORMAL"), ("refund_closed", "REFUND.CLOSED")]
    )
    def test_a_refund_can_end_badly(
        self, simulator: Simulator, merchant: Merchant, shop: Shop, fault: str, event: str
    ) -> None:
        simulator.fault(fault)
        simulator.sim("/settings", {"refund_gap_seconds": 0})
        order = merchant.paid(simulator.person())
        merchant.call("POST", REFUNDS, merchant.refund_body(order, 10_000))
        simulator.advance(3)
        delivery = wait_until(lambda: next((item for item in shop.got if item.path == "/refunded"), None))
        envelope, resource = merchant.open(delivery)
        assert (envelope["event_type"], "success_time" in resource) == (event, False)
        again = merchant.call("POST", REFUNDS, merchant.refund_body(order, 10_000)).status_code
        assert again == (200 if fault == "refund_closed" else 400), (
            "only a closed refund gives its amount back"
        )


def test_answers_are_quick(simulator: Simulator, merchant: Merchant) -> None:
    """A prepay or query costs the simulator a few milliseconds at most."""
    body = merchant.order(simulator.person())
    merchant.prepay(body)
    started = time.process_time()
    for _ in range(20):
        assert (
            json.loads(merchant.send("GET", trade_path(simulator, body)).content)["trade_state"] == "NOTPAY"
        )
    assert (time.process_time() - started) / 20 < 0.015, "client and server together"
