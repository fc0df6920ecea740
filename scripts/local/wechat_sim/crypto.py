"""The simulator's own cryptography, written from WeChat's documents and sharing no code with the shop.

Were both sides to use one helper, a mistake in it would cancel out and every test would stay green.
"""

import base64
import binascii
import hashlib
import hmac
import secrets
import struct

from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives import hashes, padding, serialization
from cryptography.hazmat.primitives.asymmetric import padding as rsa_padding
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

OFFICIAL_BLOCK_BITS = 32 * 8
"""Official-account messages are padded to 32 bytes, not to the 16 of AES."""


class NotReadable(ValueError):
    """What arrived cannot be opened with our keys."""


def sign_sha256(key: rsa.RSAPrivateKey, message: str) -> str:
    """RSA-PKCS1v15-SHA256 over the UTF-8 text, in base64."""
    return base64.b64encode(key.sign(message.encode(), rsa_padding.PKCS1v15(), hashes.SHA256())).decode()


def is_signed_by(key: rsa.RSAPublicKey, message: str, signature: str) -> bool:
    """Whether ``signature`` (base64) over ``message`` was made with the partner of ``key``."""
    try:
        key.verify(
            base64.b64decode(signature, validate=True),
            message.encode(),
            rsa_padding.PKCS1v15(),
            hashes.SHA256(),
        )
    except (InvalidSignature, binascii.Error, ValueError):
        return False
    return True


def request_text(*parts: str) -> str:
    """The lines WeChat Pay signs: each part followed by a newline, the last one too."""
    return "".join(f"{part}\n" for part in parts)


def seal_gcm(key: str, plaintext: str, *, nonce: str, associated_data: str) -> str:
    """AES-GCM with the APIv3 key; base64 of ciphertext and 16-byte tag."""
    sealed = AESGCM(key.encode()).encrypt(nonce.encode(), plaintext.encode(), associated_data.encode())
    return base64.b64encode(sealed).decode()


def open_gcm(key: str, ciphertext: str, *, nonce: str, associated_data: str) -> str:
    """Undo :func:`seal_gcm`. Raises ``NotReadable`` for a wrong key, nonce, data or altered text."""
    try:
        sealed = base64.b64decode(ciphertext, validate=True)
        return AESGCM(key.encode()).decrypt(nonce.encode(), sealed, associated_data.encode()).decode()
    except (InvalidTag, binascii.Error, ValueError) as error:
        raise NotReadable("not sealed with this key") from error


def open_oaep(key: rsa.RSAPrivateKey, ciphertext: str) -> str:
    """A sensitive field: RSA-OAEP with SHA-1, as WeChat Pay prescribes. Raises ``NotReadable``."""
    oaep = rsa_padding.OAEP(mgf=rsa_padding.MGF1(hashes.SHA1()), algorithm=hashes.SHA1(), label=None)
    try:
        return key.decrypt(base64.b64decode(ciphertext, validate=True), oaep).decode()
    except (binascii.Error, ValueError) as error:
        raise NotReadable("not encrypted with the platform's public key") from error


def sha1_signature(*parts: str) -> str:
    """The message server's signature: SHA-1 over the sorted parts run together."""
    return hashlib.sha1("".join(sorted(parts)).encode()).hexdigest()


class OfficialCipher:
    """Secure mode of the message server: AES-256-CBC with the 43-letter EncodingAESKey."""

    def __init__(self, encoding_aes_key: str, appid: str) -> None:
        self._key = base64.b64decode(encoding_aes_key + "=")
        self._appid = appid

    def seal(self, text: str) -> str:
        """16 random bytes, length, text and appid, padded and encrypted, in base64."""
        content = text.encode()
        plain = secrets.token_bytes(16) + struct.pack(">I", len(content)) + content + self._appid.encode()
        padder = padding.PKCS7(OFFICIAL_BLOCK_BITS).padder()
        encryptor = self._cipher().encryptor()
        return base64.b64encode(
            encryptor.update(padder.update(plain) + padder.finalize()) + encryptor.finalize()
        ).decode()

    def open(self, sealed: str) -> str:
        """Undo :meth:`seal`. Raises ``NotReadable`` also when the appid at the end is another one."""
        try:
            raw = base64.b64decode(sealed, validate=True)
            decryptor = self._cipher().decryptor()
            plain = decryptor.update(raw) + decryptor.finalize()
            pad = plain[-1]
            length = struct.unpack(">I", plain[16:20])[0]
            text, appid = plain[20 : 20 + length].decode(), plain[20 + length : -pad].decode()
        except (binascii.Error, ValueError, IndexError, struct.error) as error:
            raise NotReadable("not sealed with this EncodingAESKey") from error
        if not 1 <= pad <= 32 or not hmac.compare_digest(appid, self._appid):
            raise NotReadable("sealed for another appid")
        return text

    def _cipher(self) -> Cipher[modes.CBC]:
        return Cipher(algorithms.AES(self._key), modes.CBC(self._key[:16]))


def private_key(pem: str) -> rsa.RSAPrivateKey:
    """Read a private key that this program made itself."""
    key = serialization.load_pem_private_key(pem.encode(), None, unsafe_skip_rsa_key_validation=True)
    assert isinstance(key, rsa.RSAPrivateKey)
    return key


def public_pem(key: rsa.RSAPublicKey) -> str:
    """The public key as ``-----BEGIN PUBLIC KEY-----``."""
    form = serialization.PublicFormat.SubjectPublicKeyInfo
    return key.public_bytes(serialization.Encoding.PEM, form).decode()


def private_pem(key: rsa.RSAPrivateKey) -> str:
    """The private key as unencrypted PKCS #8."""
    form, plain = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    return key.private_bytes(serialization.Encoding.PEM, form, plain).decode()
