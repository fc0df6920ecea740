"""Payments, refunds and the three ways a call can end (O1, O4; wechat.md §6.6-6.9)."""

import base64
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.hashes import SHA256

from chalicelib.kernel import clock
from chalicelib.wechat import pay, transport
from chalicelib.wechat.pay import PayBusy, PayRefused, PayUnknown
from tests.support import world as support
from tests.wechat import fake
from tests.wechat.fake import FakeWeChat, Reply, Seen, refusal, signature_headers, signed
from tests.wechat.test_pay_notice import PAID

JSAPI = "/v3/pay/transactions/jsapi"
ORDER = "/v3/pay/transactions/out-trade-no/OR1"
CLOSE = f"{ORDER}/close"
REFUNDS = "/v3/refund/domestic/refunds"
NOT_PAID = {
    "amount": {"total": 100, "currency": "CNY", "payer_currency": "CNY"},
    "appid": "wx0000000000000001",
    "mchid": "1900000001",
    "out_trade_no": "OR1",
    "promotion_detail": [],
    "trade_state": "NOTPAY",
    "trade_state_desc": "订单未支付",
}
REFUND = {
    "refund_id": "50000000382019052709732678859",
    "out_refund_no": "RF1",
    "transaction_id": "4200",
    "out_trade_no": "OR1",
    "channel": "ORIGINAL",
    "create_time": "2026-11-23T16:18:12+08:00",
    "status": "PROCESSING",
    "amount": {"total": 100, "refund": 50, "payer_total": 100, "payer_refund": 50, "currency": "CNY"},
}


def _prepay() -> str:
    return pay.prepay(
        order_number="OR1",
        amount_fen=100,
        appid="wx0000000000000001",
        openid="o1",
        description="龙井茶",
        expires_at=datetime(2026, 11, 23, 4, 0, tzinfo=UTC),
    )


def _refund() -> pay.RefundState:
    return pay.refund(order_number="OR1", refund_number="RF1", refund_fen=50, total_fen=100, reason="不合适")


def _verify(seen: Seen) -> None:
    """As WeChat checks us: the merchant's signature over method, path, time, nonce and body."""
    scheme, _, rest = seen.headers["Authorization"].partition(" ")
    parts = dict(re.findall(r'(\w+)="([^"]*)"', rest))
    query = "?" + "&".join(f"{name}={value}" for name, value in seen.query.items()) if seen.query else ""
    message = f"{seen.method}\n{seen.path}{query}\n{parts['timestamp']}\n{parts['nonce_str']}\n".encode()
    fake.MERCHANT.public_key().verify(
        base64.b64decode(parts["signature"]), message + seen.body + b"\n", padding.PKCS1v15(), SHA256()
    )
    assert scheme == "WECHATPAY2-SHA256-RSA2048"
    assert (parts["mchid"], parts["serial_no"]) == ("1900000001", "5157F09EFDC096DE15EBE81A47057A7232F1B8E1")
    assert int(parts["timestamp"]) == int(clock.now().timestamp())
    assert seen.headers["Wechatpay-Serial"] == fake.KEY_ID


def test_an_order_is_announced(wechat: FakeWeChat) -> None:
    wechat.on(JSAPI, signed({"prepay_id": "wx2611"}))
    assert _prepay() == "wx2611"
    (seen,) = wechat.calls(JSAPI)
    _verify(seen)
    assert seen.json == {
        "appid": "wx0000000000000001",
        "mchid": "1900000001",
        "description": "龙井茶",
        "out_trade_no": "OR1",
        "time_expire": "2026-11-23T12:00:00+08:00",
        "notify_url": "https://shop.example.com/wechat/paid",
        "amount": {"total": 100, "currency": "CNY"},
        "payer": {"openid": "o1"},
    }


def test_a_long_description_is_cut_between_characters(wechat: FakeWeChat) -> None:
    wechat.on(JSAPI, signed({"prepay_id": "wx2611"}))
    pay.prepay(
        order_number="OR1",
        amount_fen=1,
        appid="a",
        openid="o",
        description="茶" * 100,
        expires_at=clock.now() + timedelta(hours=1),
    )
    assert wechat.calls(JSAPI)[0].json["description"] == "茶" * 42


@pytest.mark.parametrize("amount", [0, -1, True, 1.0])
def test_an_amount_that_is_none_never_leaves_the_house(wechat: FakeWeChat, amount: Any) -> None:
    with pytest.raises(AssertionError):
        pay.prepay(
            order_number="OR1", amount_fen=amount, appid="a", openid="o", description="x",
            expires_at=clock.now(),
        )  # fmt: skip
    assert wechat.seen == []


def test_the_client_gets_signed_parameters(wechat: FakeWeChat) -> None:
    params = pay.payment_params("wx0000000000000001", "wx2611")
    assert params["package"] == "prepay_id=wx2611" and params["signType"] == "RSA"
    message = "\n".join(
        [params["appId"], params["timeStamp"], params["nonceStr"], params["package"], ""]
    ).encode()
    fake.MERCHANT.public_key().verify(
        base64.b64decode(params["paySign"]), message, padding.PKCS1v15(), SHA256()
    )


Call = Callable[[], object]
CALLS: list[tuple[Call, str]] = [
    (_prepay, JSAPI),
    (lambda: pay.query("OR1"), ORDER),
    (_refund, REFUNDS),
    (lambda: pay.query_refund("RF1"), f"{REFUNDS}/RF1"),
]
UNKNOWN = {
    "cut": lambda: Reply(is_cut=True),
    "502 page": lambda: Reply(b"<html>502</html>", 502, {"Content-Type": "text/html"}),
    "500": lambda: refusal("SYSTEM_ERROR", 500),
    "400 but retry": lambda: refusal("BIZERR_NEED_RETRY", 400),
    "unsigned 200": lambda: fake.of_json({"prepay_id": "wx2611"}),
    "badly signed 200": lambda: signed({"prepay_id": "wx2611"}, key=fake.STRANGER),
    "signed for other bytes": lambda: signed({"prepay_id": "wx2611"}, signed_body=b"{}"),
    "old 200": lambda: signed({"prepay_id": "wx2611"}, age_seconds=301),
    "other key": lambda: signed({"prepay_id": "wx2611"}, serial="PUB_KEY_ID_09"),
    "other shape": lambda: signed({"prepay": 1}),
    "not an object": lambda: signed([]),
    "redirect": lambda: Reply(status=302, headers={"Location": "/elsewhere"}),
    "page instead of a refusal": lambda: Reply(b"<html>403</html>", 403),
    "refusal without a code": lambda: signed({"message": "x"}, 400),
    "badly signed refusal": lambda: signed({"code": "PARAM_ERROR", "message": "x"}, 400, key=fake.STRANGER),
}


@pytest.mark.parametrize(("call", "path"), CALLS)
@pytest.mark.parametrize("reply", UNKNOWN.values(), ids=UNKNOWN)
def test_whatever_proves_nothing_is_unknown(
    wechat: FakeWeChat, call: Call, path: str, reply: Callable[[], Reply]
) -> None:
    """wechat.md §6.9: such an answer frees no money; the caller queries."""
    wechat.on(path, reply())
    with pytest.raises(PayUnknown):
        call()


def test_a_time_out_after_wechat_did_it_is_unknown(
    wechat: FakeWeChat, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transport, "TIMEOUT_SECONDS", (1, 0.1))
    reply = signed(REFUND)
    wechat.on(REFUNDS, Reply(reply.body, 200, reply.headers, delay_seconds=0.4))
    with pytest.raises(PayUnknown) as unknown:
        _refund()
    assert unknown.value.reason == "ReadTimeout" and unknown.value.status == 503


def test_nobody_listening_is_unknown(wechat: FakeWeChat, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FENXIAO_WECHAT_PAY_URL", "http://127.0.0.1:9")
    pay.config.cache_clear()
    with pytest.raises(PayUnknown) as unknown:
        _prepay()
    assert unknown.value.reason == "ConnectionError"


@pytest.mark.parametrize(("call", "path"), CALLS)
@pytest.mark.parametrize("reply", [(429, "RATELIMIT_EXCEEDED"), (403, "FREQUENCY_LIMITED")])
def test_too_many_calls_are_busy(wechat: FakeWeChat, call: Call, path: str, reply: tuple[int, str]) -> None:
    wechat.on(path, refusal(reply[1], reply[0]))
    with pytest.raises(PayBusy):
        call()


def test_a_refusal_carries_wechats_words_for_the_staff(wechat: FakeWeChat) -> None:
    wechat.on(JSAPI, refusal("APPID_MCHID_NOT_MATCH", 400, "appid和mch_id不匹配"))
    with pytest.raises(PayRefused) as refused:
        _prepay()
    assert (refused.value.refusal, refused.value.message) == ("APPID_MCHID_NOT_MATCH", "appid和mch_id不匹配")
    assert refused.value.request_id == "08F78BB5AE0610D302-268498688"
    assert (refused.value.status, refused.value.code()) == (409, "PAY_REFUSED")


def test_a_refusal_before_wechat_knows_the_merchant_is_unsigned(wechat: FakeWeChat) -> None:
    wechat.on(JSAPI, fake.of_json({"code": "SIGN_ERROR", "message": "错误的签名，验签失败"}, 401))
    with pytest.raises(PayRefused):
        _prepay()


def test_a_vault_out_of_reach_stops_us_before_the_money_moves(wechat: FakeWeChat) -> None:
    support.aws.client("secretsmanager").delete_secret(
        SecretId="fenxiao-test/wechat/pay-public-key", ForceDeleteWithoutRecovery=True
    )
    support.secrets.forget()
    with pytest.raises(Exception, match="ResourceNotFound"):
        _refund()
    assert wechat.seen == []


def test_a_paid_order_is_found_with_its_payment(wechat: FakeWeChat) -> None:
    wechat.on(ORDER, signed({**PAID, "trade_state": "REFUND"}))
    trade = pay.query("OR1")
    assert trade is not None and trade.state == "REFUND"
    assert trade.paid is not None and trade.paid.amount_fen == 100
    (seen,) = wechat.calls(ORDER)
    assert seen.query == {"mchid": "1900000001"}
    _verify(seen)


def test_an_unpaid_order_is_found_without_payment(wechat: FakeWeChat) -> None:
    wechat.on(ORDER, signed(NOT_PAID))
    assert pay.query("OR1") == pay.Trade("OR1", "NOTPAY", None)


@pytest.mark.parametrize(
    "change", [{"out_trade_no": "OR2"}, {"mchid": "1900000002"}, {"trade_state": "NEW"}, {"payer": None}]
)
def test_an_answer_about_something_else_is_unknown(wechat: FakeWeChat, change: dict[str, Any]) -> None:
    wechat.on(ORDER, signed({**PAID, **change}))
    with pytest.raises(PayUnknown):
        pay.query("OR1")


@pytest.mark.parametrize("code", ["ORDER_NOT_EXIST", "NOT_FOUND", "RESOURCE_NOT_EXISTS"])
def test_what_wechat_does_not_know_is_none(wechat: FakeWeChat, code: str) -> None:
    wechat.on(ORDER, refusal(code, 404))
    wechat.on(f"{REFUNDS}/RF1", refusal(code, 404))
    assert pay.query("OR1") is None
    assert pay.query_refund("RF1") is None


def test_another_refusal_of_a_query_is_no_none(wechat: FakeWeChat) -> None:
    wechat.on(ORDER, refusal("NO_AUTH", 403))
    wechat.on(f"{REFUNDS}/RF1", refusal("NO_AUTH", 403))
    with pytest.raises(PayRefused):
        pay.query("OR1")
    with pytest.raises(PayRefused):
        pay.query_refund("RF1")


def test_an_order_is_closed(wechat: FakeWeChat) -> None:
    wechat.on(CLOSE, signed(None, 204))
    assert pay.close("OR1") == "CLOSED"
    (seen,) = wechat.calls(CLOSE)
    assert seen.json == {"mchid": "1900000001"}
    _verify(seen)


def test_an_unsigned_204_closes_nothing(wechat: FakeWeChat) -> None:
    wechat.on(CLOSE, Reply(status=204))
    with pytest.raises(PayUnknown):
        pay.close("OR1")


@pytest.mark.parametrize(
    ("code", "status", "answer"),
    [
        ("ORDERPAID", 400, "PAID"),
        ("ORDER_PAID", 400, "PAID"),
        ("ORDER_CLOSED", 400, "CLOSED"),
        ("ORDER_NOT_EXIST", 404, "CLOSED"),
    ],
)
def test_closing_meets_what_was_quicker(wechat: FakeWeChat, code: str, status: int, answer: str) -> None:
    wechat.on(CLOSE, refusal(code, status))
    assert pay.close("OR1") == answer


@pytest.mark.parametrize(
    ("trade", "answer"), [(PAID, "PAID"), ({**NOT_PAID, "trade_state": "CLOSED"}, "CLOSED"), (NOT_PAID, None)]
)
def test_a_refused_close_is_settled_by_a_query(
    wechat: FakeWeChat, trade: dict[str, Any], answer: str | None
) -> None:
    """WeChat's code for "already paid" varies (wechat.md §8)."""
    wechat.on(CLOSE, refusal("INVALID_REQUEST", 400, "订单已支付"))
    wechat.on(ORDER, signed(trade))
    if answer:
        assert pay.close("OR1") == answer
    else:
        with pytest.raises(PayRefused):
            pay.close("OR1")


def test_money_is_given_back(wechat: FakeWeChat) -> None:
    wechat.on(REFUNDS, signed(REFUND))
    assert _refund() == pay.RefundState(
        "RF1", "OR1", "50000000382019052709732678859", "PROCESSING", pay.Fen(50), pay.Fen(100), None
    )
    (seen,) = wechat.calls(REFUNDS)
    _verify(seen)
    assert seen.json == {
        "out_trade_no": "OR1",
        "out_refund_no": "RF1",
        "reason": "不合适",
        "notify_url": "https://shop.example.com/wechat/refunded",
        "amount": {"refund": 50, "total": 100, "currency": "CNY"},
    }


def test_a_refused_refund_that_exists_is_no_refusal(wechat: FakeWeChat) -> None:
    """The answer to an earlier attempt was lost, and WeChat will not take the number again."""
    wechat.on(REFUNDS, refusal("INVALID_REQUEST", 400, "订单金额或退款金额与之前请求不一致"))
    done = {**REFUND, "status": "SUCCESS", "success_time": "2026-11-23T18:00:00+08:00"}
    wechat.on(f"{REFUNDS}/RF1", signed(done))
    state = _refund()
    assert state.state == "SUCCESS"
    assert state.refunded_at == datetime(2026, 11, 23, 10, 0, tzinfo=UTC)


def test_a_refused_refund_that_does_not_exist_is_refused(wechat: FakeWeChat) -> None:
    wechat.on(REFUNDS, refusal("NOT_ENOUGH", 403))
    wechat.on(f"{REFUNDS}/RF1", refusal("RESOURCE_NOT_EXISTS", 404))
    with pytest.raises(PayRefused) as refused:
        _refund()
    assert refused.value.refusal == "NOT_ENOUGH"


def test_a_refused_refund_that_cannot_be_looked_up_is_unknown(wechat: FakeWeChat) -> None:
    wechat.on(REFUNDS, refusal("NOT_ENOUGH", 403))
    wechat.on(f"{REFUNDS}/RF1", Reply(status=502))
    with pytest.raises(PayUnknown):
        _refund()


@pytest.mark.parametrize("refund_fen", [0, 101, True])
def test_no_more_than_was_paid_is_asked_back(wechat: FakeWeChat, refund_fen: int) -> None:
    """Invariant 8."""
    with pytest.raises(AssertionError):
        pay.refund(order_number="OR1", refund_number="RF1", refund_fen=refund_fen, total_fen=100, reason="x")


def test_connections_are_kept(wechat: FakeWeChat, world: support.Clock) -> None:
    wechat.on(JSAPI, signed({"prepay_id": "wx2611"}))
    session = transport.session()
    assert session is transport.session() and session.trust_env is False
    for _ in range(3):
        _prepay()
    assert len({seen.peer_port for seen in wechat.calls(JSAPI)}) == 1


def test_a_signature_is_of_the_answer_it_came_with(wechat: FakeWeChat) -> None:
    body = b'{"prepay_id":"wx2611"}'
    headers = signature_headers(body)
    wechat.on(JSAPI, Reply(body, 200, headers), Reply(body.replace(b"2611", b"9999"), 200, headers))
    assert _prepay() == "wx2611"
    with pytest.raises(PayUnknown):
        _prepay()
