"""The simulator's cryptography against the vendor's published vectors (wechat.md §2.2, §5)."""

import json
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from cryptography.x509 import load_pem_x509_certificate

from scripts.local.wechat_sim import crypto


def read(folder: Path, name: str) -> dict:
    return json.loads((folder / name).read_text())


def test_signature_equals_the_vendors(vectors: Path) -> None:
    vector = read(vectors, "go_rsa_sha256.json")
    key = crypto.private_key(vector["private_key_pem"])
    assert crypto.sign_sha256(key, vector["message"]) == vector["signature_b64"]


def test_signature_is_accepted_only_over_its_own_message(vectors: Path) -> None:
    vector = read(vectors, "go_rsa_sha256.json")
    for key in (
        load_pem_public_key(vector["public_key_pem"].encode()),
        load_pem_x509_certificate(vector["certificate_pem"].encode()).public_key(),
    ):
        assert crypto.is_signed_by(key, vector["message"], vector["signature_b64"])
        assert not crypto.is_signed_by(key, "wrong source", vector["signature_b64"])
        assert not crypto.is_signed_by(key, "", vector["signature_b64"])
        for broken in ("", "invalid base64 signature", vector["signature_b64"][4:]):
            assert not crypto.is_signed_by(key, vector["message"], broken)


def test_sealed_text_opens_as_the_vendors(vectors: Path) -> None:
    vector = read(vectors, "go_aes_gcm.json")
    more = {"nonce": vector["nonce"], "associated_data": vector["associated_data"]}
    assert crypto.open_gcm(vector["apiv3_key"], vector["ciphertext"], **more) == vector["plaintext"]
    assert crypto.seal_gcm(vector["apiv3_key"], vector["plaintext"], **more) == vector["ciphertext"]
    for ciphertext in vector["negative_ciphertexts"]:
        with pytest.raises(crypto.NotReadable):
            crypto.open_gcm(vector["apiv3_key"], ciphertext, **more)
    for key in vector["negative_keys"]:
        with pytest.raises(crypto.NotReadable):
            crypto.open_gcm(key, vector["ciphertext"], **more)


def test_text_to_sign_equals_the_vendors(vectors: Path) -> None:
    vector = read(vectors, "go_authorization_string.json")
    for case in vector["cases"]:
        parts = (case["method"], case["url"], str(vector["timestamp"]), vector["nonce"], case["body"])
        assert crypto.request_text(*parts) == case["string_to_sign"]


def test_message_server_signature_equals_the_vendors(vectors: Path) -> None:
    for case in read(vectors, "official_account_url_check.json").values():
        assert crypto.sha1_signature(case["token"], case["timestamp"], case["nonce"]) == case["signature"]


def test_message_sealed_for_another_appid_is_refused() -> None:
    key = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
    sealed = crypto.OfficialCipher(key, "wxaaaaaaaaaaaaaaaa").seal("<xml>你好</xml>")
    assert crypto.OfficialCipher(key, "wxaaaaaaaaaaaaaaaa").open(sealed) == "<xml>你好</xml>"
    with pytest.raises(crypto.NotReadable):
        crypto.OfficialCipher(key, "wxbbbbbbbbbbbbbbbb").open(sealed)
    with pytest.raises(crypto.NotReadable):
        crypto.OfficialCipher(key, "wxaaaaaaaaaaaaaaaa").open(sealed[:-8])
