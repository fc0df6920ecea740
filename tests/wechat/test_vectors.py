"""The vendor's own test vectors, so that gateways and simulator cannot agree on a mistake."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from wechatpayv3 import utils

from chalicelib.kernel import clock
from chalicelib.wechat import official_account, pay_call, pay_crypto
from tests.support import world as support
from tests.wechat.conftest import forget
from tests.wechat.fake import FakeWeChat

VECTORS = Path(__file__).resolve().parents[1] / "contract" / "wechat" / "vectors"


def _vector(name: str) -> dict[str, Any]:
    read: dict[str, Any] = json.loads((VECTORS / f"{name}.json").read_text())
    return read


def _put(name: str, value: str) -> None:
    support.aws.client("secretsmanager").put_secret_value(
        SecretId=f"fenxiao-test/wechat/{name}", SecretString=value
    )
    support.secrets.forget()


def test_our_signature_is_the_vendors() -> None:
    vector = _vector("go_rsa_sha256")
    key = pay_crypto._private_key(vector["private_key_pem"])
    assert utils.rsa_sign(key, vector["message"]) == vector["signature_b64"]


def test_the_string_we_sign_is_the_vendors(wechat: FakeWeChat, monkeypatch: pytest.MonkeyPatch) -> None:
    vector = _vector("go_authorization_string")
    clock.install(lambda: datetime.fromtimestamp(vector["timestamp"], UTC))
    monkeypatch.setattr(pay_call.secrets, "token_hex", lambda _: vector["nonce"])
    monkeypatch.setenv("FENXIAO_MCH_ID", vector["mchid"])
    monkeypatch.setenv("FENXIAO_MCH_SERIAL", vector["serial"])
    forget()
    signed: list[str] = []
    monkeypatch.setattr(utils, "rsa_sign", lambda _, text: signed.append(text) or "S")
    for case in vector["cases"]:
        header = pay_call.authorization(case["method"], case["url"], case["body"])
        assert signed.pop() == case["string_to_sign"]
        assert header == (
            f'WECHATPAY2-SHA256-RSA2048 mchid="{vector["mchid"]}",nonce_str="{vector["nonce"]}",'
            f'signature="S",timestamp="{vector["timestamp"]}",serial_no="{vector["serial"]}"'
        )


def test_we_open_what_the_vendor_sealed(wechat: FakeWeChat) -> None:
    vector = _vector("go_aes_gcm")
    resource = {name: vector[name] for name in ("nonce", "associated_data", "ciphertext")}
    _put("api-v3-key", vector["apiv3_key"])
    assert pay_crypto.opened(resource) == vector["plaintext"]
    for ciphertext in vector["negative_ciphertexts"]:
        assert pay_crypto.opened({**resource, "ciphertext": ciphertext}) is None
    for key in vector["negative_keys"]:
        _put("api-v3-key", key)
        assert pay_crypto.opened(resource) is None


@pytest.mark.parametrize("name", ["url_check", "url_check_official_message_push"])
def test_the_address_check_is_the_documents(wechat: FakeWeChat, name: str) -> None:
    vector = _vector("official_account_url_check")[name]
    clock.install(lambda: datetime.fromtimestamp(int(vector["timestamp"]), UTC))
    _put("oa-token", vector["token"])
    query = {field: vector.get(field, "e") for field in ("signature", "timestamp", "nonce", "echostr")}
    assert official_account.echo(query) == vector.get("expected_response_body", "e")
    with pytest.raises(official_account.BadMessage):
        official_account.echo({**query, "signature": vector["signature"][:-1] + "0"})
