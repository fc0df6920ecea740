"""Keys of WeChat Pay v3, and what is done with them; the mathematics is wechatpayv3's.

Public-key mode only, as all new merchants have (wechat.md §2.4). While WeChat changes its key, two
ids are good: the configured one and that in the secret ``wechat/pay-public-key-previous``. A notice
that was sealed before the shop changed its APIv3 key opens with ``wechat/api-v3-key-previous``.
"""

import functools
import json
import time
from typing import Any

from botocore.exceptions import ClientError

from chalicelib.kernel.config import config
from chalicelib.kernel.secrets import secret

SIGNATURE_TYPE = "WECHATPAY2-SHA256-RSA2048"

_PREVIOUS_KEPT_SECONDS = 300


def sign(*lines: str) -> str:
    """The merchant's signature over ``lines``, each with its line feed, in base64."""
    from wechatpayv3.utils import rsa_sign

    signed: str = rsa_sign(_private_key(secret("wechat/mch-private-key")), "\n".join(lines) + "\n")
    return signed


def public_key(key_id: str) -> Any | None:
    """The platform's key of this id; ``None`` unless it is on our list. Never asks WeChat for one."""
    if key_id == config().pay_public_key_id:
        return _public_key(secret("wechat/pay-public-key"))
    kept = _previous("pay-public-key")
    if not kept:
        return None
    former = json.loads(kept)
    return _public_key(str(former["pem"])) if key_id == str(former["id"]) else None


def is_signed(key: Any, *, timestamp: str, nonce: str, body: bytes, signature: str) -> bool:
    """Whether ``signature`` is WeChat's over exactly these bytes."""
    from wechatpayv3.utils import rsa_verify

    try:
        # Strict decoding and the library's encoding give the same bytes back, or it raises here.
        return bool(rsa_verify(timestamp, nonce, body.decode(), signature, key))
    except UnicodeDecodeError:
        return False


def opened(resource: dict[str, str]) -> str | None:
    """The plaintext of a notice's ``resource`` (AES-256-GCM); ``None`` unless it is whole and ours."""
    plain = _opened_with(secret("wechat/api-v3-key"), resource)
    if plain is None and (former := _previous("api-v3-key")):
        plain = _opened_with(former, resource)
    return plain


def _opened_with(key: str, resource: dict[str, str]) -> str | None:
    from wechatpayv3.utils import aes_decrypt

    try:
        plain: str | None = aes_decrypt(
            resource["nonce"], resource["ciphertext"], resource.get("associated_data") or "", key
        )
    except (KeyError, ValueError, TypeError, AttributeError):
        return None
    return plain


def seal(text: str) -> str:
    """``text`` for WeChat's eyes only (RSA-OAEP), under the configured public key."""
    from wechatpayv3.utils import rsa_encrypt

    sealed: str = rsa_encrypt(text, _public_key(secret("wechat/pay-public-key")))
    return sealed


@functools.lru_cache(maxsize=2)
def _private_key(pem: str) -> Any:
    """Without the 80 ms of primality tests: the key is our own, from our own vault."""
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    return load_pem_private_key(pem.encode(), password=None, unsafe_skip_rsa_key_validation=True)


@functools.lru_cache(maxsize=4)
def _public_key(pem: str) -> Any:
    from cryptography.hazmat.primitives.serialization import load_pem_public_key

    return load_pem_public_key(pem.encode())


def _previous(name: str) -> str:
    """What the secret held before it was replaced; an empty text when there is none."""
    return _read_previous(name, int(time.monotonic() // _PREVIOUS_KEPT_SECONDS))


@functools.lru_cache(maxsize=2)
def _read_previous(name: str, _window: int) -> str:
    """The absence is remembered too: else every forged notice with a made-up key id would cost us a
    call to the vault.
    """
    try:
        return secret(f"wechat/{name}-previous")
    except ClientError as problem:
        if problem.response["Error"]["Code"] != "ResourceNotFoundException":
            raise
        return ""


def forget() -> None:
    """Look for the previous key afresh."""
    _read_previous.cache_clear()
