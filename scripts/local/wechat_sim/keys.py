"""Everything secret of the simulated WeChat, made once and kept in ``keys.json`` for the local world."""

import base64
import json
import secrets
import string
from dataclasses import asdict, dataclass, field, fields
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

from scripts.local.wechat_sim import crypto

LETTERS = string.ascii_letters + string.digits


@dataclass(frozen=True)
class PlatformKey:
    """One key WeChat Pay signs with: a bare public key (``PUB_KEY_ID_…``) or a platform certificate."""

    id: str
    private_key_pem: str
    public_key_pem: str
    certificate_pem: str = ""

    @cached_property
    def private(self) -> rsa.RSAPrivateKey:
        """The signing key, parsed once."""
        return crypto.private_key(self.private_key_pem)


@dataclass
class Keys:
    """The fields of ``keys.json``; README of the names: the package's docstring."""

    mp_appid: str
    mp_secret: str
    mp_original_id: str
    oa_appid: str
    oa_secret: str
    oa_original_id: str
    oa_token: str
    oa_encoding_aes_key: str
    mch_id: str
    mch_serial: str
    mch_private_key_pem: str
    mch_certificate_pem: str
    api_v3_key: str
    platform_public_key_pem: str
    platform_public_key_id: str
    platform_keys: list[PlatformKey] = field(default_factory=list)
    platform_certificate: PlatformKey | None = None

    @cached_property
    def merchant_public(self) -> rsa.RSAPublicKey:
        """What the merchant's signatures are checked with."""
        return crypto.private_key(self.mch_private_key_pem).public_key()

    def platform(self, key_id: str) -> PlatformKey | None:
        """The platform key or certificate called ``key_id``, if it is one of ours."""
        known = [*self.platform_keys, *([self.platform_certificate] if self.platform_certificate else [])]
        return next((key for key in known if key.id == key_id), None)

    def secret_of(self, appid: str) -> str | None:
        """The app secret of one of the two appids."""
        return {self.mp_appid: self.mp_secret, self.oa_appid: self.oa_secret}.get(appid)


def load_or_make(directory: Path) -> Keys:
    """Read ``keys.json``; at the first start make every key and write it, readable by the owner only."""
    path = directory / "keys.json"
    if path.exists():
        return _read(json.loads(path.read_text()))
    keys = _make()
    save(keys, directory)
    return keys


def save(keys: Keys, directory: Path) -> None:
    """Write ``keys.json`` atomically with mode 600."""
    draft = directory / "keys.json.tmp"
    draft.touch(mode=0o600)
    content = {item.name: getattr(keys, item.name) for item in fields(keys)}
    draft.write_text(json.dumps(content, default=asdict, indent=1))
    draft.replace(directory / "keys.json")


def rotate(keys: Keys) -> PlatformKey:
    """Make a second platform key beside the present one; the caller decides which signs."""
    fresh = _platform_key(len(keys.platform_keys) + 1)
    keys.platform_keys.append(fresh)
    return fresh


def _read(values: dict[str, object]) -> Keys:
    listed = values.pop("platform_keys")
    certificate = values.pop("platform_certificate")
    assert isinstance(listed, list)
    keys = Keys(**values)  # type: ignore[arg-type]  # the file is our own
    keys.platform_keys = [PlatformKey(**item) for item in listed]
    keys.platform_certificate = PlatformKey(**certificate) if isinstance(certificate, dict) else None
    return keys


def _make() -> Keys:
    merchant = _rsa()
    mch_id = "16" + _digits(8)
    merchant_certificate, mch_serial = _certificate(merchant, mch_id)
    platform = _platform_key(1)
    return Keys(
        mp_appid="wx" + secrets.token_hex(8),
        mp_secret=secrets.token_hex(16),
        mp_original_id="gh_" + secrets.token_hex(6),
        oa_appid="wx" + secrets.token_hex(8),
        oa_secret=secrets.token_hex(16),
        oa_original_id="gh_" + secrets.token_hex(6),
        oa_token=_letters(16),
        oa_encoding_aes_key=base64.b64encode(secrets.token_bytes(32)).decode().rstrip("="),
        mch_id=mch_id,
        mch_serial=mch_serial,
        mch_private_key_pem=crypto.private_pem(merchant),
        mch_certificate_pem=merchant_certificate,
        api_v3_key=_letters(32),
        platform_public_key_pem=platform.public_key_pem,
        platform_public_key_id=platform.id,
        platform_keys=[platform],
        platform_certificate=_platform_certificate(),
    )


def _platform_key(number: int) -> PlatformKey:
    key = _rsa()
    key_id = f"PUB_KEY_ID_0116{_digits(8)}2026112300{number:010d}"
    return PlatformKey(key_id, crypto.private_pem(key), crypto.public_pem(key.public_key()))


def _platform_certificate() -> PlatformKey:
    key = _rsa()
    pem, serial = _certificate(key, "Tenpay.com sign")
    return PlatformKey(serial, crypto.private_pem(key), crypto.public_pem(key.public_key()), pem)


def _certificate(key: rsa.RSAPrivateKey, common_name: str) -> tuple[str, str]:
    issuer = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Simulated Tenpay.com Root CA")])
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])
    # The shared clock may be moved years ahead; a certificate that ran out would only be a nuisance.
    begin = datetime(2020, 1, 1, tzinfo=UTC)
    certificate = (
        x509.CertificateBuilder()
        .issuer_name(issuer)
        .subject_name(subject)
        .public_key(key.public_key())
        .serial_number(int.from_bytes(b"\x5a" + secrets.token_bytes(19)))
        .not_valid_before(begin)
        .not_valid_after(begin + timedelta(days=365 * 30))
        .sign(key, hashes.SHA256())
    )
    pem = certificate.public_bytes(serialization.Encoding.PEM).decode()
    return pem, f"{certificate.serial_number:040X}"


def _rsa() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def _letters(count: int) -> str:
    return "".join(secrets.choice(LETTERS) for _ in range(count))


def _digits(count: int) -> str:
    return "".join(secrets.choice(string.digits) for _ in range(count))
