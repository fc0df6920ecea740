"""Signing, sealing and hashing with the shop's own keys.

Keys are rings (``{"current": id, "keys": {id: base64}}``) in Secrets Manager: the current key
signs and seals, every key of the ring still opens, so that a rotation breaks nothing. What must be
readable for years has a ring apart from what lives for days, whose old keys can then be retired.
"""

import base64
import hashlib
import hmac
import json
import secrets as random
from dataclasses import dataclass

from chalicelib.kernel.secrets import secret

SIGNING, AUDIT, DATA = "signing-keys", "audit-keys", "data-keys"
"""Of tokens and cursors; of the audit's chain; of personal data."""
RINGS = (SIGNING, AUDIT, DATA)


@dataclass(frozen=True)
class Ring:
    """The keys of one purpose."""

    current: str
    keys: dict[str, bytes]

    @staticmethod
    def named(name: str) -> "Ring":
        """The ring kept as the secret ``name``."""
        stored = json.loads(secret(name))
        return Ring(stored["current"], {k: base64.b64decode(v) for k, v in stored["keys"].items()})


def new_ring() -> str:
    """A fresh ring of one random 32-byte key, as the secret's text."""
    key = base64.b64encode(random.token_bytes(32)).decode()
    return json.dumps({"current": "k1", "keys": {"k1": key}})


def sign(payload: bytes, *, purpose: str, ring_name: str = SIGNING) -> str:
    """``keyid.payload.mac`` in URL-safe letters; readable by all, made only by us."""
    ring = Ring.named(ring_name)
    mac = _mac(ring.keys[ring.current], purpose, payload)
    return f"{ring.current}.{_b64(payload)}.{_b64(mac)}"


def open_signed(text: str, *, purpose: str, ring_name: str = SIGNING) -> bytes | None:
    """The payload that ``sign`` signed for this purpose with this ring, or ``None`` when it did not."""
    try:
        key_id, payload, mac = text.split(".")
        body, given = _unb64(payload), _unb64(mac)
    except ValueError:
        return None
    key = Ring.named(ring_name).keys.get(key_id)
    if key is None or not hmac.compare_digest(_mac(key, purpose, body), given):
        return None
    return body


def seal(text: str, *, context: str) -> str:
    """Encrypt personal data with AES-256-GCM, bound to ``context`` (e.g. ``{member}:phone``)."""
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    ring = Ring.named(DATA)
    nonce = random.token_bytes(12)
    sealed = AESGCM(ring.keys[ring.current]).encrypt(nonce, text.encode(), context.encode())
    return f"{ring.current}.{_b64(nonce + sealed)}"


def unseal(text: str, *, context: str) -> str:
    """What ``seal`` encrypted for the same context. Raises ``ValueError`` when it did not."""
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    key_id, sealed = text.split(".")
    raw = _unb64(sealed)
    try:
        key = Ring.named(DATA).keys[key_id]
        return AESGCM(key).decrypt(raw[:12], raw[12:], context.encode()).decode()
    except (KeyError, InvalidTag) as problem:
        raise ValueError("not sealed by us for this context") from problem


def blind_index(text: str, *, field: str) -> str:
    """A keyed hash by which sealed data can be looked up without being readable."""
    ring = Ring.named(DATA)
    return _b64(_mac(ring.keys[min(ring.keys)], field, text.encode()))


def fingerprint(*parts: str) -> str:
    """A short plain hash, to see whether two contents are the same."""
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:32]


def random_token() -> str:
    """An unguessable text of 43 letters for refresh tokens and one-time states."""
    return random.token_urlsafe(32)


def random_secret() -> str:
    """160 random bits in base 32, as phones take the secret of a second factor."""
    return base64.b32encode(random.token_bytes(20)).decode()


def _mac(key: bytes, purpose: str, payload: bytes) -> bytes:
    return hmac.new(key, purpose.encode() + b"\x00" + payload, hashlib.sha256).digest()


def _b64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _unb64(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
