"""Notices of WeChat Pay: every check of wechat.md §6.3, in its order, and nothing let through."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chalicelib.wechat import pay, pay_crypto
from chalicelib.wechat.pay import BadNotice, PaidNotice, RefundNotice, TransferNotice, open_notice
from tests.support import world as support
from tests.wechat import fake
from tests.wechat.fake import FakeWeChat, compact, notice_body, signature_headers

pytestmark = pytest.mark.usefixtures("wechat")

PAID: dict[str, Any] = {
    "transaction_id": "1217752501201407033233368018",
    "amount": {"payer_total": 90, "total": 100, "currency": "CNY", "payer_currency": "CNY"},
    "mchid": "1900000001",
    "trade_state": "SUCCESS",
    "bank_type": "CMC",
    "promotion_detail": [],
    "success_time": "2026-11-23T18:00:00+08:00",
    "payer": {"openid": "o1"},
    "out_trade_no": "OR1",
    "appid": "wx0000000000000001",
    "trade_state_desc": "支付成功",
    "trade_type": "JSAPI",
}
REFUNDED: dict[str, Any] = {
    "mchid": "1900000001",
    "transaction_id": "1008450740201411110005820873",
    "out_trade_no": "OR1",
    "refund_id": "50200207182018070300011301001",
    "out_refund_no": "RF1",
    "refund_status": "SUCCESS",
    "success_time": "2026-11-23T18:00:00+08:00",
    "user_received_account": "招商银行信用卡0403",
    "amount": {"total": 999, "refund": 998, "payer_total": 999, "payer_refund": 998},
}
TRANSFERRED: dict[str, Any] = {
    "out_bill_no": "WD1",
    "transfer_bill_no": "1330000071100999991182020050700019480001",
    "state": "FAIL",
    "mch_id": "1900000001",
    "transfer_amount": 2000,
    "openid": "o1",
    "fail_reason": "PAYEE_ACCOUNT_ABNORMAL",
    "create_time": "2026-11-23T17:00:00+08:00",
    "update_time": "2026-11-23T18:00:00+08:00",
}


def _reason(headers: dict[str, str], body: bytes) -> str:
    with pytest.raises(BadNotice) as bad:
        open_notice(headers, body)
    assert bad.value.status == 401
    return bad.value.reason


def _signed(body: bytes, **how: Any) -> tuple[dict[str, str], bytes]:
    return signature_headers(body, **how), body


def test_a_notice_of_wechats_is_opened() -> None:
    notice = open_notice(*_signed(notice_body(PAID)))
    assert notice == pay.Notice("EV-2018022511223320873", "TRANSACTION.SUCCESS", PAID)


@pytest.mark.parametrize("spelling", [str.lower, str.upper, str.title])
def test_header_names_come_in_any_case(spelling: Callable[[str], str]) -> None:
    """API Gateway may lower them (wechat.md §6.4)."""
    headers, body = _signed(notice_body(PAID))
    assert open_notice({spelling(name): value for name, value in headers.items()}, body).resource == PAID


def test_a_body_beyond_the_cap_is_not_even_read(capsys: pytest.CaptureFixture[str]) -> None:
    assert _reason(*_signed(b"x" * (64 * 1024 + 1))) == "too_large"
    assert '"bad_notice": 1' in capsys.readouterr().out


@pytest.mark.parametrize(
    "name",
    [
        "Wechatpay-Timestamp",
        "Wechatpay-Nonce",
        "Wechatpay-Signature",
        "Wechatpay-Serial",
        "Wechatpay-Signature-Type",
    ],
)
def test_every_header_is_needed(name: str) -> None:
    headers, body = _signed(notice_body(PAID))
    assert _reason({**headers, name: ""}, body) == "missing_header"
    del headers[name]
    assert _reason(headers, body) == "missing_header"


@pytest.mark.parametrize("age_seconds", [301, -301, 30 * 86400])
def test_an_old_or_future_notice_is_refused_though_well_signed(age_seconds: int) -> None:
    assert _reason(*_signed(notice_body(PAID), age_seconds=age_seconds)) == "stale"


@pytest.mark.parametrize("age_seconds", [300, -300])
def test_five_minutes_are_fresh(age_seconds: int) -> None:
    assert open_notice(*_signed(notice_body(PAID), age_seconds=age_seconds)).resource == PAID


@pytest.mark.parametrize("timestamp", ["abc", "1e9", "-1", "٣", "9" * 13, "1.5"])
def test_a_timestamp_that_is_no_number_is_stale(timestamp: str) -> None:
    headers, body = _signed(notice_body(PAID))
    assert _reason({**headers, "Wechatpay-Timestamp": timestamp}, body) == "stale"


def test_a_key_off_our_list_is_refused_without_asking_anybody(wechat: FakeWeChat) -> None:
    """wechatpayv3 would fetch certificates for every such notice (wechat.md §2.1 c)."""
    for serial in ("PUB_KEY_ID_09", "5157F09EFDC096DE15EBE81A47057A7232F1B8E1", "zz"):
        assert _reason(*_signed(notice_body(PAID), serial=serial)) == "unknown_serial"
    assert wechat.seen == []


def test_wechats_probe_is_refused() -> None:
    headers, body = _signed(notice_body(PAID))
    probe = {**headers, "Wechatpay-Signature": "WECHATPAY/SIGNTEST/" + headers["Wechatpay-Signature"]}
    assert _reason(probe, body) == "signtest"


def test_a_strangers_signature_is_refused() -> None:
    assert _reason(*_signed(notice_body(PAID), key=fake.STRANGER)) == "bad_signature"


def test_the_signature_covers_body_nonce_and_time(world: support.Clock) -> None:
    headers, body = _signed(notice_body(PAID))
    assert _reason(headers, body + b" ") == "bad_signature"
    assert _reason(headers, body.replace(b"SUCCESS", b"FAILURE")) == "bad_signature"
    assert _reason({**headers, "Wechatpay-Nonce": "other"}, body) == "bad_signature"
    moved = str(int(headers["Wechatpay-Timestamp"]) + 1)
    assert _reason({**headers, "Wechatpay-Timestamp": moved}, body) == "bad_signature"


@pytest.mark.parametrize("signature", ["!!!", "AAAA", "é"])
def test_a_signature_that_is_none_is_refused(signature: str) -> None:
    headers, body = _signed(notice_body(PAID))
    assert _reason({**headers, "Wechatpay-Signature": signature}, body) == "bad_signature"


def test_another_algorithm_is_refused() -> None:
    headers, body = _signed(notice_body(PAID))
    assert (
        _reason({**headers, "Wechatpay-Signature-Type": "WECHATPAY2-SM2-WITH-SM3"}, body) == "bad_signature"
    )


def test_bytes_that_are_no_text_are_refused() -> None:
    assert _reason(*_signed(b"\xff\xfe{}")) == "bad_signature"


@pytest.mark.parametrize("body", [b"", b"not json", b"[]", b"1", b"[" * 50_000])
def test_a_signed_body_that_is_no_object_is_refused(body: bytes) -> None:
    assert _reason(*_signed(body)) == "bad_json"


@pytest.mark.parametrize(
    "value",
    [
        {},
        {"id": "1", "event_type": "T"},
        {"id": "1", "event_type": "T", "resource": []},
        {"id": "1", "event_type": "T", "resource": {"algorithm": "AEAD_SM4_GCM"}},
        {"event_type": "T", "resource": {"algorithm": "AEAD_AES_256_GCM"}},
        {"id": 1, "event_type": "T", "resource": {"algorithm": "AEAD_AES_256_GCM"}},
    ],
)
def test_an_envelope_of_another_shape_is_refused(value: dict[str, Any]) -> None:
    assert _reason(*_signed(compact(value))) == "bad_shape"


@pytest.mark.parametrize(
    "change",
    [
        {"ciphertext": "AAAA" * 20},
        {"ciphertext": "not base64"},
        {"ciphertext": ""},
        {"nonce": "xdasflkja484"},
        {"nonce": ""},
        {"nonce": 12},
        {"associated_data": "refund"},
    ],
)
def test_a_resource_that_is_not_whole_is_refused(change: dict[str, Any]) -> None:
    envelope = json.loads(notice_body(PAID))
    envelope["resource"].update(change)
    assert _reason(*_signed(compact(envelope))) == "bad_cipher"


def test_a_resource_without_additional_data_opens() -> None:
    assert open_notice(*_signed(notice_body(PAID, aad=""))).resource == PAID


@pytest.mark.parametrize("plain", [b"not json", b"[]"])
def test_a_plaintext_that_is_no_object_is_refused(plain: bytes) -> None:
    assert _reason(*_signed(notice_body(plain))) == "bad_json"


def test_while_the_key_changes_two_ids_are_good() -> None:
    """wechat.md §6.15: a verifier accepts the current and the previous key."""
    old = {"id": "PUB_KEY_ID_OLD", "pem": fake.public_pem(fake.STRANGER)}
    support.put_secret("wechat/pay-public-key-previous", json.dumps(old))
    pay_crypto.forget()
    body = notice_body(PAID)
    assert open_notice(*_signed(body, key=fake.STRANGER, serial="PUB_KEY_ID_OLD")).resource == PAID
    assert open_notice(*_signed(body)).resource == PAID
    assert _reason(*_signed(body, serial="PUB_KEY_ID_OLD")) == "bad_signature"


def test_no_key_is_parsed_twice() -> None:
    """design §9: a paid notice costs 6 ms of CPU in all; parsing keys each time would eat them."""
    misses = pay_crypto._public_key.cache_info().misses
    for _ in range(3):
        open_notice(*_signed(notice_body(PAID)))
    assert pay_crypto._public_key.cache_info().misses <= misses + 1


@given(st.data())
@settings(
    max_examples=100,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    derandomize=True,
)
def test_no_changed_byte_gets_through(data: st.DataObject) -> None:
    headers, body = _signed(notice_body(PAID))
    spot = data.draw(st.integers(0, len(body) - 1))
    mask = data.draw(st.integers(1, 255))
    changed = body[:spot] + bytes([body[spot] ^ mask]) + body[spot + 1 :]
    assert _reason(headers, changed) == "bad_signature"


def test_a_payment_is_read() -> None:
    assert PaidNotice.of(PAID) == PaidNotice(
        order_number="OR1",
        transaction_id="1217752501201407033233368018",
        appid="wx0000000000000001",
        mch_id="1900000001",
        openid="o1",
        amount_fen=100,
        payer_fen=90,
        currency="CNY",
        trade_state="SUCCESS",
        trade_type="JSAPI",
        paid_at=datetime(2026, 11, 23, 10, 0, tzinfo=UTC),
    )


def test_a_refund_is_read() -> None:
    notice = RefundNotice.of(REFUNDED)
    assert (notice.refund_number, notice.state, notice.refund_fen, notice.total_fen) == (
        "RF1",
        "SUCCESS",
        998,
        999,
    )
    assert notice.refunded_at == datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
    closed = {**REFUNDED, "refund_status": "CLOSED"}
    del closed["success_time"]
    assert RefundNotice.of(closed).refunded_at is None


def test_a_transfer_is_read_under_either_spelling_of_the_merchant() -> None:
    notice = TransferNotice.of(TRANSFERRED)
    assert (notice.bill_number, notice.state, notice.fail_reason) == ("WD1", "FAIL", "PAYEE_ACCOUNT_ABNORMAL")
    assert (notice.amount_fen, notice.updated_at) == (2000, datetime(2026, 11, 23, 10, 0, tzinfo=UTC))
    renamed = {"mchid" if name == "mch_id" else name: value for name, value in TRANSFERRED.items()}
    assert TransferNotice.of(renamed) == notice


READERS: list[tuple[Callable[[dict[str, Any]], object], dict[str, Any]]] = [
    (PaidNotice.of, PAID),
    (RefundNotice.of, REFUNDED),
    (TransferNotice.of, TRANSFERRED),
]


@pytest.mark.parametrize(("read", "resource"), READERS)
def test_a_notice_for_another_merchant_is_refused(
    read: Callable[[dict[str, Any]], object], resource: dict[str, Any]
) -> None:
    name = "mch_id" if "mch_id" in resource else "mchid"
    with pytest.raises(BadNotice) as bad:
        read({**resource, name: "1900000002"})
    assert bad.value.reason == "other_merchant"


def test_a_payment_for_another_app_is_refused_and_the_official_accounts_taken() -> None:
    assert PaidNotice.of({**PAID, "appid": "wx0000000000000002"}).appid == "wx0000000000000002"
    with pytest.raises(BadNotice) as bad:
        PaidNotice.of({**PAID, "appid": "wx9999999999999999"})
    assert bad.value.reason == "other_app"


@pytest.mark.parametrize("total", [True, 100.0, "100", -1, None, 10**12 + 1])
def test_an_amount_is_whole_fen_or_nothing(total: Any) -> None:
    """Invariant 1."""
    with pytest.raises(BadNotice) as bad:
        PaidNotice.of({**PAID, "amount": {**PAID["amount"], "total": total}})
    assert bad.value.reason == "bad_shape"


@pytest.mark.parametrize(("read", "resource"), READERS)
def test_a_missing_or_odd_field_is_refused(
    read: Callable[[dict[str, Any]], object], resource: dict[str, Any]
) -> None:
    optional = {
        "bank_type", "promotion_detail", "trade_state_desc", "user_received_account", "create_time",
        "fail_reason",
    }  # fmt: skip
    if read == RefundNotice.of:
        optional.add("success_time")
    for name in resource.keys() - optional:
        for odd in (None, [], "" if isinstance(resource[name], str) else "x"):
            with pytest.raises(BadNotice):
                read({**resource, name: odd})


@pytest.mark.parametrize("moment", ["2026-11-23T18:00:00", "yesterday", "1764000000"])
def test_a_time_has_its_zone(moment: str) -> None:
    with pytest.raises(BadNotice):
        PaidNotice.of({**PAID, "success_time": moment})
